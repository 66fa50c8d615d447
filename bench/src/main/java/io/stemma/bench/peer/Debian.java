package io.stemma.bench.peer;

import io.stemma.bench.process.Child;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Programs that come from Debian's packages. */
final class Debian {
    private static final List<String> FOLDERS = List.of("/usr/sbin", "/usr/bin", "/sbin", "/bin");

    private Debian() {}

    /**
     * The file of a program; superusers' folders are searched though {@code PATH} may lack them.
     */
    static String program(String name, String packageName) {
        return FOLDERS.stream()
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalStateException(
                                        name + " is missing: apt-get install " + packageName));
    }

    /** The installed version of a package. */
    static String version(String packageName) {
        return Child.run(Map.of(), List.of("dpkg-query", "-W", "-f", "${Version}", packageName))
                .strip();
    }
}
