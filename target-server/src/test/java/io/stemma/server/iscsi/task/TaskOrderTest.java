package io.stemma.server.iscsi.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.server.iscsi.session.SessionLimits;
import io.stemma.server.iscsi.session.Transport;
import io.stemma.server.scsi.ScsiTask;
import io.stemma.server.testing.RawPdu;
import io.stemma.server.testing.TestInitiator;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Task attributes over a connection (SAM-5, 8), with a device that ends commands when told. */
class TaskOrderTest {
    private static final int BLOCK = MemoryDevice.BLOCK;
    private static final int SIMPLE = 1;
    private static final int ORDERED = 2;
    private static final int HEAD_OF_QUEUE = 3;

    private final TestTarget target = new TestTarget(TestTarget.parameters(false, false, true, 1));
    private final TestInitiator initiator = target.initiator(1);

    TaskOrderTest() {
        target.device.pace = MemoryDevice.Pace.WHEN_RELEASED;
    }

    @AfterEach
    void stop() {
        initiator.close();
        target.close();
    }

    private RawPdu read(int attribute, int block) {
        return initiator.read10(0, block, 1, BLOCK).with8(1, 0xc0 | attribute);
    }

    private static int block(ScsiTask task) {
        return ByteBuffer.wrap(task.cdb()).getInt(2);
    }

    private ScsiTask next(int block) throws InterruptedException {
        ScsiTask task = target.device.awaitHeld();
        assertThat(block(task)).isEqualTo(block);
        return task;
    }

    /** The answer to a ping shows that everything before it was handled. */
    private void nothingElseRuns() {
        initiator.send(initiator.ping(new byte[] {1}));
        assertThat(initiator.receive().opcode()).isEqualTo(0x20);
        assertThat(target.device.held()).isZero();
    }

    private void release(ScsiTask task) {
        target.device.release(task);
        assertThat(initiator.outcome().status()).isZero();
    }

    @Test
    void orderedWaitsForOlderTasksAndYoungerOnesWaitForIt() throws InterruptedException {
        initiator.send(read(SIMPLE, 1), read(0, 2), read(ORDERED, 3), read(SIMPLE, 4));
        initiator.send(read(ORDERED, 5), read(ORDERED, 6));
        ScsiTask first = next(1);
        ScsiTask second = next(2);
        nothingElseRuns();
        release(second);
        nothingElseRuns();
        release(first);
        release(next(3));
        ScsiTask fourth = next(4);
        nothingElseRuns();
        release(fourth);
        release(next(5));
        release(next(6));
    }

    @Test
    void headOfQueueRunsAtOnceAndHoldsBackTheRest() throws InterruptedException {
        initiator.send(read(ORDERED, 1), read(SIMPLE, 2), read(HEAD_OF_QUEUE, 3));
        initiator.send(read(HEAD_OF_QUEUE, 4).with8(0, 0x41).with32(24, initiator.cmdSn() - 1));
        initiator.cmdSn(initiator.cmdSn() - 1);
        ScsiTask ordered = next(1);
        ScsiTask head = next(3);
        ScsiTask immediate = next(4);
        release(ordered);
        nothingElseRuns();
        release(immediate);
        nothingElseRuns();
        release(head);
        release(next(2));
    }

    @Test
    void aDormantWriteAsksForItsDataWhenItsTurnHasComeAndKeepsWhatCameUnasked()
            throws InterruptedException {
        byte[] data = new byte[4 * BLOCK];
        Arrays.fill(data, (byte) 9);
        byte[] half = Arrays.copyOf(data, 2 * BLOCK);
        initiator.send(read(SIMPLE, 1));
        RawPdu solicited = initiator.write10(0, 10, 4, data.length, true, new byte[0]);
        RawPdu partial = initiator.write10(0, 20, 4, data.length, false, half);
        RawPdu whole = initiator.write10(0, 30, 4, data.length, true, data);
        initiator.send(solicited.with8(1, 0xa0 | ORDERED), partial.with8(1, 0x20 | ORDERED));
        initiator.send(whole.with8(1, 0xa0 | ORDERED));
        initiator.send(initiator.dataOut(partial.get32(16), -1, 0, half.length, true, half));
        ScsiTask first = next(1);
        nothingElseRuns();
        release(first);
        RawPdu r2t = initiator.receive();
        assertThat(r2t.opcode()).isEqualTo(0x31);
        assertThat(r2t.get32(16)).isEqualTo(solicited.get32(16));
        initiator.send(initiator.dataOut(solicited.get32(16), r2t.get32(20), 0, 0, true, data));
        release(next(10));
        release(next(20));
        release(next(30));
        for (int block : new int[] {10, 20, 30}) {
            byte[] content = target.device.content;
            assertThat(Arrays.copyOfRange(content, block * BLOCK, (block + 4) * BLOCK))
                    .isEqualTo(data);
        }
    }

