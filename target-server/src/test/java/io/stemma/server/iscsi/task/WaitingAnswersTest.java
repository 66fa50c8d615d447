package io.stemma.server.iscsi.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.server.testing.RawPdu;
import io.stemma.server.testing.TestInitiator;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.Arrays;

/** Answers that wait for more of them: none is lost, none stays behind. */
class WaitingAnswersTest {
    private static final int BLOCK = MemoryDevice.BLOCK;
    private static final int COMMANDS = 100;
    private static final int LOGOUT_RESPONSE = 0x26;

    private static TestTarget target() {
        return new TestTarget(TestTarget.parameters(false, false, true, 1));
    }

    /** One write after the other, none of whose answers is taken up before the last was sent. */
    private static void writeAll(TestInitiator initiator) {
        byte[] data = new byte[BLOCK];
        for (int i = 0; i < COMMANDS; i++) {
            Arrays.fill(data, (byte) i);
            initiator.send(initiator.write10(0, i, 1, BLOCK, true, data));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"AT_ONCE", "OTHER_THREAD"})
    void everyAnswerComesThoughNothingMoreIsSent(MemoryDevice.Pace pace) {
        try (TestTarget target = target();
                TestInitiator initiator = target.initiator(1)) {
            target.device.pace = pace;
            writeAll(initiator);
            int statSn = 0;
            for (int i = 0; i < COMMANDS; i++) {
                RawPdu answer = initiator.receive();
                assertThat(answer.get8(3)).as("status").isZero();
                assertThat(i == 0 ? answer.get32(24) : statSn + 1).isEqualTo(answer.get32(24));
                statSn = answer.get32(24);
            }
            for (int i = 0; i < COMMANDS; i++) {
                byte[] read = initiator.run(initiator.read10(0, i, 1, BLOCK)).data();
                assertThat(read).containsOnly(i);
            }
        }
    }

    @Test
    void aLogoutIsAnsweredBehindAllOfThem() {
        try (TestTarget target = target();
                TestInitiator initiator = target.initiator(1)) {
            writeAll(initiator);
            initiator.send(initiator.logout(0));
            for (int i = 0; i < COMMANDS; i++) {
                assertThat(initiator.receive().get8(3)).isZero();
            }
            assertThat(initiator.receive().opcode()).isEqualTo(LOGOUT_RESPONSE);
            assertThat(initiator.closedByTarget()).isTrue();
        }
    }
}
