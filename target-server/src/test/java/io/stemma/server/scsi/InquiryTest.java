package io.stemma.server.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.TreeMap;

class InquiryTest {
    private final Host host = new Host();

    private static String hex(String ascii) {
        return HexFormat.of().formatHex(ascii.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void standardDataNameUsTheVolumeAndTheStandards() {
        assertThat(host.data("12 00 00 00ff 00"))
                .isEqualTo(
                        "000006125b180002"
                                + hex("STEMMA  demo            0001")
                                + "00".repeat(22)
                                + "00a00960046004c0"
                                + "00".repeat(30));
    }

    @Test
    void theAllocationLengthCuts() {
        for (int length = 0; length < 256; length++) {
            String data = host.data(String.format("12 00 00 %04x 00", length));
            assertThat(data).hasSize(2 * Math.min(length, 96));
        }
        assertThat(host.data("12 00 00 0200 00")).hasSize(192);
    }

    @ParameterizedTest
    @CsvSource({
        "12 00 01 0100 00, 5/2400 C2",
        "12 01 01 0100 00, 5/2400 C2",
        "12 01 87 0100 00, 5/2400 C2"
    })
    void pagesThatAreNotThereAreRefused(String cdb, String outcome) {
        assertThat(host.send(cdb)).isEqualTo(outcome);
    }

    @Test
    void vitalProductData() {
        assertThat(host.data("12 01 00 00ff 00")).isEqualTo("00000008" + "008083868fb0b1b2");
        assertThat(host.data("12 01 86 00ff 00"))
                .isEqualTo("0086003c" + "000701" + "00".repeat(6) + "fc" + "00".repeat(50));
        assertThat(host.data("12 01 80 00ff 00")).isEqualTo("00800010" + hex("00112233aabbccdd"));
        assertThat(host.data("12 01 b1 00ff 00")).isEqualTo("00b1003c00010040" + "00".repeat(56));
        assertThat(host.data("12 01 b2 00ff 00")).isEqualTo("00b200040be40200");
    }

    @Test
    void deviceIdentificationNamesUnitPortAndDevice() {
        String port = Host.TARGET + ",t,0x0001";
        assertThat(host.data("12 01 83 00ff 00"))
                .isEqualTo(
                        "00830080"
                                + "01030008"
                                + "3abcdef012345678"
                                + "02010018"
                                + hex("STEMMA  00112233aabbccdd")
                                + "51940004"
                                + "00000001"
                                + "51950004"
                                + "00000001"
                                + "53980024"
                                + hex(port)
                                + "00".repeat(36 - port.length())
                                + "53a8001c"
                                + hex(Host.TARGET)
                                + "00".repeat(28 - Host.TARGET.length()));
    }

    @ParameterizedTest
    @CsvSource({
        "512, 80 0008 00008000 00000800 00000000 00100000 00000100 00000008, 0000000000008000,"
                + " 00000100",
        "4096, 10 0001 00001000 00000100 00000000 00100000 00000100 00000001, 0000000000001000,"
                + " 00000020"
    })
    void blockLimitsFollowTheBlockLength(
            int block, String limits, String writeSame, String atomic) {
        Host other = new Host(new MemoryVolume(8192, block), false);
        assertThat(other.data("12 01 b0 00ff 00"))
                .isEqualTo(
                        "00b0003c01"
                                + limits.replace(" ", "")
                                + "80000000"
                                + writeSame
                                + atomic
                                + "00".repeat(16));
    }

    @Test
    void aUnitThatIsNotThereSaysSo() {
        assertThat(host.send(host.nexus, 1, "12 00 00 00ff 00", new byte[0])).isEqualTo("GOOD");
        assertThat(host.task.hex()).startsWith("7f0006125b080002").hasSize(192);
        assertThat(host.send(host.nexus, 1, "12 01 00 00ff 00", new byte[0])).isEqualTo("GOOD");
        assertThat(host.task.hex()).isEqualTo("7f00000100");
        assertThat(host.send(host.nexus, 1, "12 01 83 00ff 00", new byte[0]))
                .isEqualTo("5/2400 C2");
        for (String cdb : new String[] {"00 00 00 00 00 00", "28 00 00000000 00 0001 00", "ff"}) {
            assertThat(host.send(host.nexus, 1, cdb, new byte[0])).isEqualTo("5/2500");
        }
        assertThat(host.send(host.nexus, 1, "03 00 00 00 12 00", new byte[0])).isEqualTo("GOOD");
        assertThat(host.task.hex()).isEqualTo("70000500000000" + "0a00000000" + "250000000000");
    }

    @Test
    void reportLunsListsWhatIsMapped() {
        host.device.map(300, host.another(host.volume), true);
        host.send("a0 00 00 000000 00000000 00 00");
        String both = "00000010" + "00000000" + "0000000000000000" + "412c000000000000";
        assertThat(host.data("a0 00 00 000000 00000100 00 00")).isEqualTo(both);
        assertThat(host.data("a0 00 02 000000 00000100 00 00")).isEqualTo(both);
        assertThat(host.data("a0 00 11 000000 00000100 00 00")).isEqualTo(both);
        assertThat(host.data("a0 00 01 000000 00000100 00 00")).isEqualTo("0000000000000000");
        assertThat(host.data("a0 00 10 000000 00000100 00 00")).isEqualTo("0000000000000000");
        assertThat(host.data("a0 00 00 000000 0000000c 00 00")).isEqualTo(both.substring(0, 24));
        assertThat(host.send("a0 00 12 000000 00000100 00 00")).isEqualTo("5/2400 C2");
        assertThat(host.send(host.nexus, 300, "00 00 00 00 00 00", new byte[0])).isEqualTo("GOOD");
    }

    @Test
    void lunZeroTellsTheInventoryWithoutAUnit() {
        TargetDevice empty = new TargetDevice(Host.TARGET, 1);
        empty.attach(host.nexus);
        host.task.begin(host.nexus, Host.bytes("a0 00 00 000000 00000100 00 00"), new byte[0]);
        empty.execute(0, host.task);
        assertThat(host.task.outcome()).isEqualTo("GOOD");
        assertThat(host.task.hex()).isEqualTo("0000000000000000");
        host.task.begin(host.nexus, Host.bytes("a0 00 00 000000 00000100 00 00"), new byte[0]);
        empty.execute(1L << 48, host.task);
        assertThat(host.task.outcome()).isEqualTo("5/2500");
    }

    @Test
    void lunsAreFoundByTheirAddress() {
        var found = new TreeMap<Long, Boolean>();
        for (long address :
                new long[] {
                    0L,
                    0x4000L << 48,
                    0x0001L << 48,
                    0x0100L << 48,
                    0x8000L << 48,
                    0xc101L << 48,
                    1L
                }) {
            found.put(address, host.device.unit(address) != null);
        }
        assertThat(found).containsEntry(0L, true).containsEntry(0x4000L << 48, true);
        assertThat(found.values().stream().filter(there -> there)).hasSize(2);
    }
}
