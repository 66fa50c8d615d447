package io.stemma.server.interop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Memory under load, and how soon a host can log in. */
@Tag("interop")
final class FourSessionsTest {
    private static final int SESSIONS = 4;
    private static final int MEBIBYTES = 256;
    private static final long RESIDENT_KIBIBYTES = 256L << 10;
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @TempDir private Path folder;

    @Test
    void fourSessionsAtDepth32StayWithinTheMemoryBudget() throws Exception {
        try (StemmaProcess server = StemmaProcess.start(folder, ServerSetup.plain(MEBIBYTES))) {
            load(server, "4096", "60000", "-w");
            load(server, "4096", "60000");
            load(server, "131072", "4000", "-w");
            load(server, "131072", "4000");
            long peak = server.peakResidentKibibytes();
            System.out.println("[memory] peak " + peak + " KiB with " + SESSIONS + " sessions");
            assertThat(peak)
                    .as("greatest resident set, KiB")
                    .isLessThanOrEqualTo(RESIDENT_KIBIBYTES);
        }
    }

    @Test
    void aHostCanLogInRightAfterTheStart() throws Exception {
        long begin = System.nanoTime();
        try (StemmaProcess server = StemmaProcess.start(folder, ServerSetup.plain(MEBIBYTES))) {
            Program.run(LIMIT, "iscsi-inq", server.url(ServerSetup.PLAIN)).expectSuccess();
            long milliseconds = (System.nanoTime() - begin) / 1_000_000;
            System.out.println("[start] first login after " + milliseconds + " ms");
        }
    }

    private void load(StemmaProcess server, String bytes, String requests, String... more)
            throws Exception {
        List<String> command = new ArrayList<>(List.of("qemu-img", "bench", "-f", "raw"));
        command.addAll(List.of("-t", "none", "-d", "32", "-s", bytes, "-c", requests));
        command.addAll(List.of(more));
        command.add(server.url(ServerSetup.PLAIN));
        Path output = folder.resolve("bench.out");
        List<Process> sessions = new ArrayList<>();
        try {
            for (int session = 0; session < SESSIONS; session++) {
                sessions.add(Program.start(folder, output, command));
            }
            for (Process session : sessions) {
                boolean ended = session.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
                String said = Files.readString(output);
                assertThat(ended).as(said).isTrue();
                assertThat(session.exitValue()).as(said).isZero();
            }
        } finally {
            sessions.forEach(Program::end);
        }
    }
}
