package io.stemma.server.iscsi.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.server.iscsi.session.SessionLimits;
import io.stemma.server.iscsi.session.Transport;
import io.stemma.server.scsi.ScsiTask;
import io.stemma.server.testing.RawPdu;
import io.stemma.server.testing.TestInitiator;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

class SessionLifeTest {
    private static final int BLOCK = MemoryDevice.BLOCK;

    private static TestTarget hasty() {
        SessionLimits limits =
                new SessionLimits(2, 2, 1, 16, 4, 1 << 20, 1 << 20, 4 << 20, 1, 1, 1, 1 << 18, 1);
        return new TestTarget(
                TestTarget.parameters(false, true, true, 1), limits, Transport.best(1));
    }

    @Test
    void aNewLoginReplacesTheSessionAndWaitsForItsTasks() throws InterruptedException {
        try (TestTarget target = new TestTarget(TestTarget.parameters(false, true, true, 1));
                TestInitiator old = target.initiator(9)) {
            target.device.pace = MemoryDevice.Pace.WHEN_RELEASED;
            old.send(old.write10(0, 3, 1, BLOCK, true, new byte[BLOCK]));
            ScsiTask stuck = target.device.awaitHeld();
            target.device.pace = MemoryDevice.Pace.AT_ONCE;
            try (TestInitiator next = target.initiator(9);
                    TestInitiator newest = target.initiator(9)) {
                assertThat(old.closedByTarget()).isTrue();
                assertThat(next.closedByTarget()).isTrue();
                Awaitility.await().until(stuck::aborted);
                newest.send(newest.read10(0, 0, 1, BLOCK));
                int before = target.device.executed.get();
                try (TestInitiator bystander = target.initiator(10)) {
                    bystander.run(bystander.read10(0, 0, 1, BLOCK));
                }
                assertThat(target.device.executed.get()).isEqualTo(before + 1);
                target.device.release(stuck);
                assertThat(newest.outcome().status()).isZero();
                assertThat(newest.tsih()).isNotEqualTo(old.tsih());
                Awaitility.await().until(() -> target.device.attached.get() == 1);
            }
        }
    }

    @Test
    void aTsihThatDoesNotExistIsRefusedAndOneThatDoesTakesNoSecondConnection() {
        try (TestTarget target = new TestTarget(TestTarget.parameters(false, true, true, 1));
                TestInitiator first = target.initiator(1)) {
            for (boolean exists : new boolean[] {true, false}) {
                int tsih = exists ? first.tsih() : first.tsih() + 1;
                try (TestInitiator second = TestInitiator.connect(target.address())) {
                    RawPdu response = second.login(1, tsih, Map.of());
                    assertThat(response.get16(36)).isEqualTo(exists ? 0x0206 : 0x020a);
                    assertThat(second.closedByTarget()).isTrue();
                }
            }
            assertThat(first.run(first.read10(0, 0, 1, BLOCK)).status()).isZero();
        }
    }

