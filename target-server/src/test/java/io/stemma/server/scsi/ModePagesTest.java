package io.stemma.server.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.DeviceFault.Kind;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModePagesTest {
    private static final String RECOVERY = "010a" + "00".repeat(10);
    private static final String CACHING = "081204" + "00".repeat(17);
    private static final String CONTROL = "0a0a2210" + "00".repeat(8);
    private static final String EXTENSION = "4a01001c" + "00".repeat(28);
    private static final String EXCEPTIONS = "1c0a08" + "00".repeat(9);
    private static final String PROVISIONING = "5c020014" + "00".repeat(20);
    private static final String BLOCKS = "0000200000000200";

    private final Host host = new Host();

    private String select(String list) {
        return host.send(
                String.format("15 10 00 00 %02x 00", list.replace(" ", "").length() / 2),
                Host.bytes(list));
    }

    @Test
    void allPagesWithTheirHeader() {
        String pages = RECOVERY + CACHING + CONTROL + EXCEPTIONS;
        assertThat(host.data("1a 00 3f 00 ff 00")).isEqualTo("43001008" + BLOCKS + pages);
        String all = RECOVERY + CACHING + CONTROL + EXTENSION + EXCEPTIONS + PROVISIONING;
        assertThat(host.data("1a 08 3f ff ff 00")).isEqualTo("73001000" + all);
        assertThat(host.data("1a 08 0a ff ff 00")).isEqualTo("2f001000" + CONTROL + EXTENSION);
        assertThat(host.data("1a 08 0a 01 ff 00")).isEqualTo("23001000" + EXTENSION);
        assertThat(host.data("1a 08 08 ff ff 00")).isEqualTo("17001000" + CACHING);
        assertThat(host.data("1a 08 bf 00 ff 00")).isEqualTo("3b001000" + pages);
        assertThat(host.data("5a 08 3f 00 000000 0100 00")).isEqualTo("003e001000000000" + pages);
        assertThat(host.data("5a 10 08 00 000000 0100 00"))
                .isEqualTo("002a001001000010" + "00000000000020000000000000000200" + CACHING);
        assertThat(host.data("1a 00 3f 00 04 00")).isEqualTo("43001008");
    }

    @Test
    void whatMayChangeIsShownAsAMask() {
        assertThat(host.data("1a 08 48 00 ff 00")).endsWith("081204" + "00".repeat(17));
        assertThat(host.data("1a 08 4a 00 ff 00")).endsWith("0a0a040008" + "00".repeat(7));
        assertThat(host.data("1a 08 41 00 ff 00")).endsWith("010a" + "00".repeat(10));
    }

    @ParameterizedTest
    @CsvSource({
        "1a 08 ff 00 ff 00, 5/3900",
        "1a 08 c8 00 ff 00, 5/3900",
        "1a 08 02 00 ff 00, 5/2400 C2.5",
        "1a 08 0a 02 ff 00, 5/2400 C3",
        "1a 08 3f 01 ff 00, 5/2400 C3",
        "1a 08 08 01 ff 00, 5/2400 C3",
        "5a 08 2a 00 000000 0100 00, 5/2400 C2.5",
        "15 00 00 00 00 00, 5/2400 C1.4",
        "15 11 00 00 00 00, 5/2400 C1.0",
        "15 12 00 00 00 00, 5/2400 C1.1",
        "15 10 00 00 00 00, GOOD",
        "55 10 00 00 00 00 00 0000 00, GOOD"
    })
    void fieldsAreJudged(String cdb, String outcome) {
        assertThat(host.send(cdb)).isEqualTo(outcome);
    }

    @Test
    void theWriteCacheIsSwitched() {
        assertThat(host.dataOut("15 10 00 00 18 00")).isEqualTo(24);
        assertThat(select("00000000" + "0812" + "00".repeat(18))).isEqualTo("GOOD");
        assertThat(host.volume.writeCache).isFalse();
        assertThat(host.data("1a 08 08 00 ff 00")).endsWith("0812" + "00".repeat(18));
        assertThat(host.data("1a 08 88 00 ff 00")).endsWith("0812" + "00".repeat(18));
        assertThat(select("00000008" + BLOCKS + CACHING)).isEqualTo("GOOD");
        assertThat(host.volume.writeCache).isTrue();
        host.switchFault = DeviceFault.of(Kind.OFFLINE, "write cache", "memory");
        assertThat(select("00000000" + "0812" + "00".repeat(18))).isEqualTo("2/0403");
        assertThat(host.volume.writeCache).isTrue();
    }

    @Test
    void whoeverDidNotChangeTheWriteCacheIsToldOnce() {
        TestNexus other = new TestNexus("iqn.2026-11.example:other,i,0x000000000002");
        host.device.attach(other);
        assertThat(select("00000000" + "0812" + "00".repeat(18))).isEqualTo("GOOD");
        assertThat(host.send("00 00 00 00 00 00")).isEqualTo("GOOD");
        assertThat(host.send(other, 0, "00 00 00 00 00 00", new byte[0])).isEqualTo("6/2a01");
        assertThat(host.send(other, 0, "00 00 00 00 00 00", new byte[0])).isEqualTo("GOOD");
        host.volume.writeCache(true);
        assertThat(host.send("00 00 00 00 00 00")).isEqualTo("6/2a01");
        assertThat(host.send(other, 0, "00 00 00 00 00 00", new byte[0])).isEqualTo("6/2a01");
    }

    @Test
    void aSubpageIsSentBackAsItCame() {
        assertThat(select("00000000" + EXTENSION + CONTROL)).isEqualTo("GOOD");
        assertThat(select("00000000" + EXTENSION.replace("1c", "1d"))).isEqualTo("5/2600 D6");
        assertThat(select("00000000" + "4a01001c" + "08" + "00".repeat(27)))
                .isEqualTo("5/2600 D8.3");
        assertThat(select("00000000" + "4a00001c" + "00".repeat(28))).isEqualTo("5/2600 D5");
        assertThat(select("00000000" + "4a01")).isEqualTo("5/1a00");
        assertThat(select("00000000" + "7f01001c")).isEqualTo("5/2600 D5");
        assertThat(select("00000000" + "3f0a")).isEqualTo("5/2600 D4.5");
    }

    @Test
    void softwareWriteProtectAndDescriptorSense() {
        assertThat(select("00000000" + "0a0a2210 08" + "00".repeat(7))).isEqualTo("GOOD");
        assertThat(host.send("2a 00 00000000 00 0001 00", new byte[512])).isEqualTo("7/2702");
        assertThat(host.data("1a 08 0a 00 ff 00")).startsWith("0f009000");
        assertThat(select("00000000" + "0a0a2610 00" + "00".repeat(7))).isEqualTo("GOOD");
        assertThat(host.send("2a 00 00000000 00 0001 00", new byte[512])).isEqualTo("GOOD");
        assertThat(host.send("28 00 ffffffff 00 0001 00"))
                .isEqualTo("72 720521000000000c" + "000a800000000000ffffffff");
        assertThat(host.send("28 20 00000000 00 0001 00"))
                .isEqualTo("72 7205240000000008" + "02060000cf000100");
        host.volume.nextFault = new DeviceFault(Kind.MEDIUM, "read", "memory", 1L << 40, 0, null);
        assertThat(host.send("28 00 00000000 00 0001 00"))
                .isEqualTo("72 720311000000000c" + "000a80000000010000000000");
    }

    @ParameterizedTest
    @CsvSource({
        "000000, 5/1a00",
        "00000004 00000000, 5/2600 D3",
        "00000008 0000, 5/1a00",
        "00000008 0000200000000400, 5/2600 D4",
        "00000008 0000100000000200, 5/2600 D4",
        "00000000 02, 5/2600 D4.5",
        "00000000 08, 5/1a00",
        "00000000 0811, 5/2600 D5",
        "00000000 081204, 5/1a00",
        "00000000 48120400000000000000000000000000000000000, 5/2600 D5",
        "00000000 0812050000000000000000000000000000000000, 5/2600 D6.0",
        "00000000 0812040000000080000000000000000000000000, 5/2600 D11.7",
        "00000000 0a0a22200000000000000000, 5/2600 D7.5"
    })
    void wrongListsChangeNothing(String list, String outcome) {
        String even = list.replace(" ", "");
        assertThat(select(even.substring(0, even.length() / 2 * 2))).isEqualTo(outcome);
        assertThat(host.data("1a 08 08 00 ff 00")).endsWith(CACHING);
        assertThat(host.data("1a 08 0a 00 ff 00")).endsWith(CONTROL);
    }

    @Test
    void aListIsAppliedWholeOrNotAtAll() {
        String cacheOff = "0812" + "00".repeat(18);
        String wrong = "0a0a2220" + "00".repeat(8);
        assertThat(select("00000000" + cacheOff + wrong)).isEqualTo("5/2600 D27.5");
        assertThat(host.volume.writeCache).isTrue();
    }
}
