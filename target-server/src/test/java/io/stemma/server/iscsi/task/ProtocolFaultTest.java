package io.stemma.server.iscsi.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.server.testing.RawPdu;
import io.stemma.server.testing.TestInitiator;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;

/** What an initiator does wrong, and that the session goes on where it can. */
class ProtocolFaultTest {
    private static final int BLOCK = MemoryDevice.BLOCK;
    private static final int CRC_ERROR = 0x0b4705;
    private static final int UNEXPECTED = 0x0b0c0c;
    private static final int INCORRECT = 0x0b0c0d;

    private final TestTarget target = new TestTarget(TestTarget.parameters(false, true, true, 1));
    private final TestInitiator initiator = target.initiator(1);

    @AfterEach
    void stop() {
        initiator.close();
        target.close();
    }

    private RawPdu beginWrite(int bytes) {
        RawPdu command = initiator.write10(0, 0, bytes / BLOCK, bytes, true, new byte[0]);
        initiator.send(command);
        return command;
    }

    private void stillServes() {
        assertThat(initiator.run(initiator.read10(0, 1, 1, BLOCK)).status()).isZero();
    }

    @Test
    void aWrongDataSnOffsetLengthOrFinalBitEndsTheWriteAndNothingElse() {
        byte[] data = new byte[4 * BLOCK];
        Arrays.fill(data, (byte) 7);
        byte[] half = Arrays.copyOf(data, 2 * BLOCK);
        for (int kind = 0; kind < 6; kind++) {
            RawPdu command = beginWrite(data.length);
            RawPdu r2t = initiator.receive();
            int tag = command.get32(16);
            int ttt = r2t.get32(20);
            RawPdu wrong =
                    switch (kind) {
                        case 0 -> initiator.dataOut(tag, ttt, 1, 0, true, data);
                        case 1 -> initiator.dataOut(tag, ttt, 0, BLOCK, true, data);
                        case 2 -> initiator.dataOut(tag, ttt, 0, 0, true, half);
                        case 3 -> initiator.dataOut(tag, ttt, 0, 0, false, data);
                        case 4 -> initiator.dataOut(tag, ttt + 9, 0, 0, true, data);
                        default -> initiator.dataOut(tag, -1, 0, 0, true, data);
                    };
            initiator.send(wrong, initiator.dataOut(tag, ttt, 1, 2 * BLOCK, true, half));
            TestInitiator.Outcome outcome = initiator.outcome();
            assertThat(outcome.status()).isEqualTo(2);
            assertThat(outcome.sense())
                    .isIn(
                            List.of(
                                    kind == 5 ? UNEXPECTED : CRC_ERROR,
                                    kind == 2 || kind == 3 ? INCORRECT : CRC_ERROR));
            stillServes();
        }
        assertThat(target.device.content[0]).isZero();
    }

    @Test
    void dataThatWasNotAgreedOnEndsTheCommand() {
        byte[] data = new byte[BLOCK];
        RawPdu unasked = initiator.write10(0, 0, 2, 2 * BLOCK, false, data);
        assertThat(initiator.run(unasked).sense()).isEqualTo(UNEXPECTED);
        initiator.send(initiator.dataOut(unasked.get32(16), -1, 0, BLOCK, true, data));
        assertThat(initiator.run(initiator.read10(0, 0, 1, BLOCK).withData(data)).sense())
                .isEqualTo(UNEXPECTED);
        assertThat(initiator.run(initiator.write10(0, 0, 1, 100, true, data)).sense())
                .isEqualTo(INCORRECT);
        stillServes();
    }

    @Test
    void commandsOutsideTheWindowAreIgnoredAndEarlyOnesWait() {
        int next = initiator.cmdSn();
        initiator.send(initiator.read10(0, 0, 1, BLOCK).with32(24, next - 1));
        initiator.send(initiator.read10(0, 0, 1, BLOCK).with32(24, next + 5000));
        initiator.cmdSn(next);
        RawPdu first = initiator.read10(0, 0, 1, BLOCK);
        RawPdu second = initiator.write10(0, 9, 1, BLOCK, true, new byte[BLOCK]);
        RawPdu third = initiator.read10(0, 0, 1, BLOCK);
        initiator.send(third, second, second, first);
        for (RawPdu command : List.of(first, second, third)) {
            assertThat(initiator.outcome().last().get32(16)).isEqualTo(command.get32(16));
        }
        stillServes();
    }

