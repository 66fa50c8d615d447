package io.stemma.server.server;

import static io.stemma.server.server.ReservingHost.GOOD;
import static io.stemma.server.server.ReservingHost.PREEMPT_AND_ABORT;
import static io.stemma.server.server.ReservingHost.REGISTER_AND_IGNORE;
import static io.stemma.server.server.ReservingHost.RELEASE;
import static io.stemma.server.server.ReservingHost.RESERVE;
import static io.stemma.server.server.ReservingHost.WRITE_EXCLUSIVE;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.server.testing.RawPdu;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** PREEMPT AND ABORT fences a host in mid-write: what it wrote before never comes after. */
class FencingTest {
    private static final int ROUNDS = 20;
    private static final int BLOCKS = 16;
    private static final int NOP_IN = 0x20;

    @TempDir Path folder;

    @Test
    void noWriteOfAFencedHostLandsOnNewerData() throws Exception {
        long seed = Long.getLong("stemma.seed", System.nanoTime());
        System.out.println("[reservations] stemma.seed=" + seed);
        List<LateVolume> made = new ArrayList<>();
        try (SmallServer server =
                        new SmallServer(
                                folder,
                                volume -> {
                                    made.add(new LateVolume(volume, seed));
                                    return made.getFirst();
                                });
                LateVolume disk = made.getFirst();
                ReservingHost a = new ReservingHost(server.login("a", 1));
                ReservingHost b = new ReservingHost(server.login("b", 2))) {
            assertThat(a.register(1)).isEqualTo(GOOD);
            for (int round = 0; round < ROUNDS; round++) {
                fence(a, b, disk, round);
            }
        }
    }

    private static void fence(ReservingHost a, ReservingHost b, LateVolume disk, int round) {
        assertThat(b.reserve(REGISTER_AND_IGNORE, 0, 0, 2, false)).isEqualTo(GOOD);
        assertThat(b.reserve(RESERVE, WRITE_EXCLUSIVE, 2, 0, false)).isEqualTo(GOOD);
        int older = 2 * round;
        int newer = 2 * round + 1;
        for (int block = 0; block < BLOCKS; block++) {
            b.initiator.send(b.writing(block, older));
        }
        assertThat(a.reserve(PREEMPT_AND_ABORT, WRITE_EXCLUSIVE, 1, 2, false)).isEqualTo(GOOD);
        for (int block = 0; block < BLOCKS; block++) {
            a.initiator.send(a.writing(block, newer));
        }
        for (int block = 0; block < BLOCKS; block++) {
            assertThat(a.initiator.outcome().status()).isEqualTo(GOOD);
        }
        Awaitility.await().until(disk::idle);
        for (int block = 0; block < BLOCKS; block++) {
            assertThat(a.read(block).data()).as("round " + round).containsOnly(newer);
        }
        assertThat(a.reserve(RELEASE, WRITE_EXCLUSIVE, 1, 0, false)).isEqualTo(GOOD);
        b.initiator.send(b.initiator.ping(new byte[0]));
        RawPdu next = b.initiator.receive();
        while (next.opcode() != NOP_IN) {
            next = b.initiator.receive();
        }
        b.settle();
    }
}
