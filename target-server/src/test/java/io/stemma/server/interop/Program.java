package io.stemma.server.interop;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs a program that somebody else wrote, to its end and within a limit of time.
 *
 * <p>Output is collected in a file and not in a pipe, so that no thread has to drain it. A program
 * that outlives its limit is ended together with its children.
 */
final class Program {
    /**
     * What a program did. {@code output} is both streams, in the order in which they were written.
     */
    record Outcome(List<String> command, int exit, boolean timedOut, String output) {
        boolean succeeded() {
            return exit == 0 && !timedOut;
        }

        /** Command, exit code and output, for the message of a failed assertion. */
        @Override
        public String toString() {
            String end = timedOut ? "ran out of its time" : "exit " + exit;
            return String.join(" ", command) + "\n" + end + "\n" + output;
        }

        /**
         * Returns this outcome if the program succeeded.
         *
         * @throws AssertionError with all that is known otherwise
         */
        Outcome expectSuccess() {
            if (!succeeded()) {
                throw new AssertionError("did not succeed: " + this);
            }
            return this;
        }
    }

    private Program() {}

    /** Runs {@code command} for at most {@code limit}. */
    static Outcome run(Duration limit, String... command) throws IOException, InterruptedException {
        return run(limit, null, List.of(command));
    }

    /** Runs {@code command} in {@code folder}, or in the current one, for at most {@code limit}. */
    static Outcome run(Duration limit, @Nullable Path folder, List<String> command)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile("program", ".out");
        try {
            Process process = start(folder, output, command);
            boolean ended;
            try {
                ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
            } finally {
                end(process);
            }
            int exit = process.waitFor();
            return new Outcome(List.copyOf(command), exit, !ended, read(output));
        } finally {
            Files.deleteIfExists(output);
        }
    }

    /** Starts {@code command} with both streams going to the end of the file {@code output}. */
    static Process start(@Nullable Path folder, Path output, List<String> command)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.redirectInput(Path.of("/dev/null").toFile());
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
        if (folder != null) {
            builder.directory(folder.toFile());
        }
        return builder.start();
    }

    /** Ends a process and what it started, without asking; returns once it is gone. */
    static void end(Process process) {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                throw new IllegalStateException("process " + process.pid() + " does not end");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Tells a process to stop, go on, or whatever else {@code kill -NAME} can say. */
    static void signal(long pid, String name) throws IOException, InterruptedException {
        run(Duration.ofSeconds(10), "kill", "-" + name, Long.toString(pid)).expectSuccess();
    }

    private static String read(Path output) throws IOException {
        return new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
    }
}
