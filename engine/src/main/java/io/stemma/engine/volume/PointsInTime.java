package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceException;

import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Snapshots, clones, and what follows from them: a facet of a {@link VolumeBackend}. What is
 * changed is durable when the call returns. Control methods block, may be called from several
 * threads, and never from an event loop. What is refused is an {@link IllegalArgumentException}
 * whose message says why and what would be allowed.
 */
public interface PointsInTime {
    /**
     * Gets everything ready for one instant of all these volumes; hosts notice nothing.
     *
     * @param volumes 1 to {@code Limits.SNAPSHOT_SET_MAX}, none twice
     */
    Cut prepare(Collection<Volume> volumes) throws DeviceException;

    /**
     * An instant in the making: {@link #cut}, then {@link #complete}; or {@link #close} at any
     * point, which leaves everything as it was. One thread.
     */
    interface Cut extends AutoCloseable {
        /**
         * The instant. What hosts were answered before is in all the snapshots; what they ask for
         * after it is in none. Does not wait and holds nobody up.
         */
        void cut();

        /**
         * Waits until what was under way at the instant has ended, makes it durable and gives it
         * its name.
         *
         * @param name for each of the snapshots; no volume has one of that name
         * @return in the order of the volumes
         */
        List<Snapshot> complete(String name) throws DeviceException;

        @Override
        void close() throws DeviceException;
    }

    /** All snapshots, by name of their volume, then by time. */
    List<Snapshot> snapshots();

    /** The snapshot of that name, {@code volume@snapshot}. */
    Optional<Snapshot> snapshot(String fullName);

    /** The snapshot of that identity. */
    Optional<Snapshot> snapshot(VolumeId id);

    /**
     * A snapshot as a volume that only reads; always the same object while it is used. Also what
     * {@link VolumeBackend#volume} gives for the full name.
     */
    Volume open(Snapshot snapshot) throws DeviceException;

    /** Makes a volume that begins as the snapshot and goes its own way. */
    Volume clone(Snapshot snapshot, String name, boolean writeCache) throws DeviceException;

    /**
     * The snapshot that a volume lies over, by clone, revert, or as the last that was taken of it;
     * empty if there is none.
     */
    Optional<Snapshot> parent(Volume volume);

    /**
     * The snapshot that a snapshot lies over: the one of its volume before it, or the one that its
     * volume was cloned from; empty if there is none.
     */
    Optional<Snapshot> parent(Snapshot snapshot);

    /** Volumes that lie over the snapshot directly. */
    List<Volume> children(Snapshot snapshot);

    /** Makes the snapshots that a clone lies over its own, up to where a volume branched off. */
    void promote(Volume clone) throws DeviceException;

    /**
     * Makes a volume what a snapshot of it is, size included. Hosts' commands under way end first,
     * later ones wait until it is done. Later snapshots stay.
     */
    void revert(Volume volume, Snapshot snapshot) throws DeviceException;

    /** Deletes a snapshot wherever it stands; its space comes back in the background. */
    void delete(Snapshot snapshot) throws DeviceException;

    /** Changes its name. */
    void rename(Snapshot snapshot, String newName) throws DeviceException;

    /** Holds it under a tag, at most {@code Limits.SNAPSHOT_HOLDS_MAX}; twice is no error. */
    void hold(Snapshot snapshot, String tag) throws DeviceException;

    /** Ends a hold; one that is not there is no error. */
    void release(Snapshot snapshot, String tag) throws DeviceException;

    /** Told of runs of logical blocks, in their order. */
    @FunctionalInterface
    interface RunVisitor {
        /**
         * A run.
         *
         * @param firstBlock its first logical block
         * @param blockCount its blocks
         * @param mapped whether data is stored for them in the later point; false reads zero
         */
        void run(long firstBlock, long blockCount, boolean mapped);
    }

    /**
     * Where two points in time may differ; no data is read. Exact for snapshots; of a volume that
     * hosts write, as of some moment of the call.
     *
     * @param from the earlier point, a volume or an opened snapshot; null: all that is stored
     * @param to the later point, of the same tree
     */
    void difference(@Nullable Volume from, Volume to, RunVisitor visitor) throws DeviceException;

    /**
     * Space of a snapshot.
     *
     * @param ownedBytes in its layer
     * @param freedBytes what its deletion would free
     */
    record SnapshotUsage(long ownedBytes, long freedBytes) {}

    /** Space of a snapshot. */
    SnapshotUsage usage(Snapshot snapshot);

    /** Makes a volume hold all that it sees, so that it needs no snapshot; in the background. */
    void flatten(Volume volume) throws DeviceException;

    /** Merges and flattenings that are under way or wait. */
    List<Merge> merges();

    /**
     * Background work on layers.
     *
     * @param what in words: whose layers
     * @param blocksDone layer blocks looked at
     * @param blocksTotal layer blocks to look at
     * @param movedBytes bytes copied so far
     * @param running false while it waits
     */
    record Merge(
            String what, long blocksDone, long blocksTotal, long movedBytes, boolean running) {}

    /** Holds all background work on layers, or lets it go on; over restarts it goes on. */
    void pauseMerges(boolean pause);
}
