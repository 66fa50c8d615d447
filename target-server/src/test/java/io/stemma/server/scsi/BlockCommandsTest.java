package io.stemma.server.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.DeviceFault.Kind;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** VERIFY, WRITE AND VERIFY, WRITE SAME, UNMAP, GET LBA STATUS, READ CAPACITY. */
class BlockCommandsTest {
    private final Host host = new Host();

    private static byte[] filled(int bytes, int value) {
        byte[] data = new byte[bytes];
        Arrays.fill(data, (byte) value);
        return data;
    }

    private byte[] stored(long firstBlock, int blocks) {
        return host.volume
                .bytes()
                .asSlice(firstBlock * 512, blocks * 512L)
                .toArray(ValueLayout.JAVA_BYTE);
    }

    @Test
    void capacity() {
        assertThat(host.data("25 00 00000000 0000 00 00")).isEqualTo("00001fff00000200");
        String sixteen = "0000000000001fff" + "00000200" + "0003c000" + "00".repeat(16);
        assertThat(host.data("9e 10 0000000000000000 00000020 00 00")).isEqualTo(sixteen);
        for (int length = 0; length < 16; length++) {
            String cdb = String.format("9e 10 0000000000000000 %08x 00 00", length);
            assertThat(host.data(cdb)).isEqualTo(sixteen.substring(0, 2 * length));
        }
        assertThat(host.send("9e 1f 0000000000000000 00000020 00 00")).isEqualTo("5/2400 C1.4");
    }

    @ParameterizedTest
    @CsvSource({
        "2f 02 00000002 00 0002 00, 2f 06 00000002 00 0002 00",
        "af 02 00000002 00000002 00 00, af 06 00000002 00000002 00 00",
        "8f 02 0000000000000002 00000002 00 00, 8f 06 0000000000000002 00000002 00 00"
    })
    void verifyCompares(String all, String one) {
        byte[] data = filled(1024, 7);
        host.send("2a 00 00000002 00 0002 00", data);
        assertThat(host.dataOut(all)).isEqualTo(1024);
        assertThat(host.dataOut(one)).isEqualTo(512);
        assertThat(host.send(all, data)).isEqualTo("GOOD");
        assertThat(host.task.dataInLength()).isZero();
        assertThat(host.send(one, filled(512, 7))).isEqualTo("GOOD");
        data[700] ^= 1;
        assertThat(host.send(all, data)).isEqualTo("e/1d00 I700");
        assertThat(host.send(one, filled(512, 8))).isEqualTo("e/1d00 I0");
    }

    @Test
    void verifyFindsADifferenceFarBehindTheFirstPiece() {
        byte[] data = new byte[3 << 18];
        assertThat(host.send("8f 02 0000000000000000 00000600 00 00", data)).isEqualTo("GOOD");
        assertThat(host.volume.log).containsExactly("READ 0 512", "READ 512 512", "READ 1024 512");
        data[(3 << 18) - 1] = 1;
        assertThat(host.send("8f 02 0000000000000000 00000600 00 00", data))
                .isEqualTo("e/1d00 I786431");
    }

    @ParameterizedTest
    @CsvSource({
        "2f 02 00002001 00 0000 00, 5/2100 I8193",
        "2f 02 ffffffff 00 0001 00, 5/2100 I4294967295",
        "2f 00 00001fff 00 0002 00, 5/2100 I8192",
        "2f 04 00000000 00 0001 00, 5/2400 C1.2",
        "2f 20 00000000 00 0001 00, 5/2400 C1.7",
        "2f 02 00000000 00 0000 00, GOOD",
        "2f 00 00000000 00 0001 00, GOOD",
        "2f 10 00000000 00 0001 00, GOOD",
        "2e 00 00002001 00 0000 00, 5/2100 I8193",
        "2e 00 00000000 00 0000 00, GOOD",
        "2e 04 00000000 00 0001 00, 5/2400 C1.2",
        "ae 20 00000000 00000001 00 00, 5/2400 C1.7"
    })
    void boundsAndFieldsOfVerify(String cdb, String outcome) {
        assertThat(host.send(cdb)).isEqualTo(outcome);
    }

