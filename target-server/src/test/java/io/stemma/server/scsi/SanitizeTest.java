package io.stemma.server.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.DeviceFault.Kind;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** SANITIZE, and what other commands meet while it runs and after it failed. */
class SanitizeTest {
    private static final String READY = "00 00 00 00 00 00";
    private static final String ERASE = "48 02 0000000000 0000 00";
    private static final String EXIT = "48 1f 0000000000 0000 00";
    private static final String READ = "28 00 00000000 00 0001 00";
    private static final byte[] NONE = {};

    private final Host host = new Host();

    private static byte[] list(int first, byte... pattern) {
        byte[] list = new byte[4 + pattern.length];
        list[0] = (byte) first;
        BigEndian.put16(list, 2, pattern.length);
        System.arraycopy(pattern, 0, list, 4, pattern.length);
        return list;
    }

    private String overwrite(int flags, byte[] list) {
        return host.send(
                String.format("48 %02x 0000000000 %04x 00", 0x01 | flags, list.length), list);
    }

    private byte[] block(long number) {
        return host.volume.bytes().asSlice(number * 512, 512).toArray(ValueLayout.JAVA_BYTE);
    }

    private void fill() {
        host.volume.bytes().fill((byte) 0x77);
        host.volume.mapped.set(0, 8192);
    }

    @Test
    void overwriteRepeatsThePatternInEachBlockAndInvertsIt() {
        fill();
        assertThat(overwrite(0, list(1, (byte) 1, (byte) 2, (byte) 3))).isEqualTo("GOOD");
        byte[] expected = new byte[512];
        for (int i = 0; i < 512; i++) {
            expected[i] = (byte) (1 + i % 3);
        }
        for (long number : new long[] {0, 1, 127, 128, 8191}) {
            assertThat(block(number)).as("%d", number).isEqualTo(expected);
        }
        assertThat(overwrite(0, list(0x82, (byte) 0x0f))).isEqualTo("GOOD");
        assertThat(block(8191)).containsOnly(0xf0);
        assertThat(overwrite(0, list(0x83, (byte) 0x0f))).isEqualTo("GOOD");
        assertThat(block(0)).containsOnly(0x0f);
        assertThat(host.volume.log.stream().filter("FLUSH 0 0"::equals)).hasSize(6);
        assertThat(host.store.values).isEmpty();
        assertThat(host.send(READY)).isEqualTo("GOOD");
    }

