package io.stemma.server.iscsi.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.server.iscsi.session.SessionLimits;
import io.stemma.server.iscsi.session.Transport;
import io.stemma.server.testing.RawPdu;
import io.stemma.server.testing.TestInitiator;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Many sessions share the memory for receiving and for data in transfer. */
class SharedMemoryTest {
    private static final int BLOCK = MemoryDevice.BLOCK;
    private static final int BLOCKS = 128;
    private static final int RECEIVE_BYTES = 1 << 20;

    private final long inUse = TestTarget.bytesInUse();
    private final TestTarget target =
            new TestTarget(
                    TestTarget.parameters(false, true, true, 1),
                    new SessionLimits(
                            64, 64, 5, 32, 8, 1 << 20, 4 << 20, 8 << 20, 30, 30, 30, 1 << 18, 3),
                    Transport.best(1),
                    CommandMeter.NONE,
                    RECEIVE_BYTES);
    private final List<TestInitiator> initiators = new ArrayList<>();

    @AfterEach
    void allMemoryIsGivenBack() {
        initiators.forEach(TestInitiator::close);
        Awaitility.await().until(() -> target.sessions.sessions().isEmpty());
        Awaitility.await().until(() -> target.sessions.memory().used() == 0);
        Awaitility.await().until(() -> target.receiveMemory.used() == 0);
        Awaitility.await().until(() -> TestTarget.bytesInUse() <= inUse);
        target.close();
    }

    private TestInitiator initiator() {
        TestInitiator next = target.initiator(1 + initiators.size());
        initiators.add(next);
        return next;
    }

    private static RawPdu write(TestInitiator from) {
        byte[] data = new byte[BLOCKS * BLOCK];
        return from.write10(0, 0, BLOCKS, data.length, true, data);
    }

    @Test
    void manyBusySessionsShareTheMemoryForReceivingAndAllGoOn() {
        for (int i = 0; i < 24; i++) {
            initiator();
        }
        for (int round = 0; round < 4; round++) {
            for (TestInitiator each : initiators) {
                each.send(write(each), write(each), write(each));
            }
            assertThat(target.receiveMemory.used()).isLessThanOrEqualTo(RECEIVE_BYTES);
            for (TestInitiator each : initiators) {
                for (int i = 0; i < 3; i++) {
                    assertThat(each.outcome().status()).isIn(0, 0x28);
                }
            }
        }
    }

    @Test
    void aPduForWhichThereIsNoMemoryWaitsAndSparesOthers() {
        TestInitiator calm = initiator();
        for (int i = 0; i < 32; i++) {
            TestInitiator stalling = initiator();
            byte[] whole = stalling.encode(write(stalling));
            stalling.sendBytes(Arrays.copyOf(whole, whole.length - 4));
            assertThat(calm.run(calm.read10(0, 0, 1, BLOCK)).status()).isZero();
            assertThat(target.receiveMemory.used()).isLessThanOrEqualTo(RECEIVE_BYTES);
        }
        Awaitility.await()
                .until(() -> target.receiveMemory.used() > RECEIVE_BYTES - BLOCKS * BLOCK);
        RawPdu late = write(calm);
        calm.send(late);
        initiators.subList(1, 33).forEach(TestInitiator::close);
        assertThat(calm.outcome().status()).isZero();
    }

    @Test
    void whatAnInitiatorLeftUnreadCountsForItsNextSession() {
        TestInitiator deaf = initiator();
        int blocks = (1 << 20) / BLOCK;
        RawPdu[] reads = new RawPdu[32];
        for (int i = 0; i < reads.length; i++) {
            reads[i] = deaf.read10(0, 0, blocks, blocks * BLOCK);
        }
        deaf.send(reads);
        Awaitility.await()
                .during(Duration.ofMillis(300))
                .until(() -> target.sessions.memory().used() >= 1 << 20);
        target.sessions.sessions().getFirst().close("of the test");
        Awaitility.await().until(() -> target.sessions.sessions().isEmpty());
        long left = target.sessions.memory().used();
        assertThat(left).isPositive();
        initiator();
        assertThat(target.sessions.sessions().getFirst().memory().used()).isEqualTo(left);
    }
}
