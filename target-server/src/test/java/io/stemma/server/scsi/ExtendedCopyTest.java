package io.stemma.server.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.DeviceFault.Kind;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/** EXTENDED COPY(LID1) and what RECEIVE COPY RESULTS says of it. */
class ExtendedCopyTest {
    private static final long OTHER = 0x3000_0000_0000_0002L;
    private static final String STATUS = "84 00 01 00000000000000 000000ff 00 00";
    private static final String FAILURE = "84 04 01 00000000000000 000000ff 00 00";
    private static final String PARAMETERS = "84 03 00 00000000000000 000000ff 00 00";

    private final Host host = new Host();

    private String copy(CopyLists lists) {
        return copy(lists.bytes());
    }

    private String copy(byte[] list) {
        return host.send(CopyLists.cdb(list.length), list);
    }

    private CopyLists within(long from, long to, int blocks) {
        CopyLists lists = new CopyLists();
        int unit = lists.naa(MemoryVolume.NAA, 512);
        return lists.segment(unit, from, unit, to, blocks);
    }

    private static void fill(MemoryVolume volume, long block, int blocks, int value) {
        int size = volume.geometry().logicalBlockBytes();
        for (int i = 0; i < blocks; i++) {
            volume.bytes().asSlice((block + i) * size, size).fill((byte) (value + i));
        }
        volume.mapped.set((int) block, (int) block + blocks);
    }

    private static MemorySegment blocks(MemoryVolume volume, long block, int blocks) {
        int size = volume.geometry().logicalBlockBytes();
        return volume.bytes().asSlice(block * size, (long) blocks * size);
    }

    private static byte[] bytes(MemoryVolume volume, long block, int blocks) {
        return blocks(volume, block, blocks).toArray(ValueLayout.JAVA_BYTE);
    }

    private MemoryVolume second(int lun, int blockBytes) {
        MemoryVolume volume = new MemoryVolume(8192, blockBytes);
        volume.naa = OTHER;
        host.device.map(lun, host.another(volume), false);
        host.send("a0 00 00 000000 00000100 00 00");
        return volume;
    }

    @Test
    void blocksAreCopiedWithinAUnit() {
        fill(host.volume, 100, 300, 7);
        assertThat(copy(within(100, 4000, 300))).isEqualTo("GOOD");
        assertThat(bytes(host.volume, 4000, 300)).isEqualTo(bytes(host.volume, 100, 300));
        assertThat(host.copies.taken()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"100, 103", "103, 100", "100, 228", "100, 100"})
    void overlappingBlocksKeepTheirOldContent(long from, long to) {
        fill(host.volume, from, 600, 3);
        byte[] before = bytes(host.volume, from, 600);
        assertThat(copy(within(from, to, 600))).isEqualTo("GOOD");
        assertThat(bytes(host.volume, to, 600)).isEqualTo(before);
    }

    @Test
    void blocksAreCopiedBetweenUnits() {
        MemoryVolume other = second(1, 512);
        fill(host.volume, 0, 64, 1);
        CopyLists lists = new CopyLists();
        int source = lists.naa(MemoryVolume.NAA, 512);
        byte[] t10 = "STEMMA  3000000000000002".getBytes(StandardCharsets.US_ASCII);
        int cut = lists.target(2, 1, Arrays.copyOf(t10, 20), 512);
        int there = lists.naa(OTHER, 512);
        lists.segment(source, 0, there, 10, 64).segment(CopyLimits.THIS_UNIT, 5, there, 500, 2);
        assertThat(copy(lists)).isEqualTo("GOOD");
        assertThat(bytes(other, 10, 64)).isEqualTo(bytes(host.volume, 0, 64));
        assertThat(bytes(other, 500, 2)).isEqualTo(bytes(host.volume, 5, 2));
        lists.segment(source, 0, cut, 0, 1);
        assertThat(copy(lists)).isEqualTo("a/0d02 D6 I1");
    }

    @ParameterizedTest
    @CsvSource({"false, 80, GOOD", "true, 10, GOOD", "false, 81, a/260d D10 I81"})
    void unitsMayHaveBlocksOfDifferentSizes(boolean counts, int blocks, String outcome) {
        MemoryVolume other = second(1, 4096);
        fill(host.volume, 8, 90, 5);
        CopyLists lists = new CopyLists();
        int source = lists.naa(MemoryVolume.NAA, 512);
        int there = lists.naa(OTHER, 4096);
        byte[] list = lists.segment(source, 8, there, 3, blocks).bytes();
        list[16 + 64 + 1] = (byte) (counts ? 2 : 0);
        assertThat(copy(list)).isEqualTo(outcome);
        if (outcome.equals("GOOD")) {
            assertThat(bytes(other, 3, 10)).isEqualTo(bytes(host.volume, 8, 80));
        }
    }

