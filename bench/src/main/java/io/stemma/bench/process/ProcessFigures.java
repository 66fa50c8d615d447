package io.stemma.bench.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What {@code /proc} tells of one process. */
public final class ProcessFigures {
    /** The kernel's unit in {@code /proc/PID/stat}: a hundredth of a second on every Linux. */
    private static final long MICROS_A_TICK = 10_000;

    private ProcessFigures() {}

    /**
     * Processor time that all threads of a process have used, user and system.
     *
     * @return microseconds, in steps of 10,000
     * @throws UncheckedIOException if there is no such process
     */
    public static long processorMicros(long pid) {
        return processorMicros(read(Path.of("/proc/" + pid + "/stat")));
    }

    /** The same from the text of {@code stat}; the name in brackets may hold anything. */
    public static long processorMicros(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * MICROS_A_TICK;
    }

    /**
     * Memory of a process that is present.
     *
     * @return KiB; 0 if the process is gone or has none
     */
    public static long residentKib(long pid) {
        return field(read(Path.of("/proc/" + pid + "/status")), "VmRSS:");
    }

    /**
     * The most memory that a process has had present.
     *
     * @return KiB
     */
    public static long residentPeakKib(long pid) {
        return field(read(Path.of("/proc/" + pid + "/status")), "VmHWM:");
    }

    /** The first number of the line that begins with {@code name}, else 0. */
    public static long field(String text, String name) {
        return text.lines()
                .filter(line -> line.startsWith(name))
                .map(line -> line.replaceAll("[^0-9]", ""))
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElse(0);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }
}