    @Test
    void aDormantTaskIsAbortedAtOnceAndAnswersNothing() throws InterruptedException {
        RawPdu simple = read(SIMPLE, 1);
        RawPdu ordered = read(ORDERED, 2);
        initiator.send(simple, ordered, read(SIMPLE, 3));
        ScsiTask first = next(1);
        nothingElseRuns();
        initiator.send(initiator.taskManagement(1, 0, ordered.get32(16), ordered.get32(24)));
        assertThat(initiator.receive().opcode()).isEqualTo(0x22);
        release(next(3));
        release(first);
        nothingElseRuns();
        assertThat(target.device.executed).hasValue(2);
    }

    @Test
    void aResetAndAClearedTaskSetEndDormantTasksToo() throws InterruptedException {
        for (int function : new int[] {2, 4, 5, 6}) {
            initiator.send(read(SIMPLE, 1), read(ORDERED, 2), read(SIMPLE, 3));
            ScsiTask first = next(1);
            nothingElseRuns();
            initiator.send(initiator.taskManagement(function, 0, -1, 0));
            Awaitility.await().until(first::aborted);
            target.device.release(first);
            assertThat(initiator.receive().opcode()).isEqualTo(0x22);
            nothingElseRuns();
        }
    }

    @Test
    void clearTaskSetConcernsOnlyItsOwnNexus() throws InterruptedException {
        try (TestInitiator other = target.initiator(2)) {
            other.send(other.read10(0, 7, 1, BLOCK), other.read10(0, 8, 1, BLOCK));
            ScsiTask seventh = next(7);
            ScsiTask eighth = next(8);
            initiator.send(read(SIMPLE, 1), read(ORDERED, 2));
            ScsiTask first = next(1);
            initiator.send(initiator.taskManagement(4, 0, -1, 0));
            Awaitility.await().until(first::aborted);
            target.device.release(first);
            assertThat(initiator.receive().opcode()).isEqualTo(0x22);
            assertThat(seventh.aborted() || eighth.aborted()).isFalse();
            target.device.release(seventh);
            target.device.release(eighth);
            assertThat(other.outcome().status()).isZero();
            assertThat(other.outcome().status()).isZero();
        }
    }

    @Test
    void aConnectionThatEndsTakesItsDormantTasksAlong() throws InterruptedException {
        long before = TestTarget.bytesInUse();
        try (TestInitiator gone = target.initiator(2)) {
            gone.send(gone.read10(0, 1, 1, BLOCK));
            byte[] data = new byte[BLOCK];
            gone.send(gone.write10(0, 2, 1, BLOCK, true, data).with8(1, 0xa0 | ORDERED));
            gone.send(gone.write10(0, 3, 2, 2 * BLOCK, false, data));
            gone.send(gone.ping(new byte[1]));
            assertThat(gone.receive().opcode()).isEqualTo(0x20);
        }
        ScsiTask first = next(1);
        Awaitility.await().until(first::aborted);
        target.device.release(first);
        Awaitility.await().until(() -> target.sessions.sessions().size() == 1);
        Awaitility.await().until(() -> TestTarget.bytesInUse() <= before);
        assertThat(target.sessions.memory().used()).isZero();
        assertThat(target.device.executed).hasValue(1);
    }

    /** What waits for its turn must not hold the memory that its turn depends on. */
    @Test
    void dormantTasksNeverKeepTheMemoryThatAnOlderOneWaitsFor() throws InterruptedException {
        SessionLimits limits =
                new SessionLimits(
                        4, 4, 15, 32, 4, 1 << 20, 1 << 20, 4 << 20, 30, 30, 15, 1 << 20, 5);
        try (TestTarget small =
                        new TestTarget(
                                TestTarget.parameters(false, false, true, 1),
                                limits,
                                Transport.best(1));
                TestInitiator crowd = small.initiator(1)) {
            small.device.pace = MemoryDevice.Pace.WHEN_RELEASED;
            crowd.send(crowd.read10(0, 1, 1, BLOCK));
            ScsiTask first = small.device.awaitHeld();
            small.device.pace = MemoryDevice.Pace.AT_ONCE;
            byte[] data = new byte[2000 * BLOCK];
            RawPdu ordered = crowd.write10(0, 0, 2000, data.length, true, new byte[0]);
            crowd.send(ordered.with8(1, 0xa0 | ORDERED));
            int others = 20;
            for (int i = 0; i < others; i++) {
                byte[] piece = Arrays.copyOf(data, 60 * BLOCK);
                crowd.send(crowd.write10(0, 0, 100, 100 * BLOCK, true, piece));
            }
            crowd.send(crowd.ping(new byte[0]));
            int full = 0;
            RawPdu pdu = crowd.receive();
            for (; pdu.opcode() != 0x20; pdu = crowd.receive()) {
                assertThat(pdu.get8(3)).isEqualTo(0x28);
                full++;
            }
            assertThat(full).isBetween(1, others - 1);
            small.device.release(first);
            for (int left = others - full + 2; left > 0; ) {
                pdu = crowd.receive();
                if (pdu.opcode() == 0x31) {
                    int length = pdu.get32(44);
                    int from = pdu.get32(40);
                    int tag = pdu.get32(16);
                    DataOut.sequence(crowd, tag, pdu.get32(20), data, from, length, 64 << 10);
                } else {
                    assertThat(pdu.get8(3)).isZero();
                    left--;
                }
            }
            assertThat(small.sessions.memory().used()).isZero();
        }
    }
}
