package io.stemma.server.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.server.testing.IdleInitiators;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Ten thousand sessions that do nothing but answer pings cost little memory. */
@Tag("full")
final class IdleConnectionsTest {
    private static final int SESSIONS = 10_000;
    private static final int FILES_BESIDE = 200;
    private static final long RESIDENT_KIBIBYTES = 200L << 10;

    @TempDir private Path folder;

    @Test
    void tenThousandIdleSessionsStayWithinTheMemoryBudget() throws Exception {
        Assumptions.assumeTrue(
                filesMax() >= SESSIONS + FILES_BESIDE,
                "not applicable: needs a hard limit of open files (ulimit -Hn) of 10,200");
        try (StemmaProcess server = StemmaProcess.start(folder, ServerSetup.plain(16))) {
            InetSocketAddress portal =
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
            long before = resident(server);
            try (IdleInitiators idle = new IdleInitiators(portal, ServerSetup.PLAIN)) {
                idle.open(SESSIONS);
                System.out.printf(
                        "[idle] %d KiB before, %d KiB with %d sessions, peak %d KiB%n",
                        before, resident(server), SESSIONS, server.peakResidentKibibytes());
                // A round of pings after the quiet limit, so that the sessions are known to live.
                Awaitility.await()
                        .atMost(Duration.ofMinutes(3))
                        .until(() -> idle.answerPings() >= SESSIONS);
                assertThat(idle.closed()).isZero();
                System.out.printf(
                        "[idle] %d KiB, peak %d KiB after a round of pings%n",
                        resident(server), server.peakResidentKibibytes());
            }
            assertThat(server.peakResidentKibibytes())
                    .as("greatest resident set, KiB")
                    .isLessThanOrEqualTo(RESIDENT_KIBIBYTES);
        }
    }

    private static long resident(StemmaProcess server) throws IOException {
        return number(Path.of("/proc/" + server.pid() + "/status"), "VmRSS:");
    }

    private static long filesMax() throws IOException {
        String limits = Files.readString(Path.of("/proc/self/limits"));
        String line = limits.lines().filter(l -> l.startsWith("Max open files")).findFirst().get();
        String hard = line.trim().split("\\s+", -1)[4];
        return hard.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(hard);
    }

    private static long number(Path file, String name) throws IOException {
        return Files.readAllLines(file).stream()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElseThrow();
    }
}
