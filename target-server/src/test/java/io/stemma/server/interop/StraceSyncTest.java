package io.stemma.server.interop;

import static org.assertj.core.api.Assertions.assertThat;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the kernel is asked to do between a command and its answer, as {@code strace} sees it on the
 * real process. A server that answers SYNCHRONIZE CACHE or a FUA write without making data stable
 * fails here; no restart could tell, because the page cache outlives a killed process.
 */
@Tag("interop")
final class StraceSyncTest {
    private static final int REPEATS = 5;
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String CALLS =
            "trace=fsync,fdatasync,sync_file_range,msync,pwrite64,pwritev,pwritev2,io_uring_enter,"
                    + "sendto,sendmsg,write,writev";

    private static final Pattern ANSWER =
            Pattern.compile("^\\d+ +(?:write|writev|sendto|sendmsg)\\(\\d+<(?:socket|TCP)");
    private static final Pattern SYNC =
            Pattern.compile("(?:fdatasync|fsync)\\(\\d+<[^>]*/data/[^>]*> *\\) += 0");
    private static final Pattern DURABLE_WRITE =
            Pattern.compile("pwritev2\\(\\d+<[^>]*/data/.*RWF_D?SYNC *\\) += [1-9]");
    private static final Pattern UNFINISHED =
            Pattern.compile("^(\\d+) +(.*) <unfinished \\.\\.\\.>$");
    private static final Pattern RESUMED =
            Pattern.compile("^(\\d+) +<\\.\\.\\. \\w+ resumed>(.*)$");

    @TempDir private Path folder;

    @Test
    void aSyncEndsBeforeTheAnswerToSynchronizeCache() throws Exception {
        try (Traced traced = new Traced()) {
            for (int repeat = 1; repeat <= REPEATS; repeat++) {
                traced.trace("write -P " + repeat + " " + repeat + "M 64k");
                String calls = traced.trace("flush");
                assertThat(somethingStableBeforeTheAnswer(calls)).as(calls).isTrue();
            }
        }
    }

    @Test
    void aWriteWithForceUnitAccessIsStableBeforeItsAnswer() throws Exception {
        try (Traced traced = new Traced()) {
            for (int repeat = 1; repeat <= REPEATS; repeat++) {
                String calls = traced.trace("write -f -P " + repeat + " " + repeat + "M 64k");
                assertThat(somethingStableBeforeTheAnswer(calls)).as(calls).isTrue();
            }
        }
    }

    /** The control: were a sync seen whatever is asked, the other two would prove nothing. */
    @Test
    void aPlainWriteIsAnsweredWithoutASync() throws Exception {
        try (Traced traced = new Traced()) {
            int without = 0;
            String last = "";
            for (int repeat = 1; repeat <= REPEATS; repeat++) {
                String calls = traced.trace("write -P " + repeat + " " + repeat + "M 64k");
                without += somethingStableBeforeTheAnswer(calls) ? 0 : 1;
                last = calls;
            }
            assertThat(without)
                    .as("writes answered from the cache; the last: %s", last)
                    .isPositive();
        }
    }

    private static boolean somethingStableBeforeTheAnswer(String calls) {
        List<String> lines = joined(calls);
        int answer = last(lines, ANSWER.asPredicate());
        assertThat(answer).as("an answer on a socket: " + calls).isNotNegative();
        return last(lines.subList(0, answer), SYNC.asPredicate().or(DURABLE_WRITE.asPredicate()))
                >= 0;
    }

    /**
     * The calls at the place of their end; one that another thread interrupted also at its begin.
     */
    private static List<String> joined(String calls) {
        Map<String, String> begun = new HashMap<>();
        List<String> lines = new ArrayList<>();
        for (String line : calls.lines().toList()) {
            Matcher unfinished = UNFINISHED.matcher(line);
            Matcher resumed = RESUMED.matcher(line);
            if (unfinished.matches()) {
                begun.put(unfinished.group(1), unfinished.group(2));
                lines.add(line);
            } else if (resumed.matches()) {
                lines.add("end of " + begun.get(resumed.group(1)) + resumed.group(2));
            } else {
                lines.add(line);
            }
        }
        return lines;
    }

    private static int last(List<String> lines, Predicate<String> wanted) {
        for (int at = lines.size() - 1; at >= 0; at--) {
            if (wanted.test(lines.get(at))) {
                return at;
            }
        }
        return -1;
    }

    /** A server under {@code strace}, and a {@code qemu-io} that talks to it command by command. */
    private final class Traced implements AutoCloseable {
        private static final String PROMPT = "qemu-io> ";

        private final List<Process> started = new ArrayList<>();
        private final Path calls = folder.resolve("calls");
        private final StemmaProcess server;
        private final BufferedReader answers;
        private final Writer commands;

        Traced() throws Exception {
            server = StemmaProcess.start(folder, ServerSetup.plain(64));
            try {
                String url = server.url(ServerSetup.PLAIN);
                Process client =
                        new ProcessBuilder(
                                        "timeout",
                                        "60",
                                        "stdbuf",
                                        "-oL",
                                        "qemu-io",
                                        "-t",
                                        "writeback",
                                        "-f",
                                        "raw",
                                        url)
                                .redirectErrorStream(true)
                                .start();
                started.add(client);
                answers = client.inputReader(StandardCharsets.UTF_8);
                commands = client.outputWriter(StandardCharsets.UTF_8);
                untilPrompt();
                run("write 0 64k");
                attach();
            } catch (Throwable failure) {
                close();
                throw failure;
            }
        }

        private void attach() throws IOException {
            Path said = folder.resolve("strace.out");
            List<String> command =
                    new ArrayList<>(List.of("strace", "-f", "-y", "-s", "0", "-e", CALLS));
            command.addAll(List.of("-o", calls.toString(), "-p", Long.toString(server.pid())));
            Process strace = Program.start(folder, said, command);
            started.add(strace);
            Awaitility.await()
                    .atMost(LIMIT)
                    .failFast("strace attaches", () -> !strace.isAlive())
                    .until(() -> Files.readString(said).contains("attached"));
        }

        /** Runs one command of qemu-io; returns the system calls of the server meanwhile. */
        String trace(String command) throws IOException {
            int begin = Files.readString(calls).length();
            run(command);
            return Awaitility.await()
                    .atMost(LIMIT)
                    .until(
                            () -> Files.readString(calls).substring(begin),
                            seen -> seen.lines().anyMatch(ANSWER.asPredicate()));
        }

        private void run(String command) throws IOException {
            commands.write(command + "\n");
            commands.flush();
            assertThat(untilPrompt()).as(command).doesNotContain("failed", "rror");
        }

        /** What qemu-io says until it asks for the next command. */
        private String untilPrompt() throws IOException {
            StringBuilder said = new StringBuilder();
            while (said.indexOf(PROMPT) < 0) {
                int next = answers.read();
                assertThat(next).as("qemu-io ended after: %s", said).isNotNegative();
                said.append((char) next);
            }
            return said.toString();
        }

        @Override
        public void close() {
            started.reversed().forEach(Process::destroy);
            server.close();
        }
    }
}
