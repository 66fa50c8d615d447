package io.stemma.server.iscsi.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.server.iscsi.session.SessionLimits;
import io.stemma.server.iscsi.session.Transport;
import io.stemma.server.testing.RawPdu;
import io.stemma.server.testing.TestInitiator;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The stream of a whole exchange cut at every byte: the initiator closes there, or says nothing any
 * more. Either way nothing stays behind and another session goes on.
 */
class CutStreamTest {
    private static final int BLOCK = MemoryDevice.BLOCK;
    private static final int STALLED_AT_ONCE = 300;

    private static byte[] exchange(TestInitiator initiator) {
        byte[] data = new byte[2 * BLOCK];
        RawPdu unsolicited = initiator.write10(0, 0, 2, data.length, false, new byte[100]);
        int tag = unsolicited.get32(16);
        byte[] some = Arrays.copyOf(data, 300);
        List<RawPdu> pdus =
                List.of(
                        initiator.read10(0, 0, 1, BLOCK),
                        initiator.write10(0, 0, 1, BLOCK, true, Arrays.copyOf(data, BLOCK)),
                        unsolicited,
                        initiator.dataOut(tag, -1, 0, 100, false, some),
                        initiator.dataOut(tag, -1, 1, 400, true, some),
                        initiator.command(0x81, 0, 0, new byte[16]).withAdditional(new byte[8]),
                        initiator.taskManagement(1, 0, tag, unsolicited.get32(24)),
                        initiator.ping(new byte[5]),
                        initiator.logout(0));
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        pdus.forEach(pdu -> all.writeBytes(initiator.encode(pdu)));
        return all.toByteArray();
    }

    private static TestTarget target() {
        return new TestTarget(
                TestTarget.parameters(true, false, true, 1),
                new SessionLimits(
                        512, 512, 5, 32, 8, 1 << 20, 4 << 20, 8 << 20, 3, 3, 2, 1 << 18, 1),
                Transport.best(1));
    }

    @Test
    void aConnectionThatEndsAtAnyByteLeavesNothingBehind() {
        long inUse = TestTarget.bytesInUse();
        try (TestTarget target = target()) {
            int length = exchangeLength(target);
            try (Bystander bystander = new Bystander(target)) {
                for (int cut = 1; cut < length; cut++) {
                    try (TestInitiator initiator = target.initiator(1)) {
                        initiator.sendBytes(Arrays.copyOf(exchange(initiator), cut));
                    }
                }
                bystander.goesOn();
            }
            nothingIsLeft(target, inUse);
        }
    }

    @Test
    void aConnectionThatStallsAtAnyByteIsGivenUp() {
        long inUse = TestTarget.bytesInUse();
        try (TestTarget target = target()) {
            int length = exchangeLength(target);
            try (Bystander bystander = new Bystander(target)) {
                List<TestInitiator> stalled = new ArrayList<>();
                for (int cut = 1; cut < length; cut += 7) {
                    TestInitiator initiator = target.initiator(cut);
                    initiator.sendBytes(Arrays.copyOf(exchange(initiator), cut));
                    stalled.add(initiator);
                    if (stalled.size() == STALLED_AT_ONCE) {
                        givenUp(stalled, bystander);
                    }
                }
                givenUp(stalled, bystander);
            }
            nothingIsLeft(target, inUse);
        }
    }

    private static void givenUp(List<TestInitiator> stalled, Bystander bystander) {
        bystander.goesOn();
        for (TestInitiator one : stalled) {
            assertThat(one.closedAfterWhatever()).isTrue();
            one.close();
        }
        stalled.clear();
    }

    private static int exchangeLength(TestTarget target) {
        try (TestInitiator initiator = target.initiator(1)) {
            return exchange(initiator).length;
        }
    }

    private static void nothingIsLeft(TestTarget target, long inUse) {
        Awaitility.await().until(() -> target.sessions.sessions().isEmpty());
        Awaitility.await().until(() -> TestTarget.bytesInUse() <= inUse);
        assertThat(target.sessions.memory().used()).isZero();
        assertThat(target.device.attached.get()).isZero();
    }
}
