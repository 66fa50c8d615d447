package io.stemma.engine.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.Geometry;
import io.stemma.engine.io.SimulatedDisk;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Things that go wrong at a bad moment, and that nobody may pay for with data. */
class MishapsTest {
    private static final int BYTES = 512 << 10;

    private static SimulatedVolumeRig rig(long seed) throws Exception {
        return new SimulatedVolumeRig(seed, BYTES);
    }

    private static TestRequest flushing() {
        TestRequest request = new TestRequest();
        request.flush();
        return request;
    }

    @Test
    void aSyncThatFailsWhileAVolumeGrowsTakesItOfflineForGood() throws Exception {
        SimulatedVolumeRig rig = rig(1);
        rig.write(0, 8, 1);
        rig.disk.failNextSync("layer.");
        assertThatThrownBy(() -> rig.backend.resize(rig.volume, 2 * BYTES / 512, false))
                .isInstanceOf(DeviceException.class);
        DeviceFault fault = Objects.requireNonNull(rig.run(flushing()));
        assertThat(fault.kind()).isEqualTo(DeviceFault.Kind.OFFLINE);
        rig.restart(true);
        assertThat(rig.volume.offlineFault()).isNotNull();
    }

    @Test
    void aRecoveredVolumeReadsWhatTheDiskHoldsAndNotWhatTheCacheRemembers() throws Exception {
        for (long seed = 1; seed <= 20; seed++) {
            SimulatedVolumeRig rig = rig(seed);
            rig.write(0, 8, 1);
            rig.flush();
            rig.write(0, 8, 2);
            rig.disk.failNextSync("layer.");
            assertThat(rig.run(flushing())).isNotNull();
            rig.backend.recover(rig.volume);
            byte[] recovered = rig.read(0, 8);
            rig.restart(false);
            assertThat(rig.read(0, 8)).as("seed %d", seed).isEqualTo(recovered);
        }
    }

    @Test
    void anUnmapThatWaitsForABlockZeroesItsEdgesOnlyOnce() throws Exception {
        SimulatedVolumeRig rig = rig(1);
        FileVolume volume = (FileVolume) rig.volume;
        rig.write(0, 8, 1);
        rig.write(41 * 8, 8, 1);
        Operation holder = new Operation();
        assertThat(volume.tryLockBlocks(holder, 41, 1)).isTrue();
        TestRequest unmap = new TestRequest();
        unmap.unmap(1, 42 * 8 - 1);
        unmap.on(volume);
        rig.threads.runAll();
        assertThat(unmap.done()).isFalse();
        rig.write(5 * 8, 8, 7);
        rig.write(30 * 8, 8, 7);
        volume.unlockBlocks(holder);
        rig.threads.runAll();
        assertThat(unmap.fault()).isNull();
        assertThat(rig.read(5 * 8, 8)).containsOnly(7);
        assertThat(rig.read(30 * 8, 8)).containsOnly(7);
        assertThat(rig.read(1, 7)).containsOnly(0);
        assertThat(rig.read(41 * 8, 8)).containsOnly(0);
    }

    @Test
    void aChangeThatMeetsADeletedVolumeDoesNotStopThePool() throws Exception {
        SimulatedVolumeRig rig = rig(1);
        List<DeviceFault.Kind> refused = new ArrayList<>();
        rig.volume.addListener(
                new VolumeListener() {
                    @Override
                    public void deleted() {
                        try {
                            rig.backend.rename(rig.volume, "w");
                        } catch (DeviceException gone) {
                            refused.add(gone.fault().kind());
                        }
                    }
                });
        rig.backend.delete(rig.volume);
        assertThat(refused).containsExactly(DeviceFault.Kind.GONE);
        Volume next =
                rig.backend.create(
                        new VolumeSpecification("w", new Geometry(1024, 512, 4096), true));
        assertThat(next.offlineFault()).isNull();
    }

    @Test
    void aFlushThatGetsNoThreadIsRefusedAndTheNextOneIsNot() throws Exception {
        SimulatedVolumeRig rig = rig(1);
        rig.write(0, 8, 1);
        rig.threads.refuseSyncs(true);
        DeviceFault fault = Objects.requireNonNull(rig.run(flushing()));
        assertThat(fault.kind()).isEqualTo(DeviceFault.Kind.TRANSIENT);
        rig.threads.refuseSyncs(false);
        rig.flush();
        rig.restart(false);
        assertThat(rig.read(0, 8)).containsOnly(1);
    }

