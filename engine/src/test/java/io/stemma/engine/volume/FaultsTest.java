package io.stemma.engine.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stemma.engine.block.BlockRequest;
import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.Geometry;
import io.stemma.engine.io.Folder;
import io.stemma.engine.io.Memory;
import io.stemma.engine.io.SimulatedDisk;
import io.stemma.engine.journal.JournalThreads;
import io.stemma.engine.layer.Layer;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.Objects;

/** What goes wrong below or in a volume, and whom it concerns. */
class FaultsTest {
    @Test
    void aBadSectorIsReportedWithItsBlock() throws Exception {
        SimulatedDisk disk = new SimulatedDisk(1);
        SteppedThreads threads = new SteppedThreads();
        Folder folder = new BadSectorFolder(disk.folder(), 20 * 512 + 7);
        FileBackend backend =
                FileBackend.open(folder, threads, JournalThreads.INLINE, new TestClock());
        Volume volume =
                backend.create(new VolumeSpecification("v", new Geometry(64, 512, 4096), true));
        TestRequest request = new TestRequest();
        Memory memory = new Memory(64 * 512);
        request.write(0, 64, memory.address(), false);
        assertThat(request.on(volume).fault()).isNull();
        request.read(3, 40, memory.address());
        request.on(volume);
        threads.runAll();
        DeviceFault fault = Objects.requireNonNull(request.fault());
        assertThat(fault.kind()).isEqualTo(DeviceFault.Kind.MEDIUM);
        assertThat(fault.firstBlock()).isEqualTo(16);
        assertThat(fault.bytesDone()).isEqualTo(13 * 512);
        request.read(24, 40, memory.address());
        request.on(volume);
        threads.runAll();
        assertThat(request.fault()).isNull();
        assertThat(volume.offlineFault()).isNull();
        backend.close();
    }

    @Test
    void ourOwnFaultTakesOneVolumeOfflineAndStaysOnRecord() throws Exception {
        SimulatedVolumeRig rig = new SimulatedVolumeRig(1, 1 << 20);
        Volume other =
                rig.backend.create(new VolumeSpecification("w", new Geometry(64, 512, 4096), true));
        rig.volume.tap(
                new WriteTap() {
                    @Override
                    public boolean before(BlockRequest request, Runnable proceed) {
                        throw new IllegalStateException("a defect");
                    }

                    @Override
                    public void after(BlockRequest request, @Nullable DeviceFault fault) {}
                });
        TestRequest request = rig.writing(0, 1, 1, false);
        assertThat(Objects.requireNonNull(rig.run(request)).kind())
                .isEqualTo(DeviceFault.Kind.OFFLINE);
        assertThat(other.offlineFault()).isNull();
        rig.threads.runAll();
        rig.restart(true);
        assertThat(rig.volume.offlineFault()).isNotNull();
        rig.backend.recover(rig.volume);
        rig.write(0, 1, 1);
        assertThat(rig.read(0, 1)).containsOnly(1);
    }

    @Test
    void aContinuationThatThrowsHarmsNobody() throws Exception {
        SimulatedVolumeRig rig = new SimulatedVolumeRig(1, 1 << 20);
        BlockRequest bad =
                new BlockRequest() {
                    @Override
                    protected void completed(@Nullable DeviceFault fault) {
                        throw new IllegalStateException("theirs");
                    }
                };
        rig.volume.submit(bad.write(0, 1, new Memory(512).address(), false));
        assertThat(rig.volume.offlineFault()).isNull();
        rig.write(0, 1, 2);
        rig.backend.delete(rig.volume);
    }

    @Test
    void aVolumeWithoutItsFileIsOfflineAndTheOthersServe() throws Exception {
        SimulatedVolumeRig rig = new SimulatedVolumeRig(1, 1 << 20);
        rig.backend.create(new VolumeSpecification("w", new Geometry(64, 512, 4096), true));
        Folder folder = rig.disk.restart(true);
        folder.unlink(Layer.fileName(((FileVolume) rig.volume).layer().key()));
        folder.sync();
        rig.restart(true);
        assertThat(Objects.requireNonNull(rig.volume.offlineFault()).what()).contains("layer");
        assertThat(rig.backend.volume("w").orElseThrow().offlineFault()).isNull();
        rig.backend.delete(rig.volume);
        assertThat(rig.backend.volumes()).hasSize(1);
    }

    @Test
    void filesOfNobodyAreRemovedAtTheStart() throws Exception {
        SimulatedVolumeRig rig = new SimulatedVolumeRig(1, 1 << 20);
        Folder folder = rig.disk.restart(true);
        folder.create(Layer.fileName(77), 4096).close();
        rig.restart(true);
        assertThat(rig.disk.folder().exists(Layer.fileName(77))).isFalse();
        assertThat(rig.volume.offlineFault()).isNull();
    }

    @Test
    void aVolumeWhoseFileCannotBeMadeDurableIsNotCreated() throws Exception {
        SimulatedVolumeRig rig = new SimulatedVolumeRig(1, 1 << 20);
        rig.disk.failNextSync("layer.");
        Geometry geometry = new Geometry(64, 512, 4096);
        assertThatThrownBy(() -> rig.backend.create(new VolumeSpecification("w", geometry, true)))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("creation");
        assertThat(rig.backend.volumes()).hasSize(1);
        rig.backend.create(new VolumeSpecification("w", geometry, true));
    }
}
