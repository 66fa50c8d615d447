package io.stemma.server.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.DeviceFault.Kind;

import org.junit.jupiter.api.Test;

import java.util.concurrent.atomic.AtomicInteger;

class UnitAttentionTest {
    private static final String TEST_UNIT_READY = "00 00 00 00 00 00";

    private final Host host = new Host();
    private final TestNexus other = new TestNexus("iqn.2026-11.example:other,i,0x000000000002");

    UnitAttentionTest() {
        host.device.attach(other);
    }

    private String ready(TestNexus from) {
        return host.send(from, 0, TEST_UNIT_READY, new byte[0]);
    }

    @Test
    void aPortThatWasNeverHereMeetsNone() {
        assertThat(ready(host.nexus)).isEqualTo("GOOD");
        assertThat(ready(other)).isEqualTo("GOOD");
    }

    @Test
    void aPortThatComesBackHearsThatItsNexusWasLost() {
        host.device.detach(host.nexus);
        TestNexus again = new TestNexus(host.nexus.initiatorPort());
        host.device.attach(again);
        assertThat(ready(again)).isEqualTo("6/2907");
        assertThat(ready(again)).isEqualTo("GOOD");
        TestNexus reinstated = new TestNexus(again.initiatorPort());
        host.device.attach(reinstated);
        host.device.detach(again);
        assertThat(ready(reinstated)).isEqualTo("6/2907");
        assertThat(ready(other)).isEqualTo("GOOD");
    }

    @Test
    void inquiryAndReportLunsNeitherReportNorClear() {
        host.volume.resize(16_384);
        assertThat(host.send("12 00 00 00ff 00")).isEqualTo("GOOD");
        assertThat(host.send("a0 00 00 000000 00000100 00 00")).isEqualTo("GOOD");
        assertThat(host.send("ff")).isEqualTo("6/2a09");
        assertThat(host.send("ff")).isEqualTo("5/2000 C0");
    }

    @Test
    void requestSenseTakesIt() {
        host.volume.resize(16_384);
        assertThat(host.data("03 00 00 00 12 00"))
                .isEqualTo("70000600000000" + "0a00000000" + "2a0900000000");
        assertThat(ready(host.nexus)).isEqualTo("GOOD");
        assertThat(host.data("03 01 00 00 ff 00")).isEqualTo("7200000000000000");
        assertThat(ready(other)).isEqualTo("6/2a09");
    }

    @Test
    void aResizeIsToldAndTheNewSizeHolds() {
        assertThat(host.send("28 00 00002000 00 0001 00")).isEqualTo("5/2100 I8192");
        host.volume.resize(16_384);
        assertThat(host.nexus.attentionsRaised).isEqualTo(1);
        assertThat(ready(host.nexus)).isEqualTo("6/2a09");
        assertThat(host.data("25 00 00000000 0000 00 00")).isEqualTo("00003fff00000200");
    }

    @Test
    void changedLunsAreToldUntilTheyWereSeen() {
        host.device.map(1, host.another(host.volume), true);
        assertThat(host.send(other, 1, TEST_UNIT_READY, new byte[0])).isEqualTo("6/3f0e");
        assertThat(ready(other)).isEqualTo("6/3f0e");
        assertThat(host.send("a0 00 00 000000 00000100 00 00")).isEqualTo("GOOD");
        assertThat(ready(host.nexus)).isEqualTo("GOOD");
        assertThat(host.send(host.nexus, 1, TEST_UNIT_READY, new byte[0])).isEqualTo("GOOD");
        host.device.unmap(1);
        assertThat(ready(host.nexus)).isEqualTo("6/3f0e");
        assertThat(host.send(host.nexus, 1, TEST_UNIT_READY, new byte[0])).isEqualTo("5/2500");
    }

    @Test
    void modeParametersAreToldToTheOthers() {
        assertThat(
                        host.send(
                                "15 10 00 00 10 00",
                                Host.bytes("00000000 0a0a2210 08" + "00".repeat(7))))
                .isEqualTo("GOOD");
        assertThat(ready(host.nexus)).isEqualTo("GOOD");
        assertThat(ready(other)).isEqualTo("6/2a01");
        assertThat(
                        host.send(
                                "15 10 00 00 10 00",
                                Host.bytes("00000000 0a0a2210 08" + "00".repeat(7))))
                .isEqualTo("GOOD");
        assertThat(ready(other)).isEqualTo("GOOD");
    }

    @Test
    void severalAreReportedOneByOneTheGravestFirst() {
        host.volume.resize(16_384);
        host.volume.resize(8192);
        host.unit.raise(null, UnitAttention.MODE_PARAMETERS);
        assertThat(ready(other)).isEqualTo("6/2a01");
        assertThat(ready(other)).isEqualTo("6/2a09");
        assertThat(ready(other)).isEqualTo("GOOD");
    }

