package io.stemma.engine.journal;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.io.Folder;
import io.stemma.engine.journal.StructuralRecord.VolumeCreated;
import io.stemma.engine.layer.BlockState;
import io.stemma.engine.layer.PresenceMap;
import io.stemma.engine.runtime.TimeSource;

import org.jspecify.annotations.Nullable;

import java.util.Set;
import java.util.UUID;

/** Journals with small segments and no threads, and what tests say to them. */
public final class SmallJournals {
    /** Segments of 8 KiB, groups of 2 KiB, a checkpoint after every segment. */
    public static final JournalShape SHAPE = new JournalShape(8 << 10, 2 << 10, 1);

    private SmallJournals() {}

    /** Opens a journal that makes no mistakes. */
    public static Journal open(Folder folder) throws DeviceException {
        return open(folder, SHAPE);
    }

    /** Opens a journal that makes these mistakes. */
    public static Journal open(Folder folder, Set<PlantedBug> bugs) throws DeviceException {
        Mutation[] mutations = bugs.stream().map(PlantedBug::mutation).toArray(Mutation[]::new);
        return open(folder, SHAPE, mutations);
    }

    /** Opens a journal of a shape that makes the named mistakes. */
    static Journal open(Folder folder, JournalShape shape, Mutation... mutations)
            throws DeviceException {
        return Journal.open(
                folder, JournalThreads.INLINE, TimeSource.SYSTEM, shape, Set.of(mutations));
    }

    /** The blocks of the only volume. */
    static PresenceMap blocks(Journal journal) {
        PoolState state = journal.state();
        return state.head(state.volumes().getFirst()).presence();
    }

    static VolumeCreated volume(int volumeKey, String name, long layerBlocks) {
        return new VolumeCreated(
                volumeKey,
                volumeKey,
                new UUID(1, volumeKey),
                name,
                layerBlocks,
                4096,
                4096,
                true,
                0x3000_0000_0000_0000L + volumeKey,
                "%016x".formatted(volumeKey),
                1_700_000_000_000L);
    }

    /** Publishes and returns the outcome, which is there on return where no sync fails to end. */
    static Outcome publish(Journal journal, int volume, long first, long count, BlockState state) {
        Outcome outcome = new Outcome();
        journal.publish(outcome.prepare(volume, volume, first, count, state, false));
        return outcome;
    }

    static Outcome publishDurable(Journal journal, int volume, long first, BlockState state) {
        Outcome outcome = new Outcome();
        journal.publish(outcome.prepare(volume, volume, first, 1, state, true));
        return outcome;
    }

    static Synced barrier(Journal journal, int volume) {
        return barrier(journal, volume, journal.lastPublished(volume));
    }

    static Synced barrier(Journal journal, int volume, long upTo) {
        Synced synced = new Synced();
        journal.barrier(volume, upTo, synced);
        return synced;
    }

    /** A presence record that remembers how it ended. */
    static final class Outcome extends Presence {
        volatile boolean ended;
        volatile @Nullable DeviceFault fault;

        @Override
        protected void written(@Nullable DeviceFault newFault) {
            fault = newFault;
            ended = true;
        }
    }

    /** A barrier that remembers how it ended. */
    static final class Synced extends SyncWaiter {
        volatile boolean ended;
        volatile @Nullable DeviceFault fault;

        @Override
        protected void done(@Nullable DeviceFault newFault) {
            fault = newFault;
            ended = true;
        }
    }
}
