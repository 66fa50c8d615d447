package io.stemma.server.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.block.Geometry;
import io.stemma.engine.volume.VolumeDescription;
import io.stemma.engine.volume.VolumeId;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.UUID;

/** A snapshot as a logical unit, and what hosts hear of a volume that is reverted to one. */
class SnapshotUnitTest {
    private static final String READY = "00 00 00 00 00 00";
    private static final String RESET_AND_CHANGED = "6/2903, 6/2800, GOOD";

    private final MemoryVolume volume = new MemoryVolume(8192, 512);
    private final Host live = new Host(volume, false);
    private final MemoryVolume snapshot;
    private final Host host;

    SnapshotUnitTest() {
        volume.fill(0, 0xa5);
        snapshot =
                volume.frozenAs(
                        new VolumeDescription(
                                new VolumeId(new UUID(3, 4)),
                                "demo@monday",
                                new Geometry(8192, 512, 4096),
                                true,
                                0x3123_4567_89ab_cdefL,
                                "00000000cafe0001",
                                0));
        host = new Host(snapshot, true);
    }

    @Test
    void itReadsWhatTheVolumeHeldThen() {
        volume.fill(0, 0x5a);
        assertThat(host.data("28 00 00000000 00 0001 00")).isEqualTo("a5".repeat(512));
        assertThat(live.data("28 00 00000000 00 0001 00")).isEqualTo("5a".repeat(512));
        assertThat(host.send("35 00 00000000 00 0000 00")).isEqualTo("GOOD");
    }

    @Test
    void itHasTheIdentityOfTheSnapshot() {
        assertThat(host.data("12 01 83 00ff 00"))
                .contains("31234567" + "89abcdef")
                .doesNotContain("3abcdef012345678");
        assertThat(live.data("12 01 83 00ff 00")).contains("3abcdef012345678");
        assertThat(host.data("12 01 80 00ff 00")).endsWith("30303030303030306361666530303031");
    }

    @Test
    void modeSenseShowsThatItIsWriteProtected() {
        assertThat(host.data("1a 08 0a 00 ff 00")).startsWith("0f009000");
        assertThat(host.data("5a 08 0a 00 000000 0100 00")).startsWith("0012009000");
        assertThat(live.data("1a 08 0a 00 ff 00")).startsWith("0f001000");
    }

    @Test
    void itsWriteCacheIsNoBusinessOfHosts() {
        assertThat(host.data("1a 08 48 00 ff 00")).endsWith("0812" + "00".repeat(18));
        String off = "00000000" + "0812" + "00".repeat(18);
        assertThat(host.send("15 10 00 00 18 00", Host.bytes(off))).isEqualTo("5/2600 D6.2");
        assertThat(snapshot.writeCache).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "2a 00 00000000 00 0001 00, 512",
        "8a 00 0000000000000000 00000001 00 00, 512",
        "2e 00 00000000 00 0001 00, 512",
        "41 00 00000000 00 0001 00, 512",
        "93 00 0000000000000000 00000001 00 00, 512",
        "42 00 00 00 00 00 00 0018 00, 24",
        "89 00 0000000000000000 000000 01 00 00, 1024",
        "8b 00 0000000000000000 00000001 00 00, 512",
        "9c 00 0000000000000000 0000 0008 00 00, 4096",
        "48 02 00 00 00 00 00 0000 00, 0"
    })
    void nothingThatWouldChangeItIsDone(String cdb, int dataOut) {
        snapshot.log.clear();
        assertThat(host.send(cdb, new byte[dataOut])).isEqualTo("7/2700");
        assertThat(snapshot.log).isEmpty();
    }

    @Test
    void whoIsAtARevertedVolumeHearsThatItsContentChanged() {
        TestNexus other = new TestNexus("iqn.2026-11.example:other,i,0x000000000002");
        live.device.attach(other);
        volume.fill(0, 0x5a);
        volume.become(snapshot);
        assertThat(live.nexus.attentionsRaised).isEqualTo(1);
        assertThat(live.send(READY)).isEqualTo("6/2800");
        assertThat(live.send(READY)).isEqualTo("GOOD");
        assertThat(live.send(other, 0, READY, new byte[0])).isEqualTo("6/2800");
        assertThat(live.data("28 00 00000000 00 0001 00")).isEqualTo("a5".repeat(512));
        assertThat(host.send(READY)).isEqualTo("GOOD");
    }

    @Test
    void aChangedSizeIsToldAfterTheChangedContent() {
        volume.resize(4096);
        assertThat(live.send(READY)).isEqualTo("6/2a09");
        volume.become(snapshot);
        assertThat(live.send(READY)).isEqualTo("6/2800");
        assertThat(live.send(READY)).isEqualTo("6/2a09");
        assertThat(live.data("25 00 00000000 0000 00 00")).isEqualTo("00001fff00000200");
    }

    @Test
    void aResetDoesNotMakeChangedContentForgotten() {
        volume.become(snapshot);
        live.unit.reset(live.nexus, () -> {});
        String heard = live.send(READY) + ", " + live.send(READY) + ", " + live.send(READY);
        assertThat(heard).isEqualTo(RESET_AND_CHANGED);
        live.unit.reset(live.nexus, () -> {});
        volume.become(snapshot);
        heard = live.send(READY) + ", " + live.send(READY) + ", " + live.send(READY);
        assertThat(heard).isEqualTo(RESET_AND_CHANGED);
    }
}