    @Test
    void sessionsAndUnfinishedLoginsAreBounded() {
        try (TestTarget target = hasty();
                TestInitiator first = target.initiator(1);
                TestInitiator second = target.initiator(2);
                TestInitiator third = TestInitiator.connect(target.address())) {
            assertThat(third.login(3, 0, Map.of()).get16(36)).isEqualTo(0x0302);
            assertThat(third.closedByTarget()).isTrue();
            List<TestInitiator> silent = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                silent.add(TestInitiator.connect(target.address()));
            }
            assertThat(silent.get(2).closedByTarget()).isTrue();
            assertThat(silent.get(0).closedByTarget()).isTrue();
            assertThat(silent.get(1).closedByTarget()).isTrue();
            Awaitility.await().until(() -> target.loggingIn() == 0);
            silent.forEach(TestInitiator::close);
            assertThat(first.tsih()).isNotEqualTo(second.tsih());
        }
    }

    @Test
    void aSilentInitiatorIsPingedAndDroppedIfItDoesNotAnswer() {
        try (TestTarget target = hasty();
                TestInitiator initiator = target.initiator(1)) {
            RawPdu ping = initiator.receive();
            assertThat(ping.opcode()).isEqualTo(0x20);
            assertThat(ping.get32(16)).isEqualTo(-1);
            initiator.send(
                    new RawPdu(0x40, 0x80)
                            .with32(16, -1)
                            .with32(20, ping.get32(20))
                            .with32(24, initiator.cmdSn()));
            RawPdu again = initiator.receive();
            assertThat(again.get32(20)).isNotEqualTo(ping.get32(20));
            assertThat(initiator.closedByTarget()).isTrue();
        }
    }

    @Test
    void dataThatDoesNotComeEndsItsCommand() {
        try (TestTarget target = hasty();
                TestInitiator initiator = target.initiator(1)) {
            initiator.send(initiator.write10(0, 0, 4, 4 * BLOCK, true, new byte[0]));
            assertThat(initiator.receive().opcode()).isEqualTo(0x31);
            RawPdu next = initiator.receive();
            while (next.opcode() == 0x20) {
                initiator.send(new RawPdu(0x40, 0x80).with32(16, -1).with32(20, next.get32(20)));
                next = initiator.receive();
            }
            assertThat(next.opcode()).isEqualTo(0x21);
            assertThat(next.data()[14]).isEqualTo((byte) 0x4b);
        }
    }

    @Test
    void logoutClosesAndPingDataComesBack() {
        try (TestTarget target = new TestTarget(TestTarget.parameters(false, true, true, 1));
                TestInitiator initiator = target.initiator(1)) {
            byte[] data = {1, 2, 3, 4, 5};
            initiator.send(initiator.ping(data));
            assertThat(initiator.receive().data()).isEqualTo(data);
            initiator.send(initiator.logout(1).with16(20, 5));
            assertThat(initiator.receive().get8(2)).isEqualTo(1);
            initiator.send(initiator.logout(2));
            assertThat(initiator.receive().get8(2)).isEqualTo(2);
            initiator.send(initiator.logout(0));
            RawPdu response = initiator.receive();
            assertThat(response.opcode()).isEqualTo(0x26);
            assertThat(response.get8(2)).isZero();
            assertThat(initiator.closedByTarget()).isTrue();
            Awaitility.await().until(() -> target.sessions.sessions().isEmpty());
        }
    }

    @Test
    void memoryForDataIsBoundedAndCommandsWaitForIt() {
        try (TestTarget target = hasty();
                TestInitiator initiator = target.initiator(1)) {
            byte[] data = new byte[600 * BLOCK];
            List<RawPdu> commands = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                commands.add(initiator.write10(0, 0, 600, data.length, true, new byte[0]));
            }
            initiator.send(commands.toArray(RawPdu[]::new));
            int[] asked = new int[5];
            int firstTag = commands.getFirst().get32(16);
            int done = 0;
            List<Integer> order = new ArrayList<>();
            while (done < 5) {
                RawPdu pdu = initiator.receive();
                int index = pdu.get32(16) - firstTag;
                if (pdu.opcode() == 0x21) {
                    assertThat(pdu.get8(3)).isZero();
                    order.add(index);
                    done++;
                } else if (pdu.opcode() == 0x31) {
                    asked[index]++;
                    DataOut.sequence(
                            initiator,
                            pdu.get32(16),
                            pdu.get32(20),
                            data,
                            pdu.get32(40),
                            pdu.get32(44),
                            64 << 10);
                }
            }
            assertThat(asked).containsOnly(3);
            assertThat(order).hasSize(5);
        }
    }

    @Test
    void aReaderThatDoesNotReadIsNotServedForEver() {
        try (TestTarget target = hasty();
                TestInitiator initiator = target.initiator(1)) {
            long inUse = TestTarget.bytesInUse();
            List<RawPdu> commands = new ArrayList<>();
            for (int i = 0; i < 4000; i++) {
                initiator.cmdSn(initiator.cmdSn());
                commands.add(initiator.ping(new byte[8000]));
            }
            Thread sender =
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        for (RawPdu command : commands) {
                                            initiator.send(command);
                                        }
                                    });
            int answered = 0;
            while (answered < 4000) {
                RawPdu pdu = initiator.receive();
                answered += pdu.get32(16) == -1 ? 0 : 1;
                assertThat(TestTarget.bytesInUse() - inUse).isLessThan(8 << 20);
            }
            assertThat(sender.isInterrupted()).isFalse();
        }
    }

    @Test
    void aSessionThatIsDroppedWhileItsLastTaskEndsLeavesNothingBehind()
            throws InterruptedException {
        try (TestTarget target = new TestTarget(TestTarget.parameters(false, true, true, 1))) {
            long inUse = TestTarget.bytesInUse();
            target.device.pace = MemoryDevice.Pace.WHEN_RELEASED;
            TestInitiator initiator = target.initiator(1);
            initiator.send(initiator.write10(0, 3, 1, BLOCK, true, new byte[BLOCK]));
            ScsiTask stuck = target.device.awaitHeld();
            initiator.close();
            Awaitility.await().until(stuck::aborted);
            target.sessions.closeSessions(null, "the test is over", () -> {});
            target.device.release(stuck);
            Awaitility.await().until(() -> target.sessions.sessions().isEmpty());
            Awaitility.await().until(() -> TestTarget.bytesInUse() <= inUse);
        }
    }

    @Test
    void readsThatNobodyTakesHoldTheMemoryTheyWereGiven() throws InterruptedException {
        try (TestTarget target = hasty();
                TestInitiator bystander = target.initiator(2);
                TestInitiator initiator = target.initiator(1)) {
            target.device.pace = MemoryDevice.Pace.WHEN_RELEASED;
            int blocks = 2000;
            List<RawPdu> commands = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                commands.add(initiator.read10(0, i, blocks, blocks * BLOCK));
            }
            initiator.send(commands.toArray(RawPdu[]::new));
            target.device.release(target.device.awaitHeld());
            pinged(bystander);
            while (target.device.held() > 0) {
                target.device.release(target.device.awaitHeld());
                pinged(bystander);
            }
            assertThat(target.device.executed.get()).isLessThan(16);
            target.device.pace = MemoryDevice.Pace.AT_ONCE;
            for (int i = 0; i < 16; i++) {
                assertThat(dataIn(initiator)).isEqualTo(blocks * BLOCK);
            }
            Awaitility.await().until(() -> target.sessions.memory().used() == 0);
        }
    }

    /** The second answer shows that the one event loop did what it had to do before. */
    private static void pinged(TestInitiator bystander) {
        for (int i = 0; i < 2; i++) {
            RawPdu ping = bystander.ping(new byte[0]);
            bystander.send(ping);
            while (bystander.receive().get32(16) != ping.get32(16)) {
                bystander.send(new RawPdu(0x40, 0x80).with32(16, -1).with32(20, 1));
            }
        }
    }

    /** Data in of one command; a ping in between is answered. */
    private static int dataIn(TestInitiator initiator) {
        int bytes = 0;
        while (true) {
            RawPdu pdu = initiator.receive();
            if (pdu.opcode() == 0x20) {
                initiator.send(new RawPdu(0x40, 0x80).with32(16, -1).with32(20, pdu.get32(20)));
                continue;
            }
            bytes += pdu.data().length;
            if (pdu.opcode() == 0x21 || (pdu.get8(1) & 1) != 0) {
                return bytes;
            }
        }
    }
}