    @Test
    void verifyWithoutComparingReadsTheMedium() {
        host.volume.nextFault = new DeviceFault(Kind.MEDIUM, "read", "memory", 1, 0, null);
        assertThat(host.send("2f 00 00000000 00 0002 00")).isEqualTo("3/1100 I1");
    }

    @Test
    void writeAndVerifyHoldsTheBlocksOverBoth() {
        assertThat(host.dataOut("2e 02 00000004 00 0002 00")).isEqualTo(1024);
        assertThat(host.send("2e 02 00000004 00 0002 00", filled(1024, 5))).isEqualTo("GOOD");
        assertThat(stored(4, 2)).isEqualTo(filled(1024, 5));
        assertThat(host.task.dataOutUsed()).isEqualTo(1024);
        assertThat(host.volume.log)
                .containsExactly("LOCK 4 2", "WRITE 4 2 FUA", "READ 4 2", "UNLOCK");
        host.volume.nextFault = DeviceFault.of(Kind.SPACE_EXHAUSTED, "write", "memory");
        assertThat(host.send("8e 00 0000000000000004 00000002 00 00", filled(1024, 5)))
                .isEqualTo("7/2707");
        assertThat(host.volume.locked).isNull();
    }

    @ParameterizedTest
    @CsvSource({"41 00 00000001 00 0400 00", "93 00 0000000000000001 00000400 00 00"})
    void writeSameRepeatsItsBlockInPieces(String cdb) {
        assertThat(host.dataOut(cdb)).isEqualTo(512);
        assertThat(host.send(cdb, filled(512, 9))).isEqualTo("GOOD");
        assertThat(stored(1, 1024)).isEqualTo(filled(1024 * 512, 9));
        assertThat(stored(0, 1)).isEqualTo(filled(512, 0));
        assertThat(stored(1025, 1)).isEqualTo(filled(512, 0));
        assertThat(host.volume.log).containsExactly("WRITE 1 512", "WRITE 513 512");
    }

    @Test
    void writeSameOfZeroesIsOneOperation() {
        assertThat(host.send("41 00 00000001 00 1000 00", new byte[512])).isEqualTo("GOOD");
        assertThat(host.send("41 08 00000001 00 1000 00", new byte[512])).isEqualTo("GOOD");
        assertThat(host.send("93 01 0000000000000001 00001000 00 00")).isEqualTo("GOOD");
        assertThat(host.send("93 09 0000000000000001 00001000 00 00")).isEqualTo("GOOD");
        assertThat(host.send("93 08 0000000000000001 00000001 00 00", filled(512, 1)))
                .isEqualTo("GOOD");
        assertThat(host.volume.log)
                .containsExactly(
                        "WRITE_ZEROES 1 4096",
                        "UNMAP 1 4096",
                        "WRITE_ZEROES 1 4096",
                        "UNMAP 1 4096",
                        "WRITE 1 1");
    }

    @ParameterizedTest
    @CsvSource({
        "41 00 00000000 00 0000 00, 512, 5/2400 C7",
        "93 00 0000000000000000 00000000 00 00, 512, 5/2400 C10",
        "41 00 00002001 00 0000 00, 512, 5/2100 I8193",
        "41 00 00001fff 00 0002 00, 512, 5/2100 I8192",
        "93 00 ffffffffffffffff 00000001 00 00, 512, 5/2100",
        "41 20 00000000 00 0001 00, 512, 5/2400 C1.7",
        "41 10 00000000 00 0001 00, 512, 5/2400 C1.4",
        "41 18 00000000 00 0001 00, 512, 5/2400 C1.4",
        "41 02 00000000 00 0001 00, 512, 5/2400 C1.1",
        "41 08 00000000 00 0001 00, 256, 5/2400 C1.0",
        "41 08 00000000 00 0001 00, 1024, 5/2400 C1.0",
        "93 00 0000000000000000 00000001 00 00, 0, 5/2400 C1.0"
    })
    void boundsAndFieldsOfWriteSame(String cdb, int bytes, String outcome) {
        assertThat(host.send(cdb, filled(bytes, 1))).isEqualTo(outcome);
        assertThat(host.volume.log).isEmpty();
    }

    @Test
    void writeSameIsBounded() {
        Host large = new Host(new MemoryVolume(140_000, 512), false);
        assertThat(large.send("93 01 0000000000000000 00008000 00 00")).isEqualTo("GOOD");
        assertThat(large.send("93 01 0000000000000000 00008001 00 00")).isEqualTo("5/2400 C10");
    }

