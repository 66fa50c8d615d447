package io.stemma.engine.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.stemma.engine.block.BlockRequest;
import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.io.SimulatedDisk.Act;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is not mapped leaves nothing in the store once it was scrubbed. */
class ScrubTest {
    private static final long BYTES = 64 << 20;

    private SimulatedVolumeRig rig;

    @BeforeEach
    void begin() throws Exception {
        rig = new SimulatedVolumeRig(1, BYTES);
        rig.write(0, 2048, 1);
        rig.write(100_000, 2048, 2);
        rig.flush();
    }

    private boolean scrub() throws DeviceException {
        boolean done = rig.volume.scrubbed(true);
        for (int turn = 0; turn < 100 && !done; turn++) {
            rig.threads.runAll();
            done = rig.volume.scrubbed(false);
        }
        return done;
    }

    @Test
    void spaceOfUnmappedBlocksIsGoneAndTheNextFlushMakesItSo() throws Exception {
        rig.unmap(0, BYTES / 512);
        rig.flush();
        assertThat(scrub()).isTrue();
        assertThat(rig.volume.usage().ownedBytes()).isZero();
        rig.disk.record(true);
        rig.flush();
        assertThat(rig.count(Act.DATA_SYNC)).isEqualTo(1);
    }

    @Test
    void mappedBlocksStay() throws Exception {
        rig.unmap(0, 2048);
        rig.flush();
        assertThat(scrub()).isTrue();
        assertThat(rig.volume.usage().ownedBytes()).isEqualTo(2048 * 512);
        assertThat(rig.read(100_000, 1)).containsOnly(2);
        assertThat(rig.read(0, 1)).containsOnly(0);
    }

    @Test
    void whatNoBarrierCoversIsWaitedFor() throws Exception {
        rig.unmap(0, 2048);
        assertThat(scrub()).isFalse();
        rig.flush();
        rig.threads.runAll();
        assertThat(rig.volume.scrubbed(false)).isFalse();
        rig.threads.runAll();
        assertThat(rig.volume.scrubbed(false)).isTrue();
        assertThat(rig.volume.usage().ownedBytes()).isEqualTo(2048 * 512);
    }

    /** A fault of its own puts the volume offline, and an operator recovers it. */
    private void recover() throws Exception {
        rig.volume.tap(
                new WriteTap() {
                    @Override
                    public boolean before(BlockRequest request, Runnable proceed) {
                        throw new IllegalStateException("a defect");
                    }

                    @Override
                    public void after(BlockRequest request, @Nullable DeviceFault fault) {}
                });
        assertThat(rig.run(rig.writing(0, 1, 1, false))).isNotNull();
        rig.threads.runAll();
        rig.volume.tap(null);
        rig.backend.recover(rig.volume);
    }

    @Test
    void aRecoveredVolumeThatHoldsNothingIsScrubbedToo() throws Exception {
        rig.unmap(0, BYTES / 512);
        rig.flush();
        recover();
        rig.unmap(0, BYTES / 512);
        rig.flush();
        assertThat(scrub()).isTrue();
    }

    @Test
    void aRangeThatCameWhileTheLastFlushBeganIsNotWaitedForInVain() throws Exception {
        rig.unmap(0, BYTES / 512);
        rig.flush();
        FileVolume volume = (FileVolume) rig.volume;
        // The flush counted its record already, but neither the mark nor the range.
        volume.unbarriered().mark(0, 8);
        volume.punches().add(0, 8);
        assertThat(scrub()).isTrue();
    }

    @Test
    void whoeverWaitsForADeletedVolumeIsTold() throws Exception {
        rig.unmap(0, BYTES / 512);
        rig.flush();
        rig.volume.scrubbed(true);
        rig.backend.delete(rig.volume);
        assertThatExceptionOfType(DeviceException.class)
                .isThrownBy(() -> rig.volume.scrubbed(false))
                .satisfies(
                        gone -> assertThat(gone.fault().kind()).isEqualTo(DeviceFault.Kind.GONE));
    }
}
