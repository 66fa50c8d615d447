package io.stemma.server.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.DeviceFault.Kind;

import org.junit.jupiter.api.Test;

class DiagnosticsTest {
    private static final String DEFAULT_TEST = "1d 04 00 0000 00";
    private static final String FOREGROUND = "1d a0 00 0000 00";
    private static final String BACKGROUND = "1d 20 00 0000 00";
    private static final String ABORT = "1d 80 00 0000 00";
    private static final String RESULTS = "4d 00 50 00 00 0000 ffff 00";

    private final Host host = new Host();

    private String result(int number) {
        String page = host.data(RESULTS);
        assertThat(page).startsWith("90000190").hasSize(2 * (4 + 20 * 20));
        return page.substring(8 + 40 * (number - 1), 8 + 40 * number);
    }

    @Test
    void theDefaultSelfTestReadsTheFirstAndTheLastBlock() {
        assertThat(host.send(DEFAULT_TEST)).isEqualTo("GOOD");
        assertThat(host.volume.log).containsExactly("READ 0 1", "READ 8191 1");
        assertThat(result(1)).isEqualTo("00012310" + "00".repeat(16));
    }

    @Test
    void aVolumeOfOneBlockIsReadOnce() {
        Host small = new Host(new MemoryVolume(8, 4096), false);
        assertThat(small.send(DEFAULT_TEST)).isEqualTo("GOOD");
        assertThat(small.volume.log).containsExactly("READ 0 1", "READ 7 1");
        Host one = new Host(new MemoryVolume(1, 4096), false);
        assertThat(one.send(DEFAULT_TEST)).isEqualTo("GOOD");
        assertThat(one.volume.log).containsExactly("READ 0 1");
    }

    @Test
    void aSelfTestThatFailsSaysSoAndIsKept() {
        host.volume.nextFault = new DeviceFault(Kind.MEDIUM, "read", "memory", 0, 0, null);
        assertThat(host.send(FOREGROUND)).isEqualTo("4/3e03");
        assertThat(result(1)).isEqualTo("00012310" + "a7000000" + "0000000000000000" + "03110000");
        host.volume.offline = DeviceFault.of(Kind.OFFLINE, "sync", "memory");
        assertThat(host.send(DEFAULT_TEST)).isEqualTo("4/3e03");
        assertThat(host.send(FOREGROUND)).isEqualTo("4/3e03");
        assertThat(result(1)).startsWith("00012310a7").endsWith("ffffffffffffffff" + "02040300");
        assertThat(result(2)).startsWith("00022310a7");
    }

    @Test
    void aBackgroundTestAnswersAtOnceAndKeepsOthersOut() {
        host.volume.holding = true;
        assertThat(host.send(BACKGROUND)).isEqualTo("GOOD");
        assertThat(result(1)).startsWith("00012310" + "2f");
        assertThat(host.send(DEFAULT_TEST)).isEqualTo("2/0409");
        assertThat(host.send(BACKGROUND)).isEqualTo("2/0409");
        host.volume.release();
        assertThat(result(1)).isEqualTo("00012310" + "20000000" + "ff".repeat(8) + "00".repeat(4));
        assertThat(host.send(DEFAULT_TEST)).isEqualTo("GOOD");
    }

    @Test
    void aBackgroundTestIsAborted() {
        host.volume.holding = true;
        assertThat(host.send(BACKGROUND)).isEqualTo("GOOD");
        assertThat(host.send(ABORT)).isEqualTo("GOOD");
        host.volume.release();
        assertThat(result(1)).startsWith("00012310" + "21");
        assertThat(host.send(ABORT)).isEqualTo("5/2400 C1.7");
    }

    @Test
    void anAbortedForegroundTestEndsWithItsRead() {
        host.volume.holding = true;
        assertThat(host.send(FOREGROUND)).isEqualTo("unfinished");
        host.task.abort();
        host.volume.release();
        assertThat(host.task.finished).isEqualTo(1);
    }

    @Test
    void twentyResultsAreKept() {
        host.volume.nextFault = DeviceFault.of(Kind.MEDIUM, "read", "memory");
        for (int i = 0; i < 22; i++) {
            host.send(FOREGROUND);
        }
        assertThat(result(20)).startsWith("00142310a0");
        assertThat(host.data("4d 00 50 00 00 0013 ffff 00")).startsWith("900000280013");
        assertThat(host.data("4d 00 50 00 00 0014 ffff 00")).startsWith("900000140014");
    }

    @Test
    void supportedDiagnosticPagesAreAskedForAndReported() {
        assertThat(host.send("1d 10 00 0004 00", new byte[4])).isEqualTo("GOOD");
        assertThat(host.data("1c 00 00 00ff 00")).isEqualTo("0000000100");
        assertThat(host.send("1d 00 00 0000 00")).isEqualTo("GOOD");
    }

    @Test
    void logPagesSayWhatThereIs() {
        assertThat(host.data("4d 00 00 00 00 0000 00ff 00")).isEqualTo("00000004000c102f");
        assertThat(host.data("4d 00 40 ff 00 0000 00ff 00"))
                .isEqualTo("40ff000a" + "0000" + "00ff" + "0c00" + "1000" + "2f00");
        assertThat(host.data("4d 00 6f 00 00 0000 00ff 00"))
                .isEqualTo("af000008" + "00002304" + "0000ff00");
    }

    @Test
    void selectingLogsIsNotSupported() {
        assertThat(host.send("4c 02 40 00 00 00 00 0000 00")).isEqualTo("5/2000 C0");
    }
}