    @Test
    void whatTheSourceDoesNotStoreIsUnmapped() {
        fill(host.volume, 0, 8, 1);
        fill(host.volume, 4000, 64, 9);
        host.volume.log.clear();
        assertThat(copy(within(0, 4000, 16))).isEqualTo("GOOD");
        assertThat(host.volume.log)
                .containsExactly(
                        "READ 0 8",
                        "LOCK 4000 8",
                        "WRITE 4000 8",
                        "UNLOCK",
                        "LOCK 4008 8",
                        "UNMAP 4008 8",
                        "UNLOCK");
        assertThat(bytes(host.volume, 4008, 8)).containsOnly(0);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 05, 1, 18, 5/2600 D0",
        "1, 08, -1, 0, 5/2600 D1.4",
        "1, 80, -1, 0, 5/2600 D1.7",
        "1, 40, -1, 0, 5/2600 D1.6",
        "12, 01, -1, 0, 5/260b D12",
        "15, 01, -1, 0, 5/260b D12",
        "16, e0, -1, 0, 5/2607 D16",
        "21, 13, -1, 0, 5/2600 D21",
        "23, 00, -1, 0, 5/2600 D23",
        "23, 15, -1, 0, 5/2600 D23",
        "48, 03, -1, 0, 5/2609 D48",
        "48, 0a, -1, 0, 5/2609 D48",
        "48, 0d, -1, 0, 5/2609 D48",
        "51, 17, -1, 0, 5/2600 D50",
        "3, 40, -1, 0, 5/1a00",
        "3, 21, -1, 0, 5/1a00",
        "11, 1d, -1, 0, 5/1a00",
        "11, 1b, -1, 0, 5/1a00",
        "8, ff, -1, 0, 5/1a00",
        "17, 05, -1, 0, a/0d03 D4 I8",
        "31, 00, -1, 0, a/0d02 D4 I8",
        "46, 04, -1, 0, a/2600 D4 I8",
        "53, 01, -1, 0, a/0804 D4 I8",
        "55, 01, -1, 0, a/0804 D6 I8",
        "60, 80, -1, 0, a/0000 D12 I8",
        "68, 01, -1, 0, a/0000 D20 I8",
        "17, c0, -1, 0, GOOD",
        "17, 20, -1, 0, GOOD"
    })
    void eachFieldIsJudged(int at, String value, int at2, String value2, String outcome) {
        fill(host.volume, 0, 8, 1);
        byte[] list = within(0, 100, 8).bytes();
        list[at] = (byte) HexFormat.fromHexDigits(value);
        if (at2 >= 0) {
            list[at2] = (byte) HexFormat.fromHexDigits(value2);
        }
        assertThat(copy(list)).isEqualTo(outcome);
        assertThat(host.copies.taken()).isZero();
        assertThat(host.volume.locked).isNull();
    }

    @Test
    void limitsAreThoseThatAreTold() {
        String told = host.data(PARAMETERS);
        assertThat(told)
                .isEqualTo(
                        "0000002a 01000000 0010 0040 00000900 01fffe00 00000000 00000000 00000000"
                                        .replace(" ", "")
                                + "0000 0010 10 09 00 00 000000 02 02e4".replace(" ", ""));
        CopyLists most = new CopyLists();
        for (int i = 0; i < CopyLimits.TARGETS_MAX; i++) {
            most.naa(MemoryVolume.NAA, 512);
        }
        for (int i = 0; i < CopyLimits.SEGMENTS_MAX; i++) {
            most.segment(i % 16, i, (i + 1) % 16, i + 1000, 1);
        }
        assertThat(copy(most)).isEqualTo("GOOD");
        assertThat(copy(most.segment(0, 0, 0, 0, 1))).isEqualTo("5/1a00");
        CopyLists segments = new CopyLists();
        int unit = segments.naa(MemoryVolume.NAA, 512);
        for (int i = 0; i <= CopyLimits.SEGMENTS_MAX; i++) {
            segments.segment(unit, 0, unit, 1, 1);
        }
        assertThat(copy(segments)).isEqualTo("5/2608 D8");
        CopyLists targets = within(0, 1, 1);
        for (int i = 0; i < CopyLimits.TARGETS_MAX; i++) {
            targets.naa(MemoryVolume.NAA, 512);
        }
        assertThat(copy(targets)).isEqualTo("5/2606 D2");
        assertThat(host.dataOut(CopyLists.cdb(CopyLimits.LIST_BYTES_MAX)))
                .isEqualTo(CopyLimits.LIST_BYTES_MAX);
        assertThat(host.dataOut(CopyLists.cdb(CopyLimits.LIST_BYTES_MAX + 1))).isZero();
        assertThat(host.dataOut(CopyLists.cdb(-1))).isZero();
    }

    @Test
    void aListThatIsCutIsRefusedWhereverThatIs() {
        byte[] list = within(0, 100, 8).bytes();
        for (int length = 1; length < list.length; length++) {
            assertThat(copy(Arrays.copyOf(list, length))).as("%d", length).isEqualTo("5/1a00");
        }
        assertThat(copy(new byte[0])).isEqualTo("GOOD");
        assertThat(copy(Arrays.copyOf(list, 16 + 60 + 7))).isEqualTo("GOOD");
        assertThat(host.send(CopyLists.cdb(list.length), Arrays.copyOf(list, 40)))
                .isEqualTo("5/1a00");
    }

    @Test
    void emptyListsAndEmptySegmentsAreNoErrors() {
        assertThat(copy(new CopyLists())).isEqualTo("GOOD");
        assertThat(copy(within(8192, 8192, 0))).isEqualTo("GOOD");
        assertThat(copy(within(8193, 0, 0))).isEqualTo("a/0000 D12 I0");
        assertThat(host.volume.log).isEmpty();
    }

    @Test
    void theLastBlockIsCopiedAndOnePastItIsNot() {
        fill(host.volume, 8191, 1, 4);
        assertThat(copy(within(8191, 8190, 1))).isEqualTo("GOOD");
        assertThat(copy(within(0, 8191, 1))).isEqualTo("GOOD");
        assertThat(copy(within(0, 8191, 2))).isEqualTo("a/0000 D20 I2");
        assertThat(copy(within(8191, 0, 2))).isEqualTo("a/0000 D12 I2");
    }

    @Test
    void anotherTenantsUnitLooksLikeOneThatDoesNotExist() {
        MemoryVolume secret = new MemoryVolume(8192, 512);
        secret.naa = OTHER;
        fill(secret, 0, 8, 0x55);
        TargetDevice elsewhere = new TargetDevice("iqn.2026-11.io.stemma:tenant", 2);
        elsewhere.map(0, host.another(secret), false);
        TestNexus tenant = new TestNexus("iqn.2026-11.example:tenant,i,0x000000000009");
        elsewhere.attach(tenant);
        CopyLists lists = new CopyLists();
        int mine = lists.naa(MemoryVolume.NAA, 512);
        int theirs = lists.naa(OTHER, 512);
        int nobodys = lists.naa(0x3fff_0000_0000_0001L, 512);
        lists.segment(theirs, 0, mine, 0, 8);
        assertThat(copy(lists)).isEqualTo("a/0d02 D4 I8");
        byte[] sense = Arrays.copyOf(host.task.sense(), host.task.senseLength());
        CopyLists guess = new CopyLists();
        guess.naa(MemoryVolume.NAA, 512);
        guess.naa(OTHER, 512);
        guess.naa(0x3fff_0000_0000_0001L, 512);
        guess.segment(nobodys, 0, mine, 0, 8);
        assertThat(copy(guess)).isEqualTo("a/0d02 D4 I8");
        assertThat(Arrays.copyOf(host.task.sense(), host.task.senseLength())).isEqualTo(sense);
        assertThat(copy(within(0, 0, 0).segment(mine, 0, mine, 0, 8))).isEqualTo("GOOD");
        assertThat(secret.log).isEmpty();
    }

    @Test
    void aSessionElsewhereCountsOnlyForTheSameInitiatorAndUser() {
        MemoryVolume far = new MemoryVolume(8192, 512);
        far.naa = OTHER;
        fill(far, 0, 8, 0x55);
        TargetDevice elsewhere = new TargetDevice("iqn.2026-11.io.stemma:second", 2);
        elsewhere.map(0, host.another(far), true);
        CopyLists lists = new CopyLists();
        int mine = lists.naa(MemoryVolume.NAA, 512);
        int theirs = lists.naa(OTHER, 512);
        byte[] read = lists.segment(theirs, 0, mine, 0, 8).bytes();
        assertThat(copy(read)).isEqualTo("a/0d02 D4 I8");
        TestNexus guarded = new TestNexus("iqn.2026-11.example:host,i,0x000000000007");
        guarded.userName = "keeper";
        elsewhere.attach(guarded);
        assertThat(copy(read)).as("proved as somebody").isEqualTo("a/0d02 D4 I8");
        TestNexus same = new TestNexus("iqn.2026-11.example:host,i,0x000000000008");
        elsewhere.attach(same);
        assertThat(copy(read)).isEqualTo("GOOD");
        assertThat(bytes(host.volume, 0, 8)).isEqualTo(bytes(far, 0, 8));
        CopyLists back = new CopyLists();
        back.segment(back.naa(MemoryVolume.NAA, 512), 0, back.naa(OTHER, 512), 0, 8);
        assertThat(copy(back)).as("a way that forbids changes").isEqualTo("a/0d01 I8");
        elsewhere.detach(same);
        assertThat(copy(read)).isEqualTo("a/0d02 D4 I8");
    }

    @Test
    void theUnitsAnswersStandInTheSense() {
        host.send("1b 00 00 00 00 00");
        assertThat(copy(within(0, 100, 8))).isEqualTo("2/0402");
        host.send("1b 00 00 00 01 00");
        MemoryVolume other = second(1, 512);
        fill(host.volume, 0, 8, 1);
        CopyLists lists = new CopyLists();
        int source = lists.naa(MemoryVolume.NAA, 512);
        int there = lists.naa(OTHER, 512);
        byte[] list =
                lists.segment(source, 0, source, 1000, 1).segment(source, 0, there, 0, 8).bytes();
        other.nextFault = new DeviceFault(Kind.MEDIUM, "write of 4096 bytes", "test", 3, 0, null);
        assertThat(copy(list)).isEqualTo("a/0d01 I8");
        assertThat(host.task.senseLength()).isEqualTo(37);
        byte[] sense = host.task.sense();
        assertThat(sense[7]).isEqualTo((byte) 29);
        assertThat(sense[9]).as("where the destination's answer stands").isEqualTo((byte) 18);
        assertThat(BigEndian.u16(sense, 10)).as("segment").isEqualTo(1);
        assertThat(sense[18]).isEqualTo((byte) 2);
        assertThat(sense[19 + 2]).isEqualTo((byte) 3);
        assertThat(BigEndian.u16(sense, 19 + 12)).isEqualTo(0x0c00);
    }

    @Test
    void senseWithDescriptorsHasTheSegmentToo() {
        host.unit.modeParameters(host.nexus, false, true);
        CopyLists lists = within(0, 100, 8);
        lists.segment(3, 0, 0, 0, 8);
        fill(host.volume, 0, 8, 1);
        assertThat(copy(lists))
                .isEqualTo(
                        "72 720a080400000020"
                                + "000a80000000000000000008"
                                + "010a00000000000000000001"
                                + "02060000a0000400");
    }

    @Test
    void outcomesAreKeptUntilTheyWereRead() {
        assertThat(host.send(STATUS)).isEqualTo("5/2400 C2");
        fill(host.volume, 0, 8, 1);
        assertThat(copy(within(0, 100, 8))).isEqualTo("GOOD");
        assertThat(host.data(FAILURE)).isEqualTo("00000000");
        assertThat(host.data(STATUS)).isEqualTo("00000008" + "01" + "0001" + "00" + "00001000");
        assertThat(host.send(STATUS)).isEqualTo("5/2400 C2");
        assertThat(copy(within(0, 9000, 8))).isEqualTo("a/0000 D20 I8");
        assertThat(host.data(STATUS)).isEqualTo("00000008" + "02" + "0000" + "00" + "00000000");
        assertThat(host.data(FAILURE)).startsWith("0000005d").contains("0200" + "0025" + "f0000a");
        assertThat(host.send(STATUS)).isEqualTo("5/2400 C2");
        assertThat(host.send(FAILURE)).isEqualTo("5/2400 C2");
    }

    @Test
    void outcomesBelongToANexusAndGoWithIt() {
        TestNexus other = new TestNexus("iqn.2026-11.example:other,i,0x000000000002");
        host.device.attach(other);
        assertThat(copy(within(0, 100, 8))).isEqualTo("GOOD");
        assertThat(host.send(other, 0, STATUS, new byte[0])).isEqualTo("5/2400 C2");
        host.device.detach(host.nexus);
        host.device.attach(host.nexus);
        assertThat(host.send(STATUS)).isEqualTo("6/2907");
        assertThat(host.send(STATUS)).isEqualTo("5/2400 C2");
        assertThat(copy(within(0, 100, 8))).isEqualTo("GOOD");
        host.unit.reset(host.nexus, () -> {});
        assertThat(host.send(STATUS)).isEqualTo("6/2903");
        assertThat(host.send(STATUS)).isEqualTo("5/2400 C2");
        CopyLists discarded = within(0, 100, 8);
        discarded.usage = 2;
        assertThat(copy(discarded)).isEqualTo("GOOD");
        assertThat(host.send(STATUS)).isEqualTo("5/2400 C2");
        CopyLists nameless = within(0, 100, 8);
        nameless.usage = 3;
        nameless.identifier = 0;
        assertThat(copy(nameless)).isEqualTo("GOOD");
    }

    @Test
    void anIdentifierIsUsedOnceAtATime() {
        fill(host.volume, 0, 8, 1);
        host.volume.holding = true;
        assertThat(copy(within(0, 100, 8))).isEqualTo("unfinished");
        TestTask second = new TestTask();
        byte[] list = within(0, 200, 8).bytes();
        second.begin(host.nexus, Host.bytes(CopyLists.cdb(list.length)), list);
        host.device.execute(0, second);
        assertThat(second.outcome()).isEqualTo("5/0016");
        second.begin(host.nexus, Host.bytes(STATUS), new byte[0]);
        host.device.execute(0, second);
        assertThat(second.hex()).isEqualTo("00000008" + "00" + "0000" + "00" + "00000000");
        host.volume.release();
        assertThat(host.task.outcome()).isEqualTo("GOOD");
        assertThat(host.data(STATUS)).startsWith("0000000801");
    }

    @Test
    void copiesAtOnceAreBounded() {
        for (int i = 0; i < CopyLimits.COPIES_MAX; i++) {
            assertThat(host.copies.take()).isTrue();
        }
        assertThat(copy(within(0, 100, 8))).isEqualTo("BUSY");
        host.copies.give();
        assertThat(copy(within(0, 100, 8))).isEqualTo("GOOD");
    }

    @Test
    void anAbortedCopyEndsBeforeItsNextOperation() {
        fill(host.volume, 0, 8, 1);
        host.volume.holding = true;
        assertThat(copy(within(0, 100, 8))).isEqualTo("unfinished");
        host.task.abort();
        host.volume.release();
        assertThat(host.task.finished).isEqualTo(1);
        assertThat(host.volume.log).noneMatch(entry -> entry.startsWith("WRITE"));
        assertThat(host.volume.locked).isNull();
        assertThat(host.copies.taken()).isZero();
    }

    @Test
    void aUnitThatIsUnmappedMeanwhileIsNotWrittenAnyMore() {
        MemoryVolume other = second(1, 512);
        fill(host.volume, 0, 16, 1);
        CopyLists lists = new CopyLists();
        int source = lists.naa(MemoryVolume.NAA, 512);
        byte[] list = lists.segment(source, 0, lists.naa(OTHER, 512), 0, 16).bytes();
        host.volume.holding = true;
        assertThat(copy(list)).isEqualTo("unfinished");
        host.device.unmap(1);
        host.volume.release();
        assertThat(host.task.outcome()).isEqualTo("a/0d02 D6 I16");
        assertThat(other.log).noneMatch(entry -> entry.startsWith("WRITE"));
        assertThat(other.locked).isNull();
    }

    @Test
    void thePageSaysTheSame() {
        assertThat(host.data("12 01 8f 00ff 00"))
                .isEqualTo(
                        ("008f0064"
                                        + "0001 000c 08 830100 8403000304 000000"
                                        + "0004 001c 00000000 0010 0040 00000900"
                                        + "00".repeat(16)
                                        + "0008 0004 02 02e4 00"
                                        + "000c 0004 0002 ffff"
                                        + "8001 0020 00000010 00000010 01fffe00 09 00"
                                        + "00".repeat(18))
                                .replace(" ", ""));
    }
}
