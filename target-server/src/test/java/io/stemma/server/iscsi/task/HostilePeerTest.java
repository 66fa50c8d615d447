package io.stemma.server.iscsi.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.server.iscsi.session.SessionLimits;
import io.stemma.server.iscsi.session.Transport;
import io.stemma.server.testing.RawPdu;
import io.stemma.server.testing.TestInitiator;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * Peers that stall, drip, flood and lie. Each time another session on the same event loop goes on,
 * and in the end all memory is given back.
 */
class HostilePeerTest {
    private static final int BLOCK = MemoryDevice.BLOCK;
    private static final int FLOOD = 5_000;
    private static final int ALL_BYTES = 8 << 20;

    private final long inUse = TestTarget.bytesInUse();
    private final TestTarget target =
            new TestTarget(
                    TestTarget.parameters(false, true, true, 1),
                    new SessionLimits(
                            16, 8, 5, 32, 8, 1 << 20, 4 << 20, ALL_BYTES, 3, 4, 2, 1 << 18, 1),
                    Transport.best(1));
    private final Bystander bystander = new Bystander(target);

    @AfterEach
    void allMemoryIsGivenBack() {
        bystander.close();
        Awaitility.await().until(() -> target.sessions.sessions().isEmpty());
        Awaitility.await().until(() -> target.sessions.memory().used() == 0);
        Awaitility.await().until(() -> target.loggingIn() == 0);
        Awaitility.await().until(() -> TestTarget.bytesInUse() <= inUse);
        target.close();
    }

    @Test
    void oneInitiatorTakesAtMostHalfOfTheMemoryAndADripOfDataEnds() {
        List<TestInitiator> hogs = new ArrayList<>();
        int blocks = (3 << 20) / BLOCK;
        for (int i = 0; i < 3; i++) {
            TestInitiator hog = target.initiator(1 + i);
            hogs.add(hog);
            hog.send(hog.write10(0, 0, blocks, blocks * BLOCK, true, new byte[0]));
        }
        bystander.goesOn();
        assertThat(target.sessions.memory().used()).isLessThanOrEqualTo(ALL_BYTES / 2 + (1 << 20));
        // The first has its memory and is asked for data; it sends a block now and then.
        TestInitiator drip = hogs.getFirst();
        RawPdu r2t = drip.receive();
        int sent = 0;
        RawPdu next = drip.receiveNow();
        while (next == null) {
            drip.send(
                    drip.dataOut(r2t.get32(16), r2t.get32(20), sent, sent * 4, false, new byte[4]));
            sent++;
            bystander.goesOn();
            next = drip.receiveNow();
        }
        assertThat(next.opcode()).isEqualTo(0x21);
        assertThat(Arrays.copyOfRange(next.data(), 14, 16)).containsExactly(0x4b, 0x06);
        hogs.forEach(TestInitiator::close);
    }

    @Test
    void anInitiatorThatDoesNotReadPinsLittleAndIsDropped() {
        TestInitiator deaf = target.initiator(1);
        long before = TestTarget.bytesInUse();
        for (int i = 0; i < 64; i++) {
            deaf.send(deaf.read10(0, 0, 128, 128 * BLOCK));
        }
        for (int i = 0; i < FLOOD && target.sessions.sessions().size() > 1; i++) {
            deaf.sendIfOpen(deaf.encode(deaf.ping(new byte[0])));
            if (i % 64 == 0) {
                bystander.goesOn();
                assertThat(TestTarget.bytesInUse() - before).isLessThan(4 << 20);
            }
        }
        Awaitility.await().until(() -> target.sessions.sessions().size() == 1);
        bystander.goesOn();
        deaf.close();
    }

    @Test
    void floodsOfAnySortAreAnsweredOrRejectedAndHoldNobodyUp() {
        try (TestInitiator flood = target.initiator(1)) {
            floods(flood, () -> flood.ping(new byte[100]));
            floods(flood, () -> flood.taskManagement(2, 0, -1, 0));
            floods(flood, () -> flood.taskManagement(1, 0, 4711, 0));
            floods(flood, () -> new RawPdu(0x1e, 0x80).with32(16, 9));
            floods(flood, () -> new RawPdu(0x10, 0x80).with32(16, 9));
            floods(flood, () -> immediate(flood, flood.read10(0, 0, 8, 8 * BLOCK)));
        }
    }

