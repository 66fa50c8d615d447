package io.stemma.server.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.DeviceFault.Kind;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** COMPARE AND WRITE, ORWRITE(16), WRITE ATOMIC(16). */
class AtomicCommandsTest {
    private static final String COMPARE_TWO = "89 00 0000000000000004 000000 02 00 00";
    private static final String OR_TWO = "8b 00 0000000000000004 00000002 00 00";
    private static final String ATOMIC_TWO = "9c 00 0000000000000004 0000 0002 00 00";

    private final Host host = new Host();

    private static byte[] filled(int bytes, int value) {
        byte[] data = new byte[bytes];
        Arrays.fill(data, (byte) value);
        return data;
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private byte[] stored(long firstBlock, int blocks) {
        return host.volume
                .bytes()
                .asSlice(firstBlock * 512, blocks * 512L)
                .toArray(ValueLayout.JAVA_BYTE);
    }

    private void put(long firstBlock, byte[] bytes) {
        host.volume.bytes().asSlice(firstBlock * 512, bytes.length).copyFrom(segment(bytes));
    }

    private static MemorySegment segment(byte[] bytes) {
        return MemorySegment.ofArray(bytes);
    }

    @Test
    void compareAndWriteWritesWhereAllIsTheSame() {
        put(4, filled(1024, 1));
        assertThat(host.dataOut(COMPARE_TWO)).isEqualTo(2048);
        byte[] data = joined(filled(1024, 1), filled(1024, 2));
        assertThat(host.send(COMPARE_TWO, data)).isEqualTo("GOOD");
        assertThat(stored(4, 2)).isEqualTo(filled(1024, 2));
        assertThat(stored(6, 1)).isEqualTo(filled(512, 0));
        assertThat(host.task.dataInLength()).isZero();
        assertThat(host.task.dataOutUsed()).isEqualTo(2048);
        assertThat(host.volume.log)
                .containsExactly("LOCK 4 2", "READ 4 2", "WRITE ATOMIC 4 2", "UNLOCK");
    }

    @Test
    void oneBlockNeedsNoAtomicWrite() {
        byte[] data = joined(filled(512, 0), filled(512, 2));
        assertThat(host.send("89 18 0000000000000004 000000 01 00 00", data)).isEqualTo("GOOD");
        assertThat(host.volume.log)
                .containsExactly("LOCK 4 1", "READ 4 1", "WRITE 4 1 FUA", "UNLOCK");
    }

    @ParameterizedTest
    @CsvSource({"0", "511", "512", "1023"})
    void compareAndWriteSaysWhereTheFirstDifferenceIs(int at) {
        byte[] data = new byte[2048];
        data[at] = 1;
        data[1023] = 1;
        assertThat(host.send(COMPARE_TWO, data)).isEqualTo("e/1d00 I" + at);
        assertThat(host.volume.log).containsExactly("LOCK 4 2", "READ 4 2", "UNLOCK");
        assertThat(host.volume.locked).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "89 20 0000000000000000 000000 01 00 00, 1024, 5/2400 C1.7",
        "89 00 0000000000002000 000000 01 00 00, 1024, 5/2100 I8192",
        "89 00 0000000000001fff 000000 02 00 00, 2048, 5/2100 I8192",
        "89 00 ffffffffffffffff 000000 01 00 00, 1024, 5/2100",
        "89 00 0000000000002001 000000 00 00 00, 0, 5/2100 I8193",
        "89 00 0000000000000000 000000 81 00 00, 0, 5/2400 C13",
        "89 00 0000000000000000 000000 ff 00 00, 0, 5/2400 C13",
        "89 00 0000000000000000 000000 01 00 00, 512, 5/2400 C13",
        "89 00 0000000000000000 000000 01 00 00, 1023, 5/2400 C13",
        "89 00 0000000000000000 000000 01 00 00, 1536, 5/2400 C13",
        "89 00 0000000000000000 000000 01 00 00, 0, 5/2400 C13",
        "89 00 0000000000000000 000000 00 00 00, 512, 5/2400 C13",
        "89 00 0000000000000000 000000 00 00 00, 0, GOOD",
        "89 00 0000000000002000 000000 00 00 00, 0, GOOD",
        "9c 20 0000000000000000 0000 0001 00 00, 512, 5/2400 C1.7",
        "9c 00 0000000000002000 0000 0001 00 00, 512, 5/2100 I8192",
        "9c 00 0000000000001fff 0000 0002 00 00, 1024, 5/2100 I8192",
        "9c 00 8000000000000000 0000 0001 00 00, 512, 5/2100",
        "9c 00 0000000000002001 0000 0000 00 00, 0, 5/2100 I8193",
        "9c 00 0000000000000000 0000 0101 00 00, 0, 5/2400 C12",
        "9c 00 0000000000000000 0000 1000 00 00, 0, 5/2400 C12",
        "9c 00 0000000000000000 0001 0001 00 00, 512, 5/2400 C10",
        "9c 00 0000000000000000 0100 0001 00 00, 512, 5/2400 C10",
        "9c 00 0000000000000000 0000 0002 00 00, 512, 5/2400 C12",
        "9c 00 0000000000000000 0000 0001 00 00, 1024, 5/2400 C12",
        "9c 00 0000000000000000 0000 0000 00 00, 0, GOOD",
        "8b 20 0000000000000000 00000001 00 00, 512, 5/2400 C1.7",
        "8b 00 0000000000002000 00000001 00 00, 512, 5/2100 I8192",
        "8b 00 0000000000001fff 00000002 00 00, 1024, 5/2100 I8192",
        "8b 00 0000000000002001 00000000 00 00, 0, 5/2100 I8193",
        "8b 00 0000000000000000 00000000 00 00, 0, GOOD",
        "8b 00 0000000000002000 00000000 00 00, 0, GOOD"
    })
    void boundsAndFields(String cdb, int bytes, String outcome) {
        assertThat(host.send(cdb, new byte[bytes])).isEqualTo(outcome);
        assertThat(host.volume.log).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({COMPARE_TWO + ", 2048", OR_TWO + ", 1024", ATOMIC_TWO + ", 1024"})
    void whatIsWriteProtectedIsNotChanged(String cdb, int bytes) {
        Host readOnly = new Host(new MemoryVolume(64, 512), true);
        assertThat(readOnly.send(cdb, new byte[bytes])).isEqualTo("7/2700");
        assertThat(readOnly.volume.log).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({COMPARE_TWO + ", 2048", OR_TWO + ", 1024", ATOMIC_TWO + ", 1024"})
    void dataThatNeverCameIsAnError(String cdb, int bytes) {
        host.task.begin(host.nexus, Host.bytes(cdb), new byte[bytes]);
        host.task.dataOut(host.task.dataOutAddress(), bytes - 512);
        host.device.execute(ReportLuns.address(0), host.task);
        assertThat(host.task.outcome()).isEqualTo("b/4b00");
        assertThat(host.volume.log).isEmpty();
    }

    @Test
    void theMostThatIsReportedIsDone() {
        byte[] compared = new byte[128 << 10];
        assertThat(host.send("89 00 0000000000000000 000000 80 00 00", compared)).isEqualTo("GOOD");
        assertThat(host.send("9c 00 0000000000000000 0000 0100 00 00", compared)).isEqualTo("GOOD");
        assertThat(host.volume.log)
                .contains("READ 0 128", "WRITE ATOMIC 0 128", "WRITE ATOMIC 0 256");
        Host large = new Host(new MemoryVolume(140_000, 512), false);
        String or = "8b 00 0000000000000000 %08x 00 00";
        assertThat(large.send(or.formatted(0x8001), new byte[0])).isEqualTo("5/2400 C10");
        assertThat(large.send(or.formatted(0x8000), new byte[16 << 20])).isEqualTo("GOOD");
    }

    @Test
    void orwriteSetsBitsInPiecesUnderOneHold() {
        put(1, filled(1024 * 512, 0x11));
        byte[] data = filled(1024 * 512, 0x22);
        data[700] = 0x01;
        assertThat(host.send("8b 08 0000000000000001 00000400 00 00", data)).isEqualTo("GOOD");
        byte[] expected = filled(1024 * 512, 0x33);
        expected[700] = 0x11;
        assertThat(stored(1, 1024)).isEqualTo(expected);
        assertThat(stored(0, 1)).isEqualTo(filled(512, 0));
        assertThat(stored(1025, 1)).isEqualTo(filled(512, 0));
        assertThat(host.task.dataInLength()).isZero();
        assertThat(host.volume.log)
                .containsExactly(
                        "LOCK 1 1024",
                        "READ 1 512",
                        "WRITE 1 512 FUA",
                        "READ 513 512",
                        "WRITE 513 512 FUA",
                        "UNLOCK");
    }

    @Test
    void writeAtomicIsOneOperationUnderAHold() {
        assertThat(host.send(ATOMIC_TWO, filled(1024, 7))).isEqualTo("GOOD");
        assertThat(stored(4, 2)).isEqualTo(filled(1024, 7));
        assertThat(host.send("9c 18 0000000000000000 0000 0001 00 00", filled(512, 8)))
                .isEqualTo("GOOD");
        assertThat(host.volume.log)
                .containsExactly(
                        "LOCK 4 2",
                        "WRITE ATOMIC 4 2",
                        "UNLOCK",
                        "LOCK 0 1",
                        "WRITE ATOMIC 0 1 FUA",
                        "UNLOCK");
    }

    @ParameterizedTest
    @CsvSource({COMPARE_TWO + ", 2048", OR_TWO + ", 1024", ATOMIC_TWO + ", 1024"})
    void afterAFaultTheBlocksAreFree(String cdb, int bytes) {
        host.volume.nextFault = DeviceFault.of(Kind.SPACE_EXHAUSTED, "write", "memory");
        assertThat(host.send(cdb, new byte[bytes])).isEqualTo("7/2707");
        assertThat(host.volume.locked).isNull();
    }

    @ParameterizedTest
    @CsvSource({COMPARE_TWO + ", 2048", OR_TWO + ", 1024", ATOMIC_TWO + ", 1024"})
    void abortedInTheMiddleItFreesTheBlocksAndWritesNothing(String cdb, int bytes) {
        host.volume.holding = true;
        assertThat(host.send(cdb, filled(bytes, 0))).isEqualTo("unfinished");
        assertThat(host.volume.locked).isNotNull();
        host.task.abort();
        host.volume.release();
        assertThat(host.task.finished).isEqualTo(1);
        assertThat(host.volume.locked).isNull();
        assertThat(host.volume.log).containsExactly("LOCK 4 2", "UNLOCK");
    }
}
