package io.stemma.server.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.server.interop.Program.Outcome;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The server is killed while fio writes, and once more when fio has its last acknowledgement. A
 * server that acknowledged from memory of its own would lose blocks, and fio's checksums would
 * tell.
 *
 * <p>{@code qemu-nbd} stands between: its libiscsi logs in again by itself, so that fio sees a
 * pause and no error.
 */
@Tag("interop")
final class KillNineTest {
    private static final int MEBIBYTES = 128;
    private static final int WRITTEN = 48;
    private static final Duration FIO_LIMIT = Duration.ofMinutes(2);
    private static final int ROUNDS = Integer.getInteger("stemma.interop.kills", 3);
    private static final int ROUNDS_FULL = Integer.getInteger("stemma.interop.kills.full", 20);
    private static final long SEED =
            Long.getLong("stemma.interop.seed", ThreadLocalRandom.current().nextLong());

    @TempDir private Path folder;

    @Test
    void nothingAcknowledgedIsLostWhenTheServerIsKilled() throws Exception {
        killInMidLoad(ROUNDS);
    }

    @Test
    @Tag("full")
    void nothingAcknowledgedIsLostInManyRounds() throws Exception {
        killInMidLoad(ROUNDS_FULL);
    }

    @Test
    void theVerifierSeesBlocksThatWereZeroedBehindTheServersBack() throws Exception {
        try (StemmaProcess server = StemmaProcess.start(folder, ServerSetup.plain(MEBIBYTES))) {
            int seed = new Random(SEED).nextInt(1, Integer.MAX_VALUE);
            try (Bridge bridge = new Bridge(server)) {
                finish(write(bridge, seed));
            }
            try (Bridge bridge = new Bridge(server)) {
                verify(bridge, seed).expectSuccess();
            }
            server.stop();
            zero(layer(server), (WRITTEN / 2) << 20, 64 << 10);
            server.restart();
            try (Bridge bridge = new Bridge(server)) {
                Outcome outcome = verify(bridge, seed);
                assertThat(outcome.succeeded()).as(outcome.toString()).isFalse();
                assertThat(outcome.output()).contains("verify");
            }
        }
    }

    private void killInMidLoad(int rounds) throws Exception {
        System.out.println("seed " + SEED + " (-Dstemma.interop.seed)");
        Random random = new Random(SEED);
        try (StemmaProcess server = StemmaProcess.start(folder, ServerSetup.plain(MEBIBYTES))) {
            for (int round = 1; round <= rounds; round++) {
                int seed = random.nextInt(1, Integer.MAX_VALUE);
                int acknowledged = random.nextInt(2, WRITTEN * 2 / 3);
                System.out.println("round " + round + ": fio seed " + seed);
                try (Bridge bridge = new Bridge(server)) {
                    Process load = write(bridge, seed);
                    awaitWritten(server, acknowledged);
                    assertThat(load.isAlive()).as("fio was still writing").isTrue();
                    server.kill9();
                    server.restart();
                    finish(load);
                }
                server.kill9();
                server.restart();
                try (Bridge bridge = new Bridge(server)) {
                    Outcome outcome = verify(bridge, seed);
                    assertThat(outcome.succeeded())
                            .as("round %s, seed %s: %s\n%s", round, seed, outcome, server.tail())
                            .isTrue();
                }
            }
        }
    }

    /** Waits until the process has written some mebibytes since its start, to files and sockets. */
    private static void awaitWritten(StemmaProcess server, int mebibytes) {
        Path counters = Path.of("/proc/" + server.pid() + "/io");
        Awaitility.await()
                .atMost(FIO_LIMIT)
                .pollInterval(Duration.ofMillis(5))
                .until(
                        () ->
                                Files.readAllLines(counters).stream()
                                                .filter(line -> line.startsWith("wchar:"))
                                                .mapToLong(
                                                        line -> Long.parseLong(line.substring(7)))
                                                .sum()
                                        >= (long) mebibytes << 20);
    }

    private Process write(Bridge bridge, int seed) throws IOException {
        List<String> options =
                List.of("--do_verify=0", "--verify_state_save=1", "--rate_iops=8000");
        return Program.start(folder, folder.resolve("fio.out"), fio(bridge, seed, options));
    }

    private void finish(Process load) throws Exception {
        boolean ended = load.waitFor(FIO_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        Program.end(load);
        String said = Files.readString(folder.resolve("fio.out"));
        assertThat(ended).as("fio ends in time: " + said).isTrue();
        assertThat(load.exitValue()).as(said).isZero();
    }

    private Outcome verify(Bridge bridge, int seed) throws Exception {
        List<String> options = List.of("--verify_only=1", "--verify_state_load=1");
        return Program.run(FIO_LIMIT, folder, fio(bridge, seed, options));
    }

    private static List<String> fio(Bridge bridge, int seed, List<String> options) {
        List<String> command = new ArrayList<>(List.of("fio", "--name=kill", "--ioengine=nbd"));
        command.add("--uri=nbd+unix:///?socket=" + bridge.socket);
        command.addAll(List.of("--rw=randwrite", "--bs=4k", "--iodepth=16"));
        command.addAll(List.of("--size=" + WRITTEN + "M", "--randseed=" + seed));
        command.addAll(List.of("--verify=crc32c", "--verify_fatal=1"));
        command.addAll(options);
        return command;
    }

    /** The sparse file in which the blocks of the volume lie at their own offsets. */
    private static Path layer(StemmaProcess server) throws IOException {
        try (Stream<Path> files = Files.walk(server.data())) {
            // Not the ballast, which may be larger.
            Path largest =
                    files.filter(Files::isRegularFile)
                            .filter(file -> file.getFileName().toString().startsWith("layer."))
                            .max(Comparator.comparingLong(file -> file.toFile().length()))
                            .orElseThrow();
            assertThat(Files.size(largest)).isGreaterThanOrEqualTo((long) MEBIBYTES << 20);
            return largest;
        }
    }

    private static void zero(Path file, long offset, int length) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            int written = channel.write(ByteBuffer.allocate(length), offset);
            assertThat(written).isEqualTo(length);
        }
    }

    /** A {@code qemu-nbd} that serves the LUN on a socket in the test's folder. */
    private final class Bridge implements AutoCloseable {
        private final Path socket;
        private final Process process;

        Bridge(StemmaProcess server) throws IOException {
            socket = Files.createTempDirectory("nbd").resolve("socket");
            List<String> command = new ArrayList<>(List.of("qemu-nbd", "-t", "-f", "raw"));
            command.addAll(List.of("-k", socket.toString(), server.url(ServerSetup.PLAIN)));
            process = Program.start(folder, folder.resolve("nbd.out"), command);
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(this::listens);
        }

        /** The socket's file is there a moment before anybody listens to it. */
        private boolean listens() {
            try (SocketChannel _ = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
                return true;
            } catch (IOException notYet) {
                return false;
            }
        }

        @Override
        public void close() throws IOException {
            Program.end(process);
            Files.deleteIfExists(socket);
            Files.deleteIfExists(socket.getParent());
        }
    }
}