    private static RawPdu immediate(TestInitiator from, RawPdu command) {
        from.cmdSn(from.cmdSn() - 1);
        return command.with8(0, 0x41).with32(24, from.cmdSn());
    }

    private void floods(TestInitiator flood, Supplier<RawPdu> pdu) {
        List<RawPdu> pdus = new ArrayList<>();
        for (int i = 0; i < FLOOD; i++) {
            pdus.add(pdu.get());
        }
        Thread sender = Thread.ofVirtual().start(() -> pdus.forEach(flood::send));
        bystander.goesOn();
        for (int i = 0; i < FLOOD; i++) {
            assertThat(flood.receive().opcode()).isIn(0x20, 0x22, 0x25, 0x3f, 0x21);
        }
        assertThat(sender.isInterrupted()).isFalse();
        bystander.goesOn();
    }

    @Test
    void whatNobodyWaitsForIsIgnored() {
        try (TestInitiator liar = target.initiator(1)) {
            for (int i = 0; i < FLOOD; i++) {
                liar.send(liar.dataOut(i, i, i, i, false, new byte[40]));
                liar.send(immediateNoAnswer(i));
            }
            bystander.goesOn();
            int next = liar.cmdSn();
            for (int i = 0; i < FLOOD; i++) {
                liar.send(liar.read10(0, 0, 1, BLOCK).with32(24, next + 33 + i));
                liar.send(liar.read10(0, 0, 1, BLOCK).with32(24, next - 1 - i));
            }
            bystander.goesOn();
            liar.cmdSn(next);
            assertThat(liar.run(liar.read10(0, 0, 1, BLOCK)).status()).isZero();
        }
    }

    /** The answer to a ping of ours that we never sent. */
    private static RawPdu immediateNoAnswer(int transferTag) {
        return new RawPdu(0x40, 0x80).with32(16, -1).with32(20, transferTag);
    }

    @Test
    void earlyCommandsAreKeptWithinTheirBoundAndGoWithTheSession() {
        long before = TestTarget.bytesInUse();
        try (TestInitiator early = target.initiator(1)) {
            byte[] data = new byte[60_000];
            int next = early.cmdSn();
            for (int round = 0; round < 20; round++) {
                for (int i = 1; i < 32; i++) {
                    early.send(
                            early.write10(0, 0, 118, 118 * BLOCK, true, data).with32(24, next + i));
                }
            }
            bystander.goesOn();
            assertThat(TestTarget.bytesInUse() - before).isLessThan(5 << 20);
        }
    }

    @Test
    void reservedBitsChangeNothing() {
        try (TestInitiator odd = target.initiator(1)) {
            RawPdu command = odd.read10(0, 3, 1, BLOCK).with8(1, 0xd9).with16(2, 0xffff);
            assertThat(odd.run(command).status()).isZero();
            odd.send(odd.ping(new byte[3]).with8(1, 0xff).with16(2, 0xffff).with64(40, -1));
            assertThat(odd.receive().opcode()).isEqualTo(0x20);
        }
    }

    @Test
    void lyingLengthsEndTheConnectionOrMakeItWait() {
        for (int kind = 0; kind < 5; kind++) {
            try (TestInitiator liar = target.initiator(1)) {
                byte[] command = liar.encode(liar.read10(0, 0, 1, BLOCK));
                switch (kind) {
                    case 0 -> command[4] = 65;
                    case 1 -> command[5] = (byte) 0xff;
                    case 2 -> command[4] = 64;
                    case 3 -> command[6] = (byte) 0xff;
                    default -> {
                        command[0] = 0x46;
                        command[7] = 4;
                    }
                }
                liar.sendBytes(command);
                bystander.goesOn();
                if (kind == 2 || kind == 3) {
                    // It waits for the rest, is pinged, says nothing, and is dropped.
                    assertThat(liar.receive().opcode()).isEqualTo(0x20);
                } else {
                    assertThat(liar.receive().opcode()).isEqualTo(0x3f);
                }
                assertThat(liar.closedByTarget()).isTrue();
            }
        }
    }
}
