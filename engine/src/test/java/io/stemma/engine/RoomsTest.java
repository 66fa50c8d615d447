package io.stemma.engine;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The rooms of the engine and whom each may import. Calls go down; a lower room that must call up
 * owns the interface. Think about the layering before changing the table.
 */
class RoomsTest {
    private static final String ENGINE = "io.stemma.engine.";

    private static final Map<String, List<String>> ROOMS =
            Map.of(
                    "runtime", List.of(),
                    "block", List.of("runtime"),
                    "io", List.of("runtime", "block"),
                    "layer", List.of("runtime", "block", "io"),
                    "journal", List.of("runtime", "block", "io", "layer"),
                    "check", List.of("runtime", "block", "io", "layer", "journal"),
                    "volume", List.of("runtime", "block", "io", "layer", "journal", "check"),
                    "stream", List.of("runtime", "block", "volume"));

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .importPath(Path.of(System.getProperty("basedir", "."), "target", "classes"));

    @TestFactory
    Stream<DynamicTest> eachRoomImportsOnlyTheRoomsListedForIt() {
        return ROOMS.keySet().stream()
                .sorted()
                .map(room -> dynamicTest(room, () -> checkImportsOf(room)));
    }

    private static void checkImportsOf(String room) {
        List<String> allowed = ROOMS.getOrDefault(room, List.of());
        String[] forbidden =
                ROOMS.keySet().stream()
                        .filter(other -> !other.equals(room) && !allowed.contains(other))
                        .map(other -> ENGINE + other + "..")
                        .toArray(String[]::new);
        if (forbidden.length == 0) {
            return; // The top room may see all others.
        }
        noClasses()
                .that()
                .resideInAPackage(ENGINE + room + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(forbidden)
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void everyPackageStandsInTheTable() {
        var packages = new TreeSet<String>();
        for (JavaClass type : CLASSES) {
            packages.add(type.getPackageName());
        }
        assertThat(packages)
                .allSatisfy(
                        name -> {
                            assertThat(name).startsWith(ENGINE);
                            assertThat(ROOMS).containsKey(name.substring(ENGINE.length()));
                        });
    }

    @Test
    void noRoomsFormACycle() {
        slices().matching(ENGINE + "(*)..")
                .should()
                .beFreeOfCycles()
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void theEngineKnowsNoNetworkAndNoCommandLine() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.netty..",
                        "org.jscsi..",
                        "io.stemma.server..",
                        "com.fasterxml.jackson..",
                        "picocli..",
                        "java.net..")
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void onlyTheRoomIoCallsTheSystem() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ENGINE + "io..")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.foreign.Linker")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.foreign.SymbolLookup")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.nio.channels.FileChannel")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.io.RandomAccessFile")
                .allowEmptyShould(true)
                .check(CLASSES);
    }
}
