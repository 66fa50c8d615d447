package io.stemma.engine.volume;

import io.stemma.engine.io.SimulatedDisk;
import io.stemma.engine.journal.JournalThreads;

/** The file backend on a simulated disk, on one thread. */
class SimulatedFileBackendTest extends VolumeBackendContract {
    private final SimulatedDisk disk = new SimulatedDisk(1);
    private SteppedThreads threads = new SteppedThreads();

    @Override
    protected VolumeBackend open() throws Exception {
        threads = new SteppedThreads();
        return FileBackend.open(
                disk.restart(true), threads, JournalThreads.INLINE, new TestClock());
    }

    @Override
    protected void finish(TestRequest request) {
        threads.runUntil(request::done);
    }
}
