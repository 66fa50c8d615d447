package io.stemma.engine.volume;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.io.Memory;
import io.stemma.engine.io.SimulatedDisk;
import io.stemma.engine.journal.JournalThreads;

import org.junit.jupiter.api.Test;

/** The wrapper keeps the contract, and its faults are what they say. */
class FaultyBackendTest extends VolumeBackendContract {
    private final SimulatedDisk disk = new SimulatedDisk(2);
    private SteppedThreads threads = new SteppedThreads();

    @Override
    protected VolumeBackend open() throws Exception {
        threads = new SteppedThreads();
        return new FaultyBackend(
                FileBackend.open(
                        disk.restart(true), threads, JournalThreads.INLINE, new TestClock()));
    }

    @Override
    protected void finish(TestRequest request) {
        threads.runUntil(request::done);
    }

    @Test
    void aPlantedFaultIsMetOnceAndChangesNothing() throws Exception {
        Volume volume = create("f", 1 << 20, 512);
        ((FaultyBackend) backend).faulty("f").failNext(DeviceFault.Kind.MEDIUM);
        TestRequest write = new TestRequest();
        write.write(0, 1, Memory.of(filled(512, 1)).address(), false);
        assertThat(kind(run(volume, write))).isEqualTo(DeviceFault.Kind.MEDIUM);
        assertThat(read(volume, 0, 512)).containsOnly(0);
    }

    @Test
    void whatIsHeldGoesOnWhenItIsReleased() throws Exception {
        Volume volume = create("f", 1 << 20, 512);
        FaultyVolume faulty = ((FaultyBackend) backend).faulty("f");
        faulty.hold();
        TestRequest write = new TestRequest();
        write.write(0, 1, Memory.of(filled(512, 1)).address(), false);
        write.on(volume);
        threads.runAll();
        assertThat(write.done()).isFalse();
        assertThat(faulty.heldCount()).isEqualTo(1);
        faulty.release();
        assertThat(write.fault()).isNull();
        assertThat(read(volume, 0, 512)).containsOnly(1);
    }
}
