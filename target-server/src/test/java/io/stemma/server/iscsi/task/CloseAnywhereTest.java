package io.stemma.server.iscsi.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.server.scsi.ScsiTask;
import io.stemma.server.testing.RawPdu;
import io.stemma.server.testing.TestInitiator;

import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A connection that ends at any PDU, or inside one, leaves no session and no memory behind. */
class CloseAnywhereTest {
    private static final int BLOCK = MemoryDevice.BLOCK;

    /** Everything a session can be in the middle of, as the bytes of one stream. */
    private static List<byte[]> script(TestInitiator initiator) {
        byte[] data = new byte[100 * BLOCK];
        List<RawPdu> pdus = new ArrayList<>();
        pdus.add(initiator.read10(0, 0, 1, BLOCK));
        pdus.add(initiator.read10(0, 0, 600, 600 * BLOCK));
        pdus.add(initiator.write10(0, 0, 1, BLOCK, true, Arrays.copyOf(data, BLOCK)));
        RawPdu unsolicited = initiator.write10(0, 0, 100, data.length, false, new byte[0]);
        pdus.add(unsolicited);
        int tag = unsolicited.get32(16);
        pdus.add(initiator.dataOut(tag, -1, 0, 0, false, Arrays.copyOf(data, 30_000)));
        pdus.add(initiator.dataOut(tag, -1, 1, 30_000, true, Arrays.copyOf(data, 21_200)));
        pdus.add(initiator.write10(0, 0, 100, data.length, true, new byte[0]));
        RawPdu early = initiator.write10(0, 0, 1, BLOCK, true, Arrays.copyOf(data, BLOCK));
        pdus.add(early.with32(24, early.get32(24) + 3));
        pdus.add(initiator.ping(Arrays.copyOf(data, 900)));
        pdus.add(initiator.taskManagement(1, 0, tag, unsolicited.get32(24)));
        pdus.add(initiator.taskManagement(5, 0, -1, 0));
        pdus.add(initiator.logout(0));
        return pdus.stream().map(initiator::encode).toList();
    }

    @ParameterizedTest
    @EnumSource(MemoryDevice.Pace.class)
    void nothingIsLeftBehind(MemoryDevice.Pace pace) throws InterruptedException {
        try (TestTarget target = new TestTarget(TestTarget.parameters(true, false, true, 2))) {
            long before = TestTarget.bytesInUse();
            int steps = script(target.initiator(1)).size();
            for (int step = 0; step <= steps; step++) {
                for (boolean inside : new boolean[] {false, true}) {
                    runTo(target, pace, step, inside);
                }
            }
            Awaitility.await().until(() -> TestTarget.bytesInUse() <= before);
            assertThat(target.device.held()).isZero();
        }
    }

    private static void runTo(TestTarget target, MemoryDevice.Pace pace, int step, boolean inside)
            throws InterruptedException {
        target.device.pace = pace;
        try (TestInitiator initiator = target.initiator(1)) {
            List<byte[]> script = script(initiator);
            ByteArrayOutputStream sent = new ByteArrayOutputStream();
            for (int i = 0; i < step; i++) {
                sent.writeBytes(script.get(i));
            }
            if (inside && step < script.size()) {
                byte[] next = script.get(step);
                sent.writeBytes(Arrays.copyOf(next, next.length * 2 / 3));
            }
            initiator.sendBytes(sent.toByteArray());
            if (step > 0 && pace != MemoryDevice.Pace.WHEN_RELEASED) {
                initiator.receive();
            }
        }
        Awaitility.await()
                .until(
                        () -> {
                            while (target.device.held() > 0) {
                                ScsiTask task = target.device.awaitHeld();
                                target.device.release(task);
                            }
                            return target.sessions.sessions().isEmpty();
                        });
        assertThat(target.device.attached.get()).isZero();
    }
}
