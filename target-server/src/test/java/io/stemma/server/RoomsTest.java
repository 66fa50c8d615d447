package io.stemma.server;

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
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The rooms of the server, and for each the rooms, the engine's rooms and the libraries that it may
 * import. Think about the layering before changing the table.
 */
class RoomsTest {
    private static final String SERVER = "io.stemma.server.";
    private static final String ENGINE = "io.stemma.engine.";

    private static final String NETTY = "io.netty";
    private static final String JSCSI = "org.jscsi";
    private static final String PICOCLI = "picocli";
    private static final String JACKSON = "com.fasterxml.jackson";
    private static final String YAML = "org.snakeyaml";
    private static final String LOGBACK = "ch.qos.logback";
    private static final String HISTOGRAM = "org.HdrHistogram";
    private static final String MICROMETER = "io.micrometer";

    /** Libraries that a room sees only if the table says so. SLF4J and JSpecify are for all. */
    private static final List<String> LIBRARIES =
            List.of(NETTY, JSCSI, PICOCLI, JACKSON, YAML, LOGBACK, HISTOGRAM, MICROMETER);

    private static final List<String> ENGINE_ROOMS =
            List.of("runtime", "block", "io", "journal", "layer", "check", "volume", "stream");

    /** What one room may import. */
    private record Room(List<String> rooms, List<String> engine, List<String> libraries) {}

    private static final Map<String, Room> ROOMS =
            Map.of(
                    "iscsi.pdu",
                    new Room(List.of(), List.of("runtime"), List.of(NETTY)),
                    "iscsi.text",
                    new Room(List.of(), List.of("runtime"), List.of()),
                    "iscsi.jscsi",
                    new Room(
                            List.of("iscsi.pdu", "iscsi.text"),
                            List.of("runtime"),
                            List.of(NETTY, JSCSI)),
                    "iscsi.session",
                    new Room(
                            List.of("iscsi.pdu", "iscsi.text", "scsi"),
                            List.of("runtime"),
                            List.of(NETTY)),
                    "iscsi.login",
                    new Room(
                            List.of("iscsi.pdu", "iscsi.text", "iscsi.session", "iscsi.jscsi"),
                            List.of("runtime"),
                            List.of(NETTY)),
                    "iscsi.task",
                    new Room(
                            List.of(
                                    "iscsi.pdu",
                                    "iscsi.text",
                                    "iscsi.session",
                                    "iscsi.jscsi",
                                    "scsi"),
                            List.of("runtime", "block"),
                            List.of(NETTY)),
                    "scsi",
                    new Room(List.of(), List.of("runtime", "block", "volume"), List.of()),
                    "cli",
                    new Room(
                            List.of(),
                            List.of("runtime", "block", "volume"),
                            List.of(PICOCLI, JACKSON, HISTOGRAM)),
                    "metrics",
                    new Room(
                            List.of("iscsi.session", "iscsi.task", "scsi"),
                            List.of(),
                            List.of(HISTOGRAM, MICROMETER)),
                    "server",
                    new Room(
                            List.of(
                                    "iscsi.pdu",
                                    "iscsi.text",
                                    "iscsi.session",
                                    "iscsi.login",
                                    "iscsi.task",
                                    "scsi",
                                    "metrics",
                                    "cli"),
                            ENGINE_ROOMS,
                            List.of(NETTY, PICOCLI, JACKSON, YAML, LOGBACK)));

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .importPath(Path.of(System.getProperty("basedir", "."), "target", "classes"));

    @TestFactory
    Stream<DynamicTest> eachRoomImportsOnlyWhatIsListedForIt() {
        return ROOMS.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(
                        entry ->
                                dynamicTest(
                                        entry.getKey(),
                                        () -> checkImportsOf(entry.getKey(), entry.getValue())));
    }

    private static void checkImportsOf(String name, Room room) {
        var forbidden = new ArrayList<String>();
        forbid(forbidden, SERVER, ROOMS.keySet(), room.rooms());
        forbidden.remove(SERVER + name + "..");
        forbid(forbidden, ENGINE, ENGINE_ROOMS, room.engine());
        forbid(forbidden, "", LIBRARIES, room.libraries());
        noClasses()
                .that()
                .resideInAPackage(SERVER + name + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(forbidden.toArray(String[]::new))
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    private static void forbid(
            List<String> forbidden,
            String prefix,
            Collection<String> all,
            Collection<String> allowed) {
        all.stream()
                .filter(one -> !allowed.contains(one))
                .forEach(one -> forbidden.add(prefix + one + ".."));
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
                            assertThat(name).startsWith(SERVER);
                            assertThat(ROOMS).containsKey(name.substring(SERVER.length()));
                        });
    }

    @Test
    void noRoomsFormACycle() {
        slices().matching(SERVER + "(**)")
                .should()
                .beFreeOfCycles()
                .allowEmptyShould(true)
                .check(CLASSES);
    }
}
