package io.stemma.bench.peer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Command lines of Java programs on the JDK that runs us. */
public final class JavaProgram {
    private JavaProgram() {}

    /** A JVM with a small heap and the serial collector. */
    public static List<String> command(String classPath, Class<?> main, List<String> arguments) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:+UseSerialGC",
                                "-Xmx128m",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                classPath,
                                main.getName()));
        command.addAll(arguments);
        return command;
    }
}
