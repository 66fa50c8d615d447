package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.io.Folder;
import io.stemma.engine.io.SimulatedDisk;

import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/**
 * One random program against a pool with points in time, on a simulated disk and one thread: it is
 * cut at an operation, recovers (and is cut in that too), everything is compared with the model, it
 * goes on and is cut again. Everything follows from seed and cut.
 */
final class TreeCrashes {
    private static final int STEPS = 20;
    private static final int LIVES = 3;
    private static final int RECOVERIES_CUT = 3;
    private static final int RECOVERY_OPERATIONS = 25;
    private static final int LIFE_OPERATIONS = 160;

    /** What all programs together have seen. */
    static final class Seen {
        final CrashMatrix matrix = new CrashMatrix();
        final Set<Long> states = new HashSet<>();
        long recoveries;
    }

    private final SimulatedDisk disk;
    private final Seen seen;
    private final CrashStore store;
    private final CrashModel model;
    private final CrashSteps steps;
    private Random random;

    private TreeCrashes(long seed, Seen seen, CrashStore.Opening opening) {
        disk = new SimulatedDisk(seed);
        this.seen = seen;
        store = new CrashStore(disk, opening);
        TreeWorld world = new TreeWorld(seed, store);
        model = new CrashModel(world);
        steps = new CrashSteps(disk, store, model);
        random = world.random;
    }

    /** Disk operations of this seed's first life when nothing cuts it. */
    static long operations(long seed, CrashStore.Opening opening) throws DeviceException {
        TreeCrashes whole = new TreeCrashes(seed, new Seen(), opening);
        whole.store.open(whole.disk.folder());
        whole.live();
        return whole.disk.operations();
    }

    /**
     * Runs a program whose first life is cut at an operation.
     *
     * @return what is wrong with a recovered state; null if nothing is
     */
    static @Nullable String run(long seed, long cut, Seen seen, CrashStore.Opening opening) {
        TreeCrashes crashes = new TreeCrashes(seed, seen, opening);
        try {
            crashes.run(cut);
            return null;
        } catch (DeviceException | RuntimeException | AssertionError e) {
            return "seed %d cut %d: %s%n  %s"
                    .formatted(seed, cut, TreeProgram.told(e), crashes.model.world.story());
        }
    }

    private void run(long cut) throws DeviceException {
        store.crashAt(cut);
        steps.under = CrashMatrix.Under.RESTART;
        untilCut(
                () -> {
                    store.open(disk.folder());
                    live();
                });
        random = model.world.reseed(cut);
        for (int life = 1; life <= LIVES; life++) {
            boolean cacheSurvived = recover();
            model.world.tell(
                    "life {} after {}", life, cacheSurvived ? "a kill" : "a loss of power");
            seen.recoveries++;
            seen.states.add(model.compare(cacheSurvived));
            store.crashAt(disk.operations() + 1 + random.nextInt(LIFE_OPERATIONS));
            untilCut(this::live);
        }
    }

    /** A part of a life. */
    private interface Part {
        void run() throws DeviceException;
    }

    /**
     * What a process throws when it is dead already is nobody's fault: only that it died counts.
     */
    private void untilCut(Part part) throws DeviceException {
        try {
            part.run();
        } catch (DeviceException | RuntimeException | Error e) {
            if (!disk.crashed()) {
                throw e;
            }
            seen.matrix.count(disk.crash(), store.under(steps.under));
        }
    }

    private void live() throws DeviceException {
        for (int step = 0; step < STEPS; step++) {
            steps.step();
        }
    }

    /** Comes up again, at the second or third attempt perhaps; whether the page cache survived. */
    private boolean recover() throws DeviceException {
        steps.dropUnderWay();
        boolean cacheSurvived = true;
        for (int tries = 0; ; tries++) {
            boolean sameBoot = random.nextBoolean();
            cacheSurvived &= sameBoot;
            Folder folder = disk.restart(sameBoot);
            boolean cut = tries < RECOVERIES_CUT && random.nextInt(3) == 0;
            store.crashAt(
                    cut
                            ? disk.operations() + 1 + random.nextInt(RECOVERY_OPERATIONS)
                            : Long.MAX_VALUE);
            steps.under = CrashMatrix.Under.RESTART;
            untilCut(() -> store.open(folder));
            if (!disk.crashed()) {
                store.crashAt(Long.MAX_VALUE);
                return cacheSurvived;
            }
        }
    }
}
