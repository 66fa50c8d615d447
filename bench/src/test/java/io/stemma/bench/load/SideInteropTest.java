package io.stemma.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.bench.peer.Peer;
import io.stemma.bench.peer.Place;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Every foreign target can be started, filled, loaded and ended. */
@Tag("interop")
@Timeout(value = 120, unit = TimeUnit.SECONDS)
final class SideInteropTest {
    @TempDir private Path folder = Path.of("");

    @ParameterizedTest
    @ValueSource(strings = {"tgt", "istgt", "jscsi"})
    void theLoadGeneratorReadsAndWritesWhatThePeerServes(String name) throws IOException {
        Peer peer =
                Peer.ALL.stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
        Place place = new Place(name, freePort(), folder, 16 << 20, Path.of(".."));
        try (Side side = Side.start(name, peer, place)) {
            assertThat(side.negotiated()).contains("ImmediateData=Yes", "HeaderDigest=None");
            for (Job job : Job.all()) {
                Run run = side.run(job, 1, 1);
                assertThat(run.operations()).as(job.name()).isPositive();
                assertThat(run.residentMib()).isPositive();
                assertThat(run.p99Micros()).isGreaterThanOrEqualTo(run.p50Micros());
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
