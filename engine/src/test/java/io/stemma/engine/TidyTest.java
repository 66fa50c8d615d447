package io.stemma.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.tools.ToolProvider;

/**
 * What a machine can check of the manner in which the sources of all modules are written. The
 * sources are parsed, not compiled, so this needs no class path.
 */
class TidyTest {
    private static final int LONGEST_FILE = 500;
    private static final int LONGEST_METHOD = 70;

    /** Names that say nothing about what a class is. */
    private static final Pattern EMPTY_NAME = Pattern.compile(".+(Manager|Util|Utils|Impl|Helper)");

    /** Annotations that take a test out of the run without anybody noticing. */
    private static final Set<String> SILENCERS = Set.of("Disabled", "Ignore");

    /** Marks of unfinished work, put together so that this file does not hold them. */
    private static final Pattern UNFINISHED =
            Pattern.compile("\\b(" + "TO" + "DO|FIX" + "ME|X" + "XX)\\b");

    /** The RFC that RFC 7143 replaced. */
    private static final Pattern OUTDATED_STANDARD = Pattern.compile("RFC[ -]?" + "3720");

    private static Path root = Path.of("");
    private static final Map<Path, List<String>> SOURCES = new HashMap<>();
    private static final Faults PARSED = new Faults();

    @BeforeAll
    static void readAllSources() throws IOException {
        root = findRoot();
        for (String module : List.of("engine", "target-server", "bench")) {
            Path folder = root.resolve(module).resolve("src");
            if (!Files.isDirectory(folder)) {
                continue;
            }
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                    SOURCES.put(file, Files.readAllLines(file));
                }
            }
        }
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var manager = compiler.getStandardFileManager(null, null, null)) {
            var task =
                    (JavacTask)
                            compiler.getTask(
                                    null,
                                    manager,
                                    null,
                                    List.of("-proc:none"),
                                    null,
                                    manager.getJavaFileObjectsFromPaths(SOURCES.keySet()));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            for (CompilationUnitTree unit : task.parse()) {
                new Reader(unit, positions).scan(unit, null);
            }
        }
    }

    private static Path findRoot() {
        Path start = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        for (Path folder = start; folder != null; folder = folder.getParent()) {
            if (Files.isRegularFile(folder.resolve("engine/pom.xml"))) {
                return folder;
            }
        }
        throw new IllegalStateException("no folder above " + start + " holds engine/pom.xml");
    }

    @Test
    void filesAreShort() {
        var faults = new TreeSet<String>();
        SOURCES.forEach(
                (file, lines) -> {
                    if (lines.size() > LONGEST_FILE) {
                        faults.add(root.relativize(file) + ": " + lines.size() + " lines");
                    }
                });
        assertThat(faults).as("at most %d lines a file", LONGEST_FILE).isEmpty();
    }

    @Test
    void methodsAreShort() {
        assertThat(PARSED.longMethods).as("at most %d lines a method", LONGEST_METHOD).isEmpty();
    }

    @Test
    void namesSayWhatAClassIs() {
        assertThat(PARSED.emptyNames).isEmpty();
    }

    @Test
    void noTestIsSwitchedOff() {
        assertThat(PARSED.silenced).isEmpty();
    }

    @Test
    void nothingSleeps() {
        assertThat(PARSED.sleeps).isEmpty();
    }

    @Test
    void everySuppressedWarningHasItsReasonBeside() {
        assertThat(PARSED.unexplained).isEmpty();
    }

    @Test
    void noWorkIsLeftMarkedAsUnfinished() {
        assertThat(linesThatHold(UNFINISHED)).isEmpty();
    }

    @Test
    void citationsNameTheStandardInForce() {
        assertThat(linesThatHold(OUTDATED_STANDARD)).isEmpty();
    }

    @Test
    void everyMainPackageIsDescribedAndNullMarked() {
        var faults = new TreeSet<String>();
        for (Path file : SOURCES.keySet()) {
            if (!file.toString().contains("/src/main/java/")) {
                continue;
            }
            Path description = file.resolveSibling("package-info.java");
            if (SOURCES.getOrDefault(description, List.of()).stream()
                    .noneMatch(line -> line.contains("NullMarked"))) {
                faults.add(root.relativize(description) + " with @NullMarked");
            }
        }
        assertThat(faults).as("missing").isEmpty();
    }

    private static List<String> linesThatHold(Pattern pattern) {
        var faults = new ArrayList<String>();
        SOURCES.forEach(
                (file, lines) -> {
                    for (int i = 0; i < lines.size(); i++) {
                        if (pattern.matcher(lines.get(i)).find()) {
                            faults.add(root.relativize(file) + ":" + (i + 1) + " " + lines.get(i));
                        }
                    }
                });
        return faults;
    }

    /** What parsing found, one line a fault. */
    private static final class Faults {
        final Set<String> longMethods = new TreeSet<>();
        final Set<String> emptyNames = new TreeSet<>();
        final Set<String> silenced = new TreeSet<>();
        final Set<String> sleeps = new TreeSet<>();
        final Set<String> unexplained = new TreeSet<>();
    }

    /** Walks one source file and notes its faults. */
    private static final class Reader extends TreeScanner<@Nullable Void, @Nullable Void> {
        private final CompilationUnitTree unit;
        private final SourcePositions positions;
        private final Path file;

        Reader(CompilationUnitTree unit, SourcePositions positions) {
            this.unit = unit;
            this.positions = positions;
            this.file = Path.of(unit.getSourceFile().toUri());
        }

        @Override
        public @Nullable Void visitMethod(MethodTree method, @Nullable Void nothing) {
            if (method.getBody() != null) {
                long end = positions.getEndPosition(unit, method);
                long lines = unit.getLineMap().getLineNumber(end) - line(method) + 1;
                if (lines > LONGEST_METHOD) {
                    PARSED.longMethods.add(at(method) + method.getName() + ", " + lines);
                }
            }
            return super.visitMethod(method, null);
        }

        @Override
        public @Nullable Void visitClass(ClassTree type, @Nullable Void nothing) {
            if (EMPTY_NAME.matcher(type.getSimpleName()).matches()) {
                PARSED.emptyNames.add(at(type) + type.getSimpleName());
            }
            return super.visitClass(type, null);
        }

        @Override
        public @Nullable Void visitAnnotation(AnnotationTree mark, @Nullable Void nothing) {
            String name = mark.getAnnotationType().toString();
            if (SILENCERS.contains(name.substring(name.lastIndexOf('.') + 1))) {
                PARSED.silenced.add(at(mark) + name);
            }
            if (name.equals("SuppressWarnings") && !hasReason(line(mark))) {
                PARSED.unexplained.add(at(mark) + mark);
            }
            return super.visitAnnotation(mark, null);
        }

        @Override
        public @Nullable Void visitMemberSelect(MemberSelectTree select, @Nullable Void nothing) {
            if (select.toString().equals("Thread.sleep")) {
                PARSED.sleeps.add(at(select) + select);
            }
            return super.visitMemberSelect(select, null);
        }

        /** A reason is a comment on the annotation's line or on the one above it. */
        private boolean hasReason(long line) {
            List<String> lines = SOURCES.getOrDefault(file, List.of());
            int index = Math.toIntExact(line) - 1;
            return lines.get(index).contains("//")
                    || (index > 0 && lines.get(index - 1).strip().startsWith("//"));
        }

        private long line(Tree tree) {
            return unit.getLineMap().getLineNumber(positions.getStartPosition(unit, tree));
        }

        private String at(Tree tree) {
            return root.relativize(file) + ":" + line(tree) + " ";
        }
    }
}
