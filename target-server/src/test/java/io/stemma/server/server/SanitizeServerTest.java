package io.stemma.server.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.server.testing.RawPdu;
import io.stemma.server.testing.TestInitiator;
import io.stemma.server.testing.TestInitiator.Outcome;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** SANITIZE and EXTENDED COPY over real connections, on a real pool. */
class SanitizeServerTest {
    private static final String ONE = "iqn.2026-11.com.example:one";
    private static final String TWO = "iqn.2026-11.com.example:two";
    private static final String HOST = "iqn.2026-11.com.example.host:me";
    private static final String OTHER = "iqn.2026-11.com.example.host:other";
    private static final byte[] SECRET =
            "what nobody may ever read again".getBytes(StandardCharsets.US_ASCII);
    private static final int BLOCK = 512;
    private static final int SANITIZE_IN_PROGRESS = 0x02041b;

    private static final String YAML =
            """
            listen: ["127.0.0.1:0"]
            volumes: [{name: v, size: 96MiB}, {name: w, size: 1MiB}]
            targets:
              - {name: iqn.2026-11.com.example:one, luns: [{lun: 0, volume: v}]}
              - {name: iqn.2026-11.com.example:two, luns: [{lun: 3, volume: v}, {lun: 4, volume: w}]}
            """;

    @TempDir Path folder;
    private @Nullable TargetServer server;

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    private void start() throws Exception {
        Configuration configuration = ConfigurationReader.parse(YAML, "stemma.yaml", folder);
        server =
                TargetServer.start(folder, configuration, false, configuration.portals(), Map.of());
    }

    private void restart() throws Exception {
        Objects.requireNonNull(server).close();
        server = null;
        start();
    }

    private TestInitiator login(String initiatorName, String target) {
        TestInitiator initiator =
                TestInitiator.connect(Objects.requireNonNull(server).portals().get(0).listen());
        assertThat(new LoginClient(initiator, initiatorName, target).plain()).isZero();
        return initiator;
    }

    private static byte[] secretBlock() {
        byte[] block = new byte[BLOCK];
        for (int at = 0; at + SECRET.length <= BLOCK; at += SECRET.length) {
            System.arraycopy(SECRET, 0, block, at, SECRET.length);
        }
        return block;
    }

    private static Outcome send(TestInitiator from, int lun, byte[] cdb, byte[] dataOut) {
        int flags = dataOut.length > 0 ? 0xa0 : 0x80;
        RawPdu command = from.command(flags, lun, dataOut.length, Arrays.copyOf(cdb, 16));
        return from.run(dataOut.length > 0 ? command.withData(dataOut) : command);
    }

    private static byte[] sanitize(int action, int length) {
        ByteBuffer cdb = ByteBuffer.allocate(16);
        return cdb.put(0, (byte) 0x48).put(1, (byte) action).putShort(7, (short) length).array();
    }

    /** Some passes of a pattern that is not zero. */
    private static byte[] overwriteList(int passes) {
        return new byte[] {(byte) passes, 0, 0, 2, 0x5a, (byte) 0xa5};
    }

    private static Outcome ready(TestInitiator from, int lun) {
        return send(from, lun, new byte[6], new byte[0]);
    }

    private static int progress(Outcome outcome) {
        byte[] sense = outcome.last().data();
        assertThat(sense[2 + 15] & 0x80).as("SKSV").isEqualTo(0x80);
        return ByteBuffer.wrap(sense).getShort(2 + 16) & 0xffff;
    }

    private static void writeSecret(TestInitiator from, int lun, int... blocks) {
        for (int block : blocks) {
            Outcome outcome = from.run(from.write10(lun, block, 1, BLOCK, true, secretBlock()));
            assertThat(outcome.status()).isZero();
        }
        assertThat(send(from, lun, TestInitiator.cdb10(0x35, 0, 0), new byte[0]).status()).isZero();
    }

    private static byte[] read(TestInitiator from, int lun, int block) {
        return from.run(from.read10(lun, block, 1, BLOCK)).data();
    }

