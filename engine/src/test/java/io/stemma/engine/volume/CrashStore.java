package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.io.Folder;
import io.stemma.engine.io.SimulatedDisk;
import io.stemma.engine.journal.SmallJournals;
import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** The pool of a crash program and the crash that is planned for it. */
final class CrashStore implements TreeStore {
    /** How the pool in a folder is opened. */
    interface Opening {
        VolumeBackend open(Folder folder, BackendThreads threads, TestClock clock)
                throws DeviceException;
    }

    /** The backend that the product has, with small journals. */
    static final Opening FILE =
            (folder, threads, clock) ->
                    FileBackend.open(
                            folder, threads, clock, owned -> SmallJournals.open(owned, Set.of()));

    /** The same, making a mistake. */
    static Opening making(Plant mistake) {
        return (folder, threads, clock) ->
                FileBackend.open(
                        folder,
                        threads,
                        clock,
                        SpaceSettings.NONE,
                        owned -> SmallJournals.open(owned, Set.of()),
                        Set.of(mistake));
    }

    private final SimulatedDisk disk;
    private final Opening opening;
    private SteppedThreads threads = new SteppedThreads();
    private WatchedThreads watched = new WatchedThreads(threads);
    private TestClock clock = new TestClock();
    private @Nullable VolumeBackend backend;
    private long crashAt = Long.MAX_VALUE;

    CrashStore(SimulatedDisk disk, Opening opening) {
        this.opening = opening;
        this.disk = disk;
    }

    void crashAt(long operation) {
        crashAt = operation;
        disk.crashAtOperation(operation);
    }

    /** What work in the background was cut by the crash; otherwise what the program asked for. */
    CrashMatrix.Under under(CrashMatrix.Under asked) {
        CrashMatrix.Under background = watched.background();
        return background == null ? asked : background;
    }

    void open(Folder folder) throws DeviceException {
        threads = new SteppedThreads();
        watched = new WatchedThreads(threads);
        clock = new TestClock();
        backend = opening.open(folder, watched, clock);
    }

    @Override
    public VolumeBackend backend() {
        VolumeBackend open = backend;
        if (open == null) {
            throw new IllegalStateException("no pool is open");
        }
        return open;
    }

    @Override
    public PointsInTime points() {
        return backend().facet(PointsInTime.class).orElseThrow();
    }

    /** The crash that was planned still comes. */
    @Override
    public void restart(boolean clean, boolean sameBoot) throws DeviceException {
        if (clean) {
            backend().close();
        }
        Folder folder = disk.restart(sameBoot);
        disk.crashAtOperation(crashAt);
        open(folder);
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

    /** Runs what others wait for, as far as it goes now. */
    void runWhile(BooleanSupplier wanted) {
        while (wanted.getAsBoolean() && threads.step()) {}
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
    public List<String> layerFiles() {
        return List.of();
    }
}