    @Test
    void aTagInUseAndAnUnknownOpcodeAreRejected() throws InterruptedException {
        target.device.pace = MemoryDevice.Pace.WHEN_RELEASED;
        RawPdu command = initiator.read10(0, 0, 1, BLOCK);
        initiator.send(command);
        var task = target.device.awaitHeld();
        initiator.send(initiator.read10(0, 0, 1, BLOCK).with32(16, command.get32(16)));
        RawPdu reject = initiator.receive();
        assertThat(reject.opcode()).isEqualTo(0x3f);
        assertThat(reject.get8(2)).isEqualTo(0x07);
        assertThat(reject.data()).hasSize(48);
        target.device.release(task);
        assertThat(initiator.outcome().status()).isZero();
        initiator.send(new RawPdu(0x1f, 0x80).with32(16, 77));
        assertThat(initiator.receive().get8(2)).isEqualTo(0x05);
        initiator.send(new RawPdu(0x10, 0x80).with32(16, 78));
        assertThat(initiator.receive().get8(2)).isEqualTo(0x03);
        target.device.pace = MemoryDevice.Pace.AT_ONCE;
        stillServes();
    }

    @Test
    void tooManyImmediateCommandsAreRejected() throws InterruptedException {
        target.device.pace = MemoryDevice.Pace.WHEN_RELEASED;
        for (int i = 0; i < 32; i++) {
            initiator.send(immediateRead());
        }
        initiator.send(immediateRead());
        assertThat(initiator.receive().get8(2)).isEqualTo(0x06);
        for (int i = 0; i < 32; i++) {
            target.device.release(target.device.awaitHeld());
            assertThat(initiator.outcome().status()).isZero();
        }
    }

    private RawPdu immediateRead() {
        int next = initiator.cmdSn();
        RawPdu command = initiator.read10(0, 0, 1, BLOCK).with8(0, 0x41);
        initiator.cmdSn(next);
        return command;
    }

    @Test
    void dataForTasksThatAreNotThereIsDropped() {
        initiator.send(initiator.dataOut(4711, 1, 0, 0, true, new byte[100]));
        stillServes();
    }

    @Test
    void aBrokenStreamIsRejectedAndClosed() {
        initiator.send(new RawPdu(0x05, 0x80).with8(5, 0x10));
        assertThat(initiator.receive().get8(2)).isEqualTo(0x09);
        assertThat(initiator.closedByTarget()).isTrue();
    }

    @Test
    void aLoginInFullFeaturePhaseIsRejectedAndClosed() {
        initiator.send(new RawPdu(0x43, 0x87).with32(16, 5));
        assertThat(initiator.receive().get8(2)).isEqualTo(0x04);
        assertThat(initiator.closedByTarget()).isTrue();
    }

    @Test
    void aDamagedDataOutEndsItsWriteOnceTheRestOfItsDataCame() {
        try (TestTarget digests = new TestTarget(TestTarget.parameters(true, true, true, 1));
                TestInitiator careless = digests.initiator(1)) {
            byte[] data = new byte[2 * BLOCK];
            RawPdu command = careless.write10(0, 0, 2, data.length, true, new byte[0]);
            careless.send(command);
            RawPdu r2t = careless.receive();
            byte[] half = Arrays.copyOf(data, BLOCK);
            int tag = command.get32(16);
            byte[] damaged =
                    careless.encode(careless.dataOut(tag, r2t.get32(20), 0, 0, false, half));
            damaged[100] ^= 1;
            careless.sendBytes(damaged);
            assertThat(careless.receive().get8(2)).isEqualTo(0x02);
            careless.send(careless.dataOut(tag, r2t.get32(20), 1, BLOCK, true, half));
            assertThat(careless.outcome().sense()).isEqualTo(CRC_ERROR);
            byte[] command2 = careless.encode(careless.read10(0, 0, 1, BLOCK));
            command2[20] ^= 1;
            careless.sendBytes(command2);
            assertThat(careless.closedByTarget()).isTrue();
        }
    }

    @Test
    void anExtendedCdbReachesTheDeviceAndALongerOneIsRefused() {
        byte[] segment = new byte[20];
        segment[1] = 17;
        segment[2] = 1;
        Arrays.fill(segment, 4, 20, (byte) 0x7f);
        RawPdu known = initiator.command(0x81, 0, 0, new byte[16]).withAdditional(segment);
        assertThat(initiator.run(known).status()).isZero();
        byte[] longer = new byte[24];
        longer[1] = 21;
        longer[2] = 1;
        RawPdu unknown = initiator.command(0x81, 0, 0, new byte[16]).withAdditional(longer);
        assertThat(initiator.run(unknown).sense()).isEqualTo(0x052000);
    }
}
