package io.stemma.server.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.HexFormat;

class ReportSupportedTest {
    private final Host host = new Host();

    private byte[] all(String cdb) {
        return HexFormat.of().parseHex(host.data(cdb));
    }

    @Test
    void theListHoldsEveryRowOnce() {
        byte[] list = all("a3 0c 00 00 0000 0000ffff 00 00");
        int rows = CommandTable.all().size();
        assertThat(BigEndian.u32(list, 0)).isEqualTo(8L * rows);
        assertThat(list).hasSize(4 + 8 * rows);
        byte[] timed = all("a3 0c 80 00 0000 0000ffff 00 00");
        assertThat(timed).hasSize(4 + 20 * rows);
        for (int at = 4; at < timed.length; at += 20) {
            assertThat(timed[at + 5] & 2).isEqualTo(2);
            assertThat(BigEndian.u16(timed, at + 8)).isEqualTo(10);
        }
    }

    @Test
    void eachListedCommandIsReportedAloneByTheOptionThatFitsIt() {
        byte[] list = all("a3 0c 00 00 0000 0000ffff 00 00");
        for (int at = 4; at < list.length; at += 8) {
            int code = list[at] & 0xff;
            int action = BigEndian.u16(list, at + 2);
            boolean actions = (list[at + 5] & 1) != 0;
            String plain = String.format("a3 0c 01 %02x %04x 0000ffff 00 00", code, action);
            String exact = String.format("a3 0c 02 %02x %04x 0000ffff 00 00", code, action);
            String either = String.format("a3 0c 03 %02x %04x 0000ffff 00 00", code, action);
            assertThat(host.send(actions ? plain : exact)).isEqualTo("5/2400 C2.2");
            String one = host.data(actions ? exact : plain);
            assertThat(one).startsWith(String.format("0003%04x%02x", list[at + 7], code));
            assertThat(host.data(either)).isEqualTo(one);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "a3 0c 01 28 0000 0000ffff 00 00, 0003000a 28f8ffffffff3fffff00",
        "a3 0c 81 00 0000 0000ffff 00 00, 00830006 000000000000 000a00000000000000000000",
        "a3 0c 02 9e 0010 0000ffff 00 00, 00030010 9e100000000000000000ffffffff0000",
        "a3 0c 01 3c 0000 0000ffff 00 00, 00010000",
        "a3 0c 02 9e 0011 0000ffff 00 00, 00010000",
        "a3 0c 02 9e 0110 0000ffff 00 00, 00010000",
        "a3 0c 02 5e 0004 0000ffff 00 00, 00010000",
        "a3 0c 02 5f 0001 0000ffff 00 00, 0003000a 5f01ff0000ffffffff00",
        "a3 0c 03 28 0001 0000ffff 00 00, 00010000",
        "a3 0d 00 00 0000 00000004 00 00, da000000",
        "a3 0d 80 00 0000 000000ff 00 00, da00000c000000000000000000000000"
    })
    void oneCommand(String cdb, String data) {
        assertThat(host.data(cdb)).isEqualTo(data.replace(" ", ""));
    }

    @ParameterizedTest
    @CsvSource({
        "a3 0c 04 28 0000 0000ffff 00 00, 5/2400 C2.2",
        "a3 0d 00 00 0000 00000003 00 00, 5/2400 C6",
        "a3 0b 00 00 0000 00000003 00 00, 5/2400 C1.4",
        "5e 04 00 00 00 00 00 0008 00, 5/2400 C1.4",
        "5f 08 00 00 00 00 00 0018 00, 5/2400 C1.4",
        "1e 00 00 00 01 00, 5/2000 C0"
    })
    void whatIsNotSupportedIsRefused(String cdb, String outcome) {
        assertThat(host.send(cdb)).isEqualTo(outcome);
    }

    @Test
    void everyOperationCodeWithEveryServiceActionAnswersOnce() {
        for (int code = 0; code < 256; code++) {
            for (int action = 0; action < 32; action++) {
                String cdb = String.format("%02x %02x", code, action) + "00".repeat(14);
                assertThat(host.send(cdb)).as(cdb).isNotEqualTo("unfinished");
                assertThat(host.task.finished).as(cdb).isEqualTo(1);
                host.send("1b 00 00 00 01 00");
            }
        }
    }
}