    @Test
    void anAbortedWriteSameStopsAtTheNextPiece() {
        host.volume.holding = true;
        host.send("41 00 00000000 00 2000 00", filled(512, 9));
        host.task.abort();
        host.volume.release();
        assertThat(host.task.finished).isEqualTo(1);
        assertThat(host.volume.log).isEmpty();
    }

    private String unmap(String list) {
        byte[] data = Host.bytes(list);
        return host.send(String.format("42 00 00000000 00 %04x 00", data.length), data);
    }

    private static String descriptor(long lba, long blocks) {
        return String.format("%016x%08x00000000", lba, blocks);
    }

    @Test
    void unmapTakesTheListInOrder() {
        assertThat(host.dataOut("42 00 00000000 00 0038 00")).isEqualTo(56);
        String list = "00360030 00000000" + descriptor(8, 8) + descriptor(20, 0) + descriptor(0, 1);
        assertThat(unmap(list)).isEqualTo("GOOD");
        assertThat(host.volume.log).containsExactly("UNMAP 8 8", "UNMAP 0 1");
    }

    @Test
    void unmapJudgesTheWholeListFirst() {
        String good = descriptor(0, 8);
        assertThat(unmap("0026002000000000" + good + descriptor(8192, 1)))
                .isEqualTo("5/2100 I8192");
        assertThat(unmap("0026002000000000" + good + descriptor(8192, 0))).isEqualTo("GOOD");
        assertThat(unmap("0016001000000000" + descriptor(-1, 1))).isEqualTo("5/2100");
        assertThat(unmap("00000000000000")).isEqualTo("5/1a00");
        assertThat(unmap("0016001000000000" + good.substring(0, 16))).isEqualTo("5/1a00");
        assertThat(unmap("0006000000000000")).isEqualTo("GOOD");
        assertThat(unmap("")).isEqualTo("GOOD");
        assertThat(unmap("000e000800000000" + good.substring(0, 16))).isEqualTo("GOOD");
        assertThat(host.send("42 01 00000000 00 0000 00")).isEqualTo("5/2400 C1.0");
        assertThat(host.volume.log).containsExactly("UNMAP 0 8");
    }

    @Test
    void unmapIsBoundedInDescriptorsAndBlocks() {
        String most = "10061000" + "00000000" + descriptor(0, 1).repeat(256);
        assertThat(unmap(most)).isEqualTo("GOOD");
        assertThat(unmap("1016101000000000" + descriptor(0, 1).repeat(257))).isEqualTo("5/2600 D2");
        Host large = new Host(new MemoryVolume((1 << 20) + 8, 512), false);
        byte[] two =
                Host.bytes("0026002000000000" + descriptor(0, 1 << 20) + descriptor(1 << 20, 1));
        assertThat(large.send("42 00 00000000 00 0028 00", two)).isEqualTo("5/2600 D32");
        byte[] one = Host.bytes("0016001000000000" + descriptor(0, 1 << 20));
        assertThat(large.send("42 00 00000000 00 0018 00", one)).isEqualTo("GOOD");
    }

    @Test
    void provisioningIsReportedInWholeExtents() {
        host.send("2a 00 00000010 00 0014 00", filled(20 * 512, 1));
        String first = "0000000000000004" + "0000000c" + "01000000";
        String second = "0000000000000010" + "00000014" + "00000000";
        String third = "0000000000000024";
        assertThat(host.data("9e 12 0000000000000004 00000018 00 00"))
                .isEqualTo("00000014" + "00000000" + first);
        assertThat(host.data("9e 12 0000000000000004 00000038 00 00"))
                .startsWith("00000034" + "00000000" + first + second + third);
        assertThat(host.data("9e 12 0000000000001fff 00000018 00 00"))
                .isEqualTo("0000001400000000" + "0000000000001fff" + "0000000101000000");
        assertThat(host.send("9e 12 0000000000002000 00000018 00 00")).isEqualTo("5/2100 I8192");
        assertThat(host.send("9e 12 8000000000000000 00000018 00 00")).isEqualTo("5/2100");
        assertThat(host.data("9e 12 0000000000000000 00000000 00 00")).isEmpty();
    }
}