    @Test
    void eraseUnmapsEverything() {
        fill();
        assertThat(host.send(ERASE)).isEqualTo("GOOD");
        assertThat(host.volume.mapped.isEmpty()).isTrue();
        assertThat(block(8191)).containsOnly(0);
        assertThat(host.volume.scrubs).isEqualTo(1);
        assertThat(host.store.values).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "48 42 0000000000 0000 00, 5/2400 C1.6",
        "48 02 0100000000 0000 00, 5/2400 C2",
        "48 02 0000000080 0000 00, 5/2400 C6",
        "48 02 0000000000 0001 00, 5/2400 C7",
        "48 03 0000000000 0000 00, 5/2400 C1.4",
        "48 00 0000000000 0000 00, 5/2400 C1.4",
        "48 1f 0000000000 0004 00, 5/2400 C7",
        "48 01 0000000000 0000 00, 5/2400 C7",
        "48 01 0000000000 0004 00, 5/2400 C7",
        "48 01 0000000000 0205 00, 5/2400 C7",
        "48 02 0000000000 0000 04, 5/2400 C9.2"
    })
    void wrongFieldsOfTheCdbAreRefused(String cdb, String outcome) {
        fill();
        assertThat(host.send(cdb)).isEqualTo(outcome);
        assertThat(host.dataOut(cdb)).isZero();
        assertThat(block(0)).containsOnly(0x77);
        assertThat(host.store.values).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "00, 00, 0004, 5/2600 D0.4",
        "80, 00, 0004, 5/2600 D0.4",
        "21, 00, 0004, 5/2600 D0.6",
        "41, 00, 0004, 5/2600 D0.6",
        "01, 01, 0004, 5/2600 D1",
        "01, 00, 0000, 5/2600 D2",
        "01, 00, 0005, 5/2600 D2",
        "01, 00, 0003, 5/2600 D2",
        "01, 00, ffff, 5/2600 D2"
    })
    void wrongFieldsOfTheListAreRefused(String first, String second, String length, String out) {
        fill();
        byte[] list = Host.bytes(first + second + length + "01020304");
        assertThat(overwrite(0, list)).isEqualTo(out);
        assertThat(block(0)).containsOnly(0x77);
    }

    @Test
    void aListThatIsCutIsRefused() {
        assertThat(host.dataOut("48 01 0000000000 0204 00")).isEqualTo(0x204);
        byte[] list = list(1, (byte) 1, (byte) 2);
        assertThat(host.send("48 01 0000000000 0006 00", Arrays.copyOf(list, 5)))
                .isEqualTo("5/1a00");
        assertThat(host.volume.log).isEmpty();
    }

    @Test
    void whatSnapshotsKeepIsNotErased() {
        fill();
        host.volume.hasPast = true;
        assertThat(host.send(ERASE)).isEqualTo("7/2702");
        assertThat(host.send(READY)).isEqualTo("GOOD");
    }

    @Test
    void writeProtectionForbidsIt() {
        Host readOnly = new Host(new MemoryVolume(8192, 512), true);
        assertThat(readOnly.send(ERASE)).isEqualTo("7/2700");
        host.unit.modeParameters(host.nexus, true, false);
        assertThat(host.send(ERASE)).isEqualTo("7/2702");
    }

    /** Begins one that stops at its first request. */
    private void beginHeld(int flags) {
        fill();
        host.volume.holding = true;
        String outcome = overwrite(flags, list(2, (byte) 9));
        assertThat(outcome).isEqualTo((flags & 0x80) != 0 ? "GOOD" : "unfinished");
    }

    @Test
    void hostsMeetProgressWhileItRuns() {
        beginHeld(0x80);
        TestNexus other = new TestNexus("iqn.2026-11.example:other,i,0x000000000002");
        host.device.attach(other);
        assertThat(host.send(READY)).isEqualTo("2/041b D0");
        assertThat(host.send(other, 0, READ, NONE)).isEqualTo("2/041b D0");
        assertThat(host.send("1b 00 00 00 01 00")).isEqualTo("2/041b D0");
        assertThat(host.send(ERASE)).isEqualTo("2/041b D0");
        assertThat(host.send(EXIT)).isEqualTo("2/041b D0");
        assertThat(host.send("12 00 00 00ff 00")).isEqualTo("GOOD");
        assertThat(host.send("a0 00 00 000000 00000100 00 00")).isEqualTo("GOOD");
        assertThat(host.send("a3 0c 00 00 0000 0000ffff 00 00")).isEqualTo("GOOD");
        assertThat(host.data("03 00 00 00 ff 00")).startsWith("700002").endsWith("041b00800000");
        host.unit.sanitization().progressed(0x1234);
        assertThat(host.send(READY)).isEqualTo("2/041b D" + 0x1234);
        assertThat(host.data("03 01 00 00 ff 00"))
                .isEqualTo("7202041b00000008" + "0206000080123400");
        host.volume.release();
        assertThat(host.send(READY)).isEqualTo("GOOD");
        assertThat(block(5)).containsOnly(9);
    }

    @Test
    void resetsAndAbortsDoNotStopIt() {
        beginHeld(0);
        TestTask task = host.task;
        host.nexus.tasks.add(task);
        host.nexus.idle = false;
        host.unit.reset(host.nexus, () -> {});
        assertThat(task.finished).isZero();
        host.volume.release();
        assertThat(task.finished).as("the command ends without an answer").isEqualTo(1);
        host.nexus.aborts.forEach(Runnable::run);
        assertThat(block(8000)).containsOnly(9);
        assertThat(host.send(READY)).isEqualTo("6/2903");
        assertThat(host.send(READY)).isEqualTo("GOOD");
    }

    @Test
    void theRecordIsThereBeforeTheFirstByteIsChanged() {
        host.store.fault = DeviceFault.of(Kind.SPACE_EXHAUSTED, "a value to keep", "test");
        fill();
        assertThat(host.send(ERASE)).isEqualTo("7/2707");
        assertThat(host.volume.log).isEmpty();
        assertThat(host.send(READY)).isEqualTo("GOOD");
        host.store.fault = null;
        beginHeld(0x80);
        assertThat(host.store.values).containsKey(Sanitization.STORED);
        assertThat(host.volume.log).containsExactly("LOCK 0 8192", "UNLOCK");
        host.volume.release();
        assertThat(host.store.values).isEmpty();
    }

    @Test
    void anotherProcessGoesOnWithIt() {
        beginHeld(0x80);
        Host next = new Host(host.volume, false, host.store);
        assertThat(next.unit.sanitization().running()).isTrue();
        assertThat(next.send(READY)).isEqualTo("2/041b D0");
        host.volume.release();
        assertThat(next.send(READY)).isEqualTo("GOOD");
        assertThat(block(8191)).containsOnly(9);
        assertThat(host.store.values).isEmpty();
    }

    @Test
    void progressOnRecordIsWhereItGoesOn() {
        fill();
        SanitizeOrder order = SanitizeOrder.overwrite(true, 2, true, new byte[] {1}).at(1, 8000);
        host.store.values.put(Sanitization.STORED, order.toBytes());
        Host next = new Host(host.volume, false, host.store);
        assertThat(next.send(READY)).isEqualTo("GOOD");
        assertThat(block(7999)).containsOnly(0x77);
        assertThat(block(8000)).containsOnly(0xfe);
    }

    @Test
    void aFailureWithoutAuseLeadsOnlyToAnotherSanitize() {
        fill();
        host.volume.nextFault = new DeviceFault(Kind.MEDIUM, "write", "test", 7, 0, null);
        assertThat(host.send(ERASE)).isEqualTo("3/3103");
        assertThat(host.send(READ)).isEqualTo("3/3103");
        assertThat(host.send(READY)).isEqualTo("3/3103");
        assertThat(host.data("03 00 00 00 ff 00")).startsWith("700003").endsWith("310300000000");
        assertThat(host.send(EXIT)).isEqualTo("5/2400 C1.4");
        assertThat(host.send("48 22 0000000000 0000 00")).isEqualTo("5/2400 C1.5");
        Host next = new Host(host.volume, false, host.store);
        assertThat(next.send(READY)).as("after a restart").isEqualTo("3/3103");
        assertThat(next.send(ERASE)).isEqualTo("GOOD");
        assertThat(next.send(READ)).isEqualTo("GOOD");
    }

    @Test
    void aFailureWithAuseMayBeLeft() {
        fill();
        host.volume.nextFault = new DeviceFault(Kind.MEDIUM, "write", "test", 7, 0, null);
        assertThat(host.send("48 a2 0000000000 0000 00")).isEqualTo("GOOD");
        assertThat(host.send(READ)).isEqualTo("3/3103");
        host.store.fault = DeviceFault.of(Kind.SPACE_EXHAUSTED, "a value", "test");
        assertThat(host.send(EXIT)).isEqualTo("7/2707");
        assertThat(host.send(READ)).isEqualTo("3/3103");
        host.store.fault = null;
        assertThat(host.send(EXIT)).isEqualTo("GOOD");
        assertThat(host.send(READ)).isEqualTo("GOOD");
        assertThat(host.store.values).isEmpty();
    }

    @Test
    void whatCannotBeForgottenHasFailed() {
        beginHeld(0x80);
        host.store.fault = DeviceFault.of(Kind.SPACE_EXHAUSTED, "a value", "test");
        host.volume.release();
        assertThat(host.send(READY)).as("a restart would erase new data").isEqualTo("3/3103");
    }

    @Test
    void aBusyVolumeIsAskedAgain() {
        fill();
        host.volume.nextFault = DeviceFault.of(Kind.TRANSIENT, "write", "test");
        assertThat(host.send("48 82 0000000000 0000 00")).isEqualTo("GOOD");
        Awaitility.await().until(() -> host.send(READY).equals("GOOD"));
        assertThat(block(0)).containsOnly(0);
    }

    @Test
    void aVolumeThatGetsShorterMeanwhileIsSanitizedToItsEnd() {
        fill();
        host.volume.afterRequests(
                3,
                () -> {
                    host.volume.resize(400);
                    host.volume.nextFault =
                            DeviceFault.of(Kind.OUT_OF_RANGE, "write", "beyond the end");
                });
        assertThat(overwrite(0x80, list(1, (byte) 9))).isEqualTo("GOOD");
        assertThat(host.send(READY)).isEqualTo("6/2a09");
        assertThat(host.send(READY)).isEqualTo("GOOD");
        assertThat(block(399)).containsOnly(9);
    }

    @Test
    void aCommandOfSeveralStepsEndsAtTheNext() {
        host.volume.holding = true;
        assertThat(host.send("2f 00 00000000 00 1000 00")).isEqualTo("unfinished");
        TestTask sanitize = new TestTask();
        sanitize.begin(host.nexus, Host.bytes("48 82 0000000000 0000 00"), NONE);
        host.device.execute(0, sanitize);
        assertThat(sanitize.outcome()).isEqualTo("GOOD");
        host.volume.release();
        assertThat(host.task.outcome()).startsWith("2/041b");
    }

    @Test
    void whatACopyReadBeforeIsNotWrittenAfter() {
        fill();
        CopyLists lists = new CopyLists();
        int unit = lists.naa(MemoryVolume.NAA, 512);
        byte[] list = lists.segment(unit, 0, unit, 4000, 8).bytes();
        host.volume.holding = true;
        assertThat(host.send(CopyLists.cdb(list.length), list)).isEqualTo("unfinished");
        host.volume.letGrant = false;
        TestTask sanitize = new TestTask();
        sanitize.begin(host.nexus, Host.bytes("48 82 0000000000 0000 00"), NONE);
        host.device.execute(0, sanitize);
        host.volume.release();
        assertThat(host.task.outcome()).isEqualTo("unfinished");
        host.volume.grantFirst();
        assertThat(host.unit.sanitization().bars()).isFalse();
        host.volume.letGrant = true;
        host.volume.grantFirst();
        assertThat(host.task.outcome()).isEqualTo("GOOD");
        assertThat(block(4000)).containsOnly(0);
    }
}
