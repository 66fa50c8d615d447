package io.stemma.bench.load;

import io.stemma.bench.process.Child;
import io.stemma.bench.process.ProcessFigures;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Where and on what it was measured.
 *
 * @param processor model
 * @param cores that are online
 * @param memoryMib in all
 * @param kernel release
 * @param java version of the JVM that runs the load and, if it is one of ours, the target
 * @param commit short hash, with {@code -dirty} if files differ from it
 */
public record Machine(
        String processor, int cores, long memoryMib, String kernel, String java, String commit) {
    /** This one. */
    public static Machine here(Path root) {
        return new Machine(
                read("/proc/cpuinfo")
                        .lines()
                        .filter(line -> line.startsWith("model name"))
                        .map(line -> line.substring(line.indexOf(':') + 1).strip())
                        .findFirst()
                        .orElse("unknown"),
                Runtime.getRuntime().availableProcessors(),
                ProcessFigures.field(read("/proc/meminfo"), "MemTotal:") / 1024,
                read("/proc/sys/kernel/osrelease").strip(),
                Runtime.version().toString(),
                commit(root));
    }

    private static String commit(Path root) {
        try {
            return Child.run(
                            Map.of(),
                            List.of(
                                    "git",
                                    "-C",
                                    root.toString(),
                                    "describe",
                                    "--always",
                                    "--dirty",
                                    "--exclude=*"))
                    .strip();
        } catch (IllegalStateException | UncheckedIOException noRepository) {
            return "unknown";
        }
    }

    /** The one-minute load average. */
    public static double load() {
        String text = read("/proc/loadavg");
        return Double.parseDouble(text.substring(0, text.indexOf(' ')));
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
