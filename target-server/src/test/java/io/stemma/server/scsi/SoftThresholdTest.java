package io.stemma.server.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.volume.SpaceState;
import io.stemma.engine.volume.VolumeListener;

import org.junit.jupiter.api.Test;

import java.util.List;

/** What hosts hear of a pool that fills up (SBC-4, 4.7.3.7). */
class SoftThresholdTest {
    private static final long GIB = 1L << 30;
    private static final String READY = "00 00 00 00 00 00";
    private static final String RECOVERY = "1a 08 01 00 ff 00";
    private static final String PROVISIONING = "1a 08 1c 02 ff 00";
    private static final String LOG = "4d 00 4c 00 00 0000 00ff 00";

    private final Host host = new Host();
    private final TestNexus other = new TestNexus("iqn.2026-11.example:other,i,0x000000000002");

    SoftThresholdTest() {
        host.device.attach(other);
        host.space = new SpaceState(100 * GIB, 30 * GIB, GIB, GIB, GIB, 80 * GIB, false, false);
    }

    private void reach() {
        List.copyOf(host.volume.listeners).forEach(VolumeListener::softThresholdReached);
    }

    @Test
    void everyNexusHearsOfItOnceAndWhereTheThresholdStands() {
        reach();
        assertThat(host.send(READY)).isEqualTo("6/3807 I16");
        assertThat(host.send(READY)).isEqualTo("GOOD");
        assertThat(host.send(other, 0, READY, new byte[0])).isEqualTo("6/3807 I16");
        assertThat(host.send(other, 0, READY, new byte[0])).isEqualTo("GOOD");
        reach();
        reach();
        assertThat(host.send(READY)).isEqualTo("6/3807 I16");
        assertThat(host.send(READY)).isEqualTo("GOOD");
    }

    @Test
    void whoComesLaterHearsNothing() {
        reach();
        TestNexus late = new TestNexus("iqn.2026-11.example:late,i,0x000000000003");
        host.device.attach(late);
        assertThat(host.send(late, 0, READY, new byte[0])).isEqualTo("GOOD");
    }

    @Test
    void requestSenseTakesItInBothFormats() {
        reach();
        assertThat(host.data("03 00 00 00 ff 00"))
                .isEqualTo("f0000600000010" + "0a00000000" + "380700000000");
        reach();
        assertThat(host.data("03 01 00 00 ff 00"))
                .isEqualTo("72063807" + "0000000c" + "000a8000" + "0000000000000010");
        assertThat(host.send(READY)).isEqualTo("GOOD");
    }

    @Test
    void theThresholdStandsInItsModePage() {
        assertThat(host.data(PROVISIONING))
                .isEqualTo("1b001000" + "5c020014" + "00".repeat(12) + "8102000000014000");
        assertThat(host.data(RECOVERY))
                .isEqualTo("0f001000" + "010a" + "00".repeat(5) + "8000000000");
        host.space = SpaceState.UNKNOWN;
        assertThat(host.data(PROVISIONING)).endsWith("5c020014" + "00".repeat(20));
        assertThat(host.data(RECOVERY)).endsWith("010a" + "00".repeat(10));
    }

    @Test
    void noHostChangesTheThreshold() {
        assertThat(host.data("1a 08 5c 02 ff 00")).endsWith("5c020014" + "00".repeat(20));
        String page = "5c020014" + "00".repeat(12);
        String select = "15 10 00 00 1c 00";
        assertThat(host.send(select, Host.bytes("00000000" + page + "8102000000014000")))
                .isEqualTo("GOOD");
        assertThat(host.send(select, Host.bytes("00000000" + page + "8102000000010000")))
                .isEqualTo("5/2600 D26.6");
    }

    @Test
    void theLogPageCountsWhatIsLeftAndWhatIsUsed() {
        String available = "00010308" + "00007800" + "02000000";
        String used = "00020308" + "00011800" + "02000000";
        assertThat(host.data(LOG)).isEqualTo("8c000018" + available + used);
        assertThat(host.data("4d 00 4c 00 00 0002 00ff 00")).isEqualTo("8c00000c" + used);
        assertThat(host.send("4d 00 4c 00 00 0003 00ff 00")).isEqualTo("5/2400 C5");
        host.space = SpaceState.UNKNOWN;
        assertThat(host.data(LOG)).startsWith("8c000018" + "00010308" + "00000000");
    }

    @Test
    void aThresholdSetIsOneMebibyteWhateverTheBlock() {
        assertThat(host.data("12 01 b2 00ff 00")).isEqualTo("00b200040be40200");
        Host large = new Host(new MemoryVolume(64, 4096), false);
        assertThat(large.data("12 01 b2 00ff 00")).isEqualTo("00b2000408e40200");
    }

    @Test
    void aWriteWithoutRoomIsToldSoAndTheNextOneIsServed() {
        host.volume.nextFault = DeviceFault.of(DeviceFault.Kind.SPACE_EXHAUSTED, "write", "pool");
        assertThat(host.send("2a 00 00000000 00 0001 00", new byte[512])).isEqualTo("7/2707");
        assertThat(host.send("2a 00 00000000 00 0001 00", new byte[512])).isEqualTo("GOOD");
    }
}
