package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.io.Folder;
import io.stemma.engine.io.SimulatedDisk;
import io.stemma.engine.journal.SmallJournals;
import io.stemma.engine.runtime.Limits;

import java.io.IOException;
import java.util.List;
import java.util.Set;

/** The file backend over a simulated disk, on the one thread that steps. */
final class SimulatedTreeStore implements TreeStore {
    private final SimulatedDisk disk;
    private SteppedThreads threads = new SteppedThreads();
    private TestClock clock = new TestClock();
    private final Set<Plant> mistakes;
    private FileBackend backend;

    /** An empty pool whose engine makes these mistakes. */
    SimulatedTreeStore(long seed, Plant... mistakes) throws DeviceException {
        disk = new SimulatedDisk(seed);
        this.mistakes = Set.of(mistakes);
        backend = open(disk.folder());
    }

    private FileBackend open(Folder folder) throws DeviceException {
        threads = new SteppedThreads();
        clock = new TestClock();
        return FileBackend.open(
                folder,
                threads,
                clock,
                SpaceSettings.NONE,
                owned -> SmallJournals.open(owned, Set.of()),
                mistakes);
    }

    @Override
    public VolumeBackend backend() {
        return backend;
    }

    @Override
    public PointsInTime points() {
        return backend.facet(PointsInTime.class).orElseThrow();
    }

    @Override
    public void restart(boolean clean, boolean sameBoot) throws DeviceException {
        if (clean) {
            backend.close();
        }
        backend = open(disk.restart(sameBoot));
    }

    @Override
    public void step(int tasks) {
        for (int i = 0; i < tasks && threads.step(); i++) {}
    }

    @Override
    public void pass() {
        clock.pass(Limits.BARRIER_INTERVAL_NANOS);
        threads.tick();
    }

    @Override
    public void finish(TestRequest request) {
        threads.runUntil(request::done);
    }

    @Override
    public void finish(HeldRequest held) {
        threads.runUntil(held::submitted);
    }

    @Override
    public List<String> layerFiles() throws DeviceException {
        try {
            return disk.folder().names().stream().filter(n -> n.startsWith("layer.")).toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
