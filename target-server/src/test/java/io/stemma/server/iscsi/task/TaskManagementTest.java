package io.stemma.server.iscsi.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.server.scsi.ScsiTask;
import io.stemma.server.testing.RawPdu;
import io.stemma.server.testing.TestInitiator;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.List;

class TaskManagementTest {
    private static final int BLOCK = MemoryDevice.BLOCK;

    private final TestTarget target = new TestTarget(TestTarget.parameters(false, true, true, 1));
    private final TestInitiator initiator = target.initiator(1);

    @AfterEach
    void stop() {
        initiator.close();
        target.close();
    }

    private RawPdu hold() {
        target.device.pace = MemoryDevice.Pace.WHEN_RELEASED;
        RawPdu command = initiator.write10(0, 3, 1, BLOCK, true, new byte[BLOCK]);
        initiator.send(command);
        return command;
    }

    /** The answer to a ping shows that everything before it was handled. */
    private void nothingElseWasSent() {
        initiator.send(initiator.ping(new byte[] {1}));
        assertThat(initiator.receive().opcode()).isEqualTo(0x20);
    }

    @Test
    void anAbortIsAnsweredWhenTheStorageHasLetGo() throws InterruptedException {
        RawPdu command = hold();
        ScsiTask task = target.device.awaitHeld();
        initiator.send(initiator.taskManagement(1, 0, command.get32(16), command.get32(24)));
        nothingElseWasSent();
        assertThat(task.aborted()).isTrue();
        target.device.release(task);
        RawPdu answer = initiator.receive();
        assertThat(answer.opcode()).isEqualTo(0x22);
        assertThat(answer.get8(2)).isZero();
        nothingElseWasSent();
    }

    @Test
    void everySortOfResetWaitsForTheTasksOfEveryNexus() throws InterruptedException {
        for (int function : List.of(2, 5, 6)) {
            hold();
            ScsiTask mine = target.device.awaitHeld();
            try (TestInitiator other = target.initiator(77 + function)) {
                other.send(other.write10(0, 3, 1, BLOCK, true, new byte[BLOCK]));
                ScsiTask theirs = target.device.awaitHeld();
                initiator.send(initiator.taskManagement(function, 0, -1, 0));
                nothingElseWasSent();
                target.device.release(mine);
                if (function != 2) {
                    Awaitility.await().until(theirs::aborted);
                    nothingElseWasSent();
                }
                target.device.release(theirs);
                RawPdu answer = initiator.receive();
                assertThat(answer.opcode()).isEqualTo(0x22);
                assertThat(answer.get8(2)).isZero();
                if (function == 2) {
                    assertThat(other.outcome().status()).isZero();
                }
            }
        }
    }

    @Test
    void anAbortedWriteStopsAskingForDataAndSwallowsWhatComes() {
        RawPdu command = initiator.write10(0, 0, 4, 4 * BLOCK, true, new byte[0]);
        initiator.send(command);
        RawPdu r2t = initiator.receive();
        int tag = command.get32(16);
        initiator.send(initiator.taskManagement(1, 0, tag, command.get32(24)));
        assertThat(initiator.receive().get8(2)).isZero();
        initiator.send(initiator.dataOut(tag, r2t.get32(20), 0, 0, true, new byte[4 * BLOCK]));
        nothingElseWasSent();
        assertThat(target.device.executed.get()).isZero();
    }

    @Test
    void aTaskThatEndedDoesNotExistAndOneThatIsToComeCountsAsReceived() {
        RawPdu done = initiator.read10(0, 0, 1, BLOCK);
        initiator.run(done);
        initiator.send(initiator.taskManagement(1, 0, done.get32(16), done.get32(24)));
        assertThat(initiator.receive().get8(2)).isEqualTo(1);
        RawPdu late = initiator.read10(0, 0, 1, BLOCK);
        initiator.send(initiator.taskManagement(1, 0, late.get32(16), late.get32(24)));
        assertThat(initiator.receive().get8(2)).isZero();
        initiator.send(late);
        assertThat(initiator.run(initiator.read10(0, 0, 1, BLOCK)).status()).isZero();
        RawPdu missing = initiator.read10(0, 0, 1, BLOCK);
        RawPdu held = initiator.read10(0, 0, 1, BLOCK);
        initiator.send(held);
        initiator.send(initiator.taskManagement(1, 0, held.get32(16), held.get32(24)));
        assertThat(initiator.receive().get8(2)).isZero();
        assertThat(initiator.run(missing).status()).isZero();
        nothingElseWasSent();
    }

    @Test
    void whatIsNotServedSaysSo() {
        initiator.send(initiator.taskManagement(8, 0, 1, 0));
        assertThat(initiator.receive().get8(2)).isEqualTo(4);
        initiator.send(initiator.taskManagement(3, 0, -1, 0));
        assertThat(initiator.receive().get8(2)).isEqualTo(5);
        initiator.send(initiator.taskManagement(5, 9, -1, 0));
        assertThat(initiator.receive().get8(2)).isEqualTo(2);
        initiator.send(initiator.taskManagement(1, 0, 4711, 0));
        assertThat(initiator.receive().get8(2)).isEqualTo(1);
    }

    @Test
    void aColdResetIsAnsweredThenEverySessionIsDropped() {
        try (TestInitiator other = target.initiator(5)) {
            initiator.send(initiator.taskManagement(7, 0, -1, 0));
            assertThat(initiator.receive().opcode()).isEqualTo(0x22);
            RawPdu message = initiator.receive();
            assertThat(message.opcode()).isEqualTo(0x32);
            assertThat(message.get8(36)).isEqualTo(3);
            assertThat(initiator.closedByTarget()).isTrue();
            assertThat(other.receive().opcode()).isEqualTo(0x32);
            assertThat(other.closedByTarget()).isTrue();
        }
        Awaitility.await().until(() -> target.sessions.sessions().isEmpty());
        assertThat(target.device.attached.get()).isZero();
    }
}