    @Test
    void aRequestBetweenTheOpenGateAndItsFlagComesBackLater() throws Exception {
        SimulatedVolumeRig rig = rig(1);
        Admission admission = ((FileVolume) rig.volume).admission();
        admission.raise(Admission.GATE);
        TestRequest write = rig.writing(0, 8, 1, false).on(rig.volume);
        assertThat(write.done()).isFalse();
        admission.lower(Admission.GATE);
        rig.threads.runAll();
        assertThat(write.fault()).isNull();
    }

    @Test
    void aDurableWriteLostForWantOfSpaceBelowTakesTheVolumeOfflineForGood() throws Exception {
        for (int blocks : new int[] {8, 3}) {
            SimulatedVolumeRig rig = rig(1);
            rig.disk.failNextSyncForSpace("layer.");
            DeviceFault fault = Objects.requireNonNull(rig.run(rig.writing(8, blocks, 1, true)));
            assertThat(fault.kind()).isEqualTo(DeviceFault.Kind.OFFLINE);
            rig.restart(true);
            assertThat(rig.volume.offlineFault()).isNotNull();
        }
    }

    @Test
    void aDurableUnmapLostForWantOfSpaceBelowTakesTheVolumeOffline() throws Exception {
        SimulatedVolumeRig rig = rig(1);
        rig.writeDurable(0, 8, 1);
        rig.flush();
        ((FileVolume) rig.volume).describe(withoutCache(rig.volume.description()));
        rig.disk.failNextSyncForSpace("layer.");
        TestRequest unmap = new TestRequest();
        unmap.unmap(1, 3);
        DeviceFault fault = Objects.requireNonNull(rig.run(unmap));
        assertThat(fault.kind()).isEqualTo(DeviceFault.Kind.OFFLINE);
    }

    private static VolumeDescription withoutCache(VolumeDescription now) {
        return new VolumeDescription(
                now.id(),
                now.name(),
                now.geometry(),
                false,
                now.naaLocallyAssigned(),
                now.serialNumber(),
                now.createdWallMillis());
    }

    @Test
    void aDurableWriteThatFindsNoSpaceHarmsNobody() throws Exception {
        SimulatedVolumeRig rig = rig(1);
        rig.disk.full(true);
        DeviceFault fault = Objects.requireNonNull(rig.run(rig.writing(8, 8, 1, true)));
        assertThat(fault.kind()).isEqualTo(DeviceFault.Kind.SPACE_EXHAUSTED);
        rig.disk.full(false);
        rig.writeDurable(8, 8, 2);
        rig.restart(false);
        assertThat(rig.read(8, 8)).containsOnly(2);
    }

    @Test
    void aLookAtTheSpaceIsUnderWayUntilItHasLeftTheMap() throws Exception {
        SimulatedVolumeRig rig = rig(1);
        Admission admission = ((FileVolume) rig.volume).admission();
        List<String> seen = new ArrayList<>();
        rig.disk.observe(
                operation -> {
                    if (operation.act() == SimulatedDisk.Act.MEASURE) {
                        admission.epochs().drain(() -> seen.add("quiet"));
                        seen.add("looking");
                    }
                });
        rig.volume.usage();
        assertThat(seen).containsExactly("looking", "quiet");
    }

    @Test
    void aMapThatMayBeChangingIsNotWalked() throws Exception {
        SimulatedVolumeRig rig = rig(1);
        FileVolume volume = (FileVolume) rig.volume;
        rig.write(0, 64, 1);
        rig.flush();
        rig.unmap(0, 64);
        assertThat(volume.usage().reclaimableBytes()).isPositive();
        volume.admission().raise(Admission.GATE);
        assertThat(volume.usage().reclaimableBytes()).isZero();
        assertThat(volume.usage().ownedBytes()).isPositive();
        volume.admission().lower(Admission.GATE);
        assertThat(volume.usage().reclaimableBytes()).isPositive();
    }
}
