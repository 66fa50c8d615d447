package io.stemma.bench.process;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A process that we started, and that ends no later than we do.
 *
 * <p>{@code setpriv --pdeathsig KILL} asks the kernel to end it should this process die without a
 * word, so a benchmark that is killed leaves no target behind. The request is bound to the thread
 * that starts the child: start children from {@code main}.
 */
public final class Child implements AutoCloseable {
    private static final long GRACE_MILLIS = 2000;
    private static final int LOG_TAIL_BYTES = 2000;

    private final Process process;
    private final String name;
    private final Path log;

    private Child(Process process, String name, Path log) {
        this.process = process;
        this.name = name;
        this.log = log;
    }

    /**
     * Starts a program with its error output, and its output unless it is talked to, in a file.
     *
     * @param name for messages
     * @param log the file
     * @param talk whether output is read by us
     * @param environment added to ours
     * @param command the program and its arguments
     */
    public static Child start(
            String name,
            Path log,
            boolean talk,
            Map<String, String> environment,
            List<String> command) {
        List<String> whole = new ArrayList<>(List.of("setpriv", "--pdeathsig", "KILL"));
        whole.addAll(command);
        File file = log.toFile();
        ProcessBuilder builder =
                new ProcessBuilder(whole).redirectError(ProcessBuilder.Redirect.appendTo(file));
        if (!talk) {
            builder.redirectOutput(ProcessBuilder.Redirect.appendTo(file));
        }
        builder.environment().putAll(environment);
        try {
            return new Child(builder.start(), name, log);
        } catch (IOException absent) {
            throw new UncheckedIOException(name + " does not start", absent);
        }
    }

    /**
     * Runs a program to its end, 30 s at most.
     *
     * @return what it printed, errors included
     * @throws IllegalStateException if it fails or hangs
     */
    public static String run(Map<String, String> environment, List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        try {
            Path output = Files.createTempFile("stemma-bench", ".out");
            Process process = builder.redirectOutput(output.toFile()).start();
            boolean ended = process.waitFor(30, TimeUnit.SECONDS);
            process.destroyForcibly();
            String text = Files.readString(output, StandardCharsets.UTF_8);
            Files.delete(output);
            if (!ended || process.exitValue() != 0) {
                throw new IllegalStateException(String.join(" ", command) + ": " + text.strip());
            }
            return text;
        } catch (IOException absent) {
            throw new UncheckedIOException(absent);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** The process itself, for its streams. */
    public Process process() {
        return process;
    }

    /**
     * The process that does the work: the child, or where the child is a script that stays, the one
     * under it that has used most processor time.
     */
    public long workingPid() {
        return process.descendants()
                .filter(ProcessHandle::isAlive)
                .map(ProcessHandle::pid)
                .max(Comparator.comparingLong(ProcessFigures::processorMicros))
                .filter(
                        pid ->
                                ProcessFigures.residentKib(pid)
                                        > ProcessFigures.residentKib(process.pid()))
                .orElse(process.pid());
    }

    /** Throws, with the end of its log, if the child has ended. */
    public void check() {
        if (!process.isAlive()) {
            throw new IllegalStateException(
                    name + " ended with " + process.exitValue() + ": " + logTail());
        }
    }

    /** The end of what it wrote. */
    public String logTail() {
        try {
            byte[] all = Files.readAllBytes(log);
            int from = Math.max(0, all.length - LOG_TAIL_BYTES);
            return new String(all, from, all.length - from, StandardCharsets.UTF_8).strip();
        } catch (IOException unreadable) {
            return "no log (" + unreadable.getMessage() + ")";
        }
    }

    @Override
    public void close() {
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        all.add(process.toHandle());
        all.forEach(ProcessHandle::destroy);
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GRACE_MILLIS);
        try {
            process.waitFor(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        all.forEach(ProcessHandle::destroyForcibly);
    }
}