    @Test
    void aResetWaitsForTheTasksThenTellsEverybodyAndPutsThingsBack() {
        host.send("15 10 00 00 10 00", Host.bytes("00000000 0a0a2210 08" + "00".repeat(7)));
        host.send("1b 00 00 00 00 00");
        other.idle = false;
        AtomicInteger done = new AtomicInteger();
        host.unit.reset(host.nexus, done::incrementAndGet);
        assertThat(done).hasValue(0);
        other.aborts.forEach(Runnable::run);
        assertThat(done).hasValue(1);
        assertThat(ready(host.nexus)).isEqualTo("6/2903");
        assertThat(ready(other)).isEqualTo("6/2903");
        assertThat(ready(other)).isEqualTo("GOOD");
        assertThat(host.send("2a 00 00000000 00 0001 00", new byte[512])).isEqualTo("GOOD");
    }

    @Test
    void aTargetResetReachesEveryUnit() {
        host.device.map(1, host.another(host.volume), true);
        AtomicInteger done = new AtomicInteger();
        host.device.reset(host.nexus, done::incrementAndGet);
        assertThat(done).hasValue(1);
        assertThat(ready(other)).isEqualTo("6/2902");
        assertThat(host.send(other, 1, TEST_UNIT_READY, new byte[0])).isEqualTo("6/2902");
    }

    @Test
    void aStoppedUnitServesNoBlocks() {
        assertThat(host.send("1b 00 00 00 00 00")).isEqualTo("GOOD");
        assertThat(host.volume.log).containsExactly("FLUSH 0 0");
        assertThat(ready(other)).isEqualTo("2/0402");
        assertThat(host.send("28 00 00000000 00 0001 00")).isEqualTo("2/0402");
        assertThat(host.send("12 00 00 00ff 00")).isEqualTo("GOOD");
        assertThat(host.data("03 00 00 00 12 00")).startsWith("700002").contains("0402");
        assertThat(host.send("1b 00 00 00 01 00")).isEqualTo("GOOD");
        assertThat(ready(other)).isEqualTo("GOOD");
        assertThat(host.send("1b 00 00 00 02 00")).isEqualTo("5/2400 C4.1");
        assertThat(host.send("1b 00 00 00 11 00")).isEqualTo("5/2400 C4.7");
        assertThat(host.send("1b 01 00 00 00 00")).isEqualTo("GOOD");
        assertThat(host.send("1b 00 00 00 04 00")).isEqualTo("GOOD");
        assertThat(host.volume.log).containsExactly("FLUSH 0 0", "FLUSH 0 0");
    }

    @Test
    void anOfflineVolumeIsNotReady() {
        host.volume.offline = DeviceFault.of(Kind.OFFLINE, "sync", "memory");
        assertThat(ready(host.nexus)).isEqualTo("2/0403");
        assertThat(host.data("03 00 00 00 12 00")).startsWith("700002").contains("0403");
    }

    @Test
    void autoContingentAllegianceIsRefused() {
        host.task.begin(host.nexus, Host.bytes(TEST_UNIT_READY), new byte[0]);
        host.task.begin(host.nexus, TaskAttribute.ACA);
        host.device.execute(0, host.task);
        assertThat(host.task.outcome()).isEqualTo("5/4900");
    }

    @Test
    void aUnitOnTwoTargetsIsOneUnit() {
        TargetDevice second = new TargetDevice("iqn.2026-11.io.stemma:second", 2);
        TestNexus far = new TestNexus("iqn.2026-11.example:far,i,0x000000000003");
        second.attach(far);
        second.map(7, host.unit, true);
        assertThat(host.send(far, 7, TEST_UNIT_READY, new byte[0], second)).isEqualTo("6/3f0e");
        assertThat(ready(host.nexus)).as("inventory is told per target").isEqualTo("GOOD");
        host.unit.reset(host.nexus, () -> {});
        assertThat(host.send(far, 7, TEST_UNIT_READY, new byte[0], second)).isEqualTo("6/2903");
        assertThat(ready(host.nexus)).isEqualTo("6/2903");
        assertThat(host.send(far, 7, "2a 00 00000000 00 0001 00", new byte[512], second))
                .as("a way that forbids changes")
                .isEqualTo("7/2700");
        assertThat(host.send("2a 00 00000000 00 0001 00", new byte[512])).isEqualTo("GOOD");
        second.unmap(7);
        assertThat(host.unit.unreachable()).isFalse();
        assertThat(host.send(far, 7, TEST_UNIT_READY, new byte[0], second)).isEqualTo("5/2500");
        host.volume.resize(16_384);
        assertThat(ready(host.nexus)).as("the other way goes on").isEqualTo("6/2a09");
        host.device.unmap(0);
        assertThat(host.unit.unreachable()).isTrue();
    }

    @Test
    void aUnitUnderTwoNumbersStaysAttachedWhileOneIsLeft() {
        host.device.map(1, host.unit, false);
        host.device.unmap(0);
        host.send("a0 00 00 000000 00000100 00 00");
        host.volume.resize(16_384);
        assertThat(host.send(host.nexus, 1, TEST_UNIT_READY, new byte[0])).isEqualTo("6/2a09");
        assertThat(host.send(host.nexus, 1, TEST_UNIT_READY, new byte[0])).isEqualTo("GOOD");
    }
}
