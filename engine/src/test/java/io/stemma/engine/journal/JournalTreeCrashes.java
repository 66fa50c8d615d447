package io.stemma.engine.journal;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.io.Folder;
import io.stemma.engine.io.SimulatedCrash;
import io.stemma.engine.io.SimulatedDisk;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.Random;

/**
 * One random program of splits, names, clones, reverts, merges and writes against a journal on a
 * simulated disk, which is cut, recovers, is compared, and goes on. Everything follows from seed
 * and cut.
 */
final class JournalTreeCrashes {
    private static final int LIVES = 3;

    private final Random random;
    private final SimulatedDisk disk;
    private final TreeProgram program;
    private final Mutation[] mutations;

    private JournalTreeCrashes(long seed, Mutation... mutations) {
        random = new Random(seed);
        disk = new SimulatedDisk(seed);
        program = new TreeProgram(random);
        this.mutations = mutations;
    }

    /** Operations that the first life of this seed's program does when nothing cuts it. */
    static long operations(long seed) throws DeviceException {
        JournalTreeCrashes whole = new JournalTreeCrashes(seed);
        whole.program.live(whole.open(whole.disk.folder()));
        return whole.disk.operations();
    }

    /** What is wrong with a recovered state of a program cut there; null if nothing is. */
    static @Nullable String run(long seed, long cut, Mutation... mutations) {
        JournalTreeCrashes crashes = new JournalTreeCrashes(seed, mutations);
        try {
            return crashes.run(cut);
        } catch (DeviceException | RuntimeException e) {
            return "cut %d: %s in %s".formatted(cut, e, Arrays.toString(e.getStackTrace()));
        }
    }

    private Journal open(Folder folder) throws DeviceException {
        return SmallJournals.open(folder, SmallJournals.SHAPE, mutations);
    }

    private @Nullable String run(long cut) throws DeviceException {
        disk.crashAtOperation(cut);
        try {
            program.live(open(disk.folder()));
        } catch (SimulatedCrash crash) {
            // As ordered.
        }
        random.setSeed(random.nextLong() ^ cut);
        for (int life = 1; life <= LIVES; life++) {
            String wrong = recoverAndLive();
            if (wrong != null) {
                return "cut %d life %d: %s".formatted(cut, life, wrong);
            }
        }
        return null;
    }

    private @Nullable String recoverAndLive() throws DeviceException {
        boolean cacheSurvived = true;
        Journal journal = null;
        for (int tries = 0; journal == null; tries++) {
            boolean sameBoot = random.nextBoolean();
            cacheSurvived &= sameBoot;
            Folder folder = disk.restart(sameBoot);
            if (tries < 3 && random.nextInt(3) == 0) {
                disk.crashAtOperation(disk.operations() + 1 + random.nextInt(25));
            }
            try {
                journal = open(folder);
                disk.crashAtOperation(Long.MAX_VALUE);
            } catch (SimulatedCrash crash) {
                // Once more.
            }
        }
        if (!journal.state().whole()) {
            return "the journal calls itself damaged";
        }
        String wrong = program.recovered(journal.state(), cacheSurvived);
        if (wrong != null) {
            return wrong + " after " + (cacheSurvived ? "a kill" : "lost power");
        }
        disk.crashAtOperation(disk.operations() + 1 + random.nextInt(120));
        try {
            program.live(journal);
        } catch (SimulatedCrash crash) {
            // As ordered.
        }
        return null;
    }
}