    private boolean secretOnDisk() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (holdsSecret(file)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean holdsSecret(Path file) throws IOException {
        byte[] piece = new byte[1 << 20];
        try (InputStream in = Files.newInputStream(file)) {
            for (int length = in.readNBytes(piece, 0, piece.length); length > 0; ) {
                // Secrets were written to whole blocks, and pieces begin with one.
                for (int at = 0; at + SECRET.length <= length; at += BLOCK) {
                    if (Arrays.equals(piece, at, at + SECRET.length, SECRET, 0, SECRET.length)) {
                        return true;
                    }
                }
                length = in.readNBytes(piece, 0, piece.length);
            }
        }
        return false;
    }

    private static void awaitReady(TestInitiator from, int lun) {
        Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .until(() -> ready(from, lun).status() == 0);
    }

    @Test
    void twoInitiatorsOnTwoTargetsMeetTheProgress() throws Exception {
        start();
        try (TestInitiator mine = login(HOST, ONE);
                TestInitiator theirs = login(OTHER, TWO)) {
            writeSecret(mine, 0, 0, 150_000, 196_607);
            byte[] list = overwriteList(3);
            assertThat(send(mine, 0, sanitize(0x81, list.length), list).status()).isZero();
            Outcome met = ready(theirs, 3);
            assertThat(met.sense()).isEqualTo(SANITIZE_IN_PROGRESS);
            int before = progress(met);
            assertThat(send(mine, 0, TestInitiator.cdb10(0x28, 0, 1), new byte[0]).sense())
                    .isEqualTo(SANITIZE_IN_PROGRESS);
            assertThat(ready(theirs, 4).status()).as("another unit").isZero();
            Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .until(
                            () -> {
                                Outcome now = ready(theirs, 3);
                                return now.status() == 0 || progress(now) > before;
                            });
            awaitReady(mine, 0);
            for (int block : new int[] {0, 150_000, 196_607}) {
                byte[] data = read(theirs, 3, block);
                assertThat(data[0]).isEqualTo((byte) 0x5a);
                assertThat(data[511]).isEqualTo((byte) 0xa5);
            }
        }
        assertThat(secretOnDisk()).isFalse();
    }

    @Test
    void aRestartInTheMiddleGoesOn() throws Exception {
        start();
        try (TestInitiator mine = login(HOST, ONE)) {
            writeSecret(mine, 0, 5, 90_000, 196_000);
            byte[] list = overwriteList(8);
            assertThat(send(mine, 0, sanitize(0x81, list.length), list).status()).isZero();
            assertThat(ready(mine, 0).sense()).isEqualTo(SANITIZE_IN_PROGRESS);
        }
        restart();
        try (TestInitiator mine = login(HOST, ONE)) {
            assertThat(ready(mine, 0).sense()).isEqualTo(SANITIZE_IN_PROGRESS);
            awaitReady(mine, 0);
            assertThat(read(mine, 0, 196_000)[1]).isEqualTo((byte) 0xa5);
            writeSecret(mine, 0, 7);
        }
        restart();
        try (TestInitiator mine = login(HOST, ONE)) {
            assertThat(ready(mine, 0).status()).isZero();
            assertThat(read(mine, 0, 7)).as("not erased once more").isEqualTo(secretBlock());
        }
    }

    @Test
    void anErasedVolumeHasNothingLeftOnDisk() throws Exception {
        start();
        try (TestInitiator mine = login(HOST, ONE)) {
            writeSecret(mine, 0, 1, 8, 9, 100_000, 196_607);
            assertThat(secretOnDisk()).isTrue();
            // What was unmapped just before waits to be punched.
            byte[] unmap = new byte[24];
            unmap[1] = 22;
            unmap[3] = 16;
            ByteBuffer.wrap(unmap).putLong(8, 100_000).putInt(16, 8);
            ByteBuffer cdb = ByteBuffer.allocate(16).put(0, (byte) 0x42).putShort(7, (short) 24);
            assertThat(send(mine, 0, cdb.array(), unmap).status()).isZero();
            assertThat(send(mine, 0, sanitize(0x02, 0), new byte[0]).status()).isZero();
            assertThat(secretOnDisk()).isFalse();
            assertThat(read(mine, 0, 196_607)).containsOnly(0);
        }
    }

    @Test
    void whatASessionDoesNotReachIsNotCopied() throws Exception {
        start();
        try (TestInitiator mine = login(HOST, ONE);
                TestInitiator theirs = login(OTHER, TWO)) {
            writeSecret(theirs, 4, 0);
            byte[] list = copyList(naa("w"), naa("v"));
            assertThat(send(mine, 0, copyCdb(list.length), list).sense()).isEqualTo(0x0a0d02);
            try (TestInitiator second = login(HOST, TWO)) {
                assertThat(ready(second, 4).status()).isZero();
                assertThat(send(mine, 0, copyCdb(list.length), list).status()).isZero();
                assertThat(read(mine, 0, 64)).isEqualTo(secretBlock());
                second.run(second.command(0x80, 4, 0, new byte[16]));
            }
            assertThat(send(theirs, 4, copyCdb(list.length), list).status()).isZero();
        }
    }

    private long naa(String volume) throws Exception {
        Outcome page;
        try (TestInitiator asker = login(OTHER + ".naa", TWO)) {
            byte[] cdb = new byte[16];
            cdb[0] = 0x12;
            cdb[1] = 1;
            cdb[2] = (byte) 0x83;
            cdb[4] = (byte) 0xff;
            page = asker.run(asker.command(0xc0, volume.equals("v") ? 3 : 4, 255, cdb));
        }
        return ByteBuffer.wrap(page.data()).getLong(8);
    }

    private static byte[] copyCdb(int length) {
        return ByteBuffer.allocate(16).put(0, (byte) 0x83).putInt(10, length).array();
    }

    /** Block 0 of the one to block 64 of the other. */
    private static byte[] copyList(long source, long destination) {
        ByteBuffer list = ByteBuffer.allocate(16 + 2 * 32 + 28);
        list.putShort(2, (short) 64).putInt(8, 28);
        int at = 16;
        for (long naa : List.of(source, destination)) {
            list.put(at, (byte) 0xe4).put(at + 4, (byte) 1).put(at + 5, (byte) 3);
            list.put(at + 7, (byte) 8).putLong(at + 8, naa).putShort(at + 30, (short) BLOCK);
            at += 32;
        }
        list.put(at, (byte) 2).putShort(at + 2, (short) 24).putShort(at + 6, (short) 1);
        list.putShort(at + 10, (short) 1).putLong(at + 20, 64);
        return list.array();
    }
}
