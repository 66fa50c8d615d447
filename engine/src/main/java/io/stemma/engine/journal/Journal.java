package io.stemma.engine.journal;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.io.Folder;
import io.stemma.engine.io.MountIdentity;
import io.stemma.engine.layer.PresenceMap;
import io.stemma.engine.runtime.Invariant;
import io.stemma.engine.runtime.Limits;
import io.stemma.engine.runtime.TimeSource;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The metadata journal of one pool. Two kinds of records: presence records, which count only once a
 * barrier covers them or while the page cache lives, and structural records, which count as soon as
 * they are written and are durable before {@link #commit} returns. The rules stand in
 * docs/architecture.md.
 *
 * <p>{@link #publish} and {@link #barrier} belong to any thread and never wait for a disk to sync;
 * what they cannot do at once the committer and the syncer do. Once a write or a sync of the
 * journal failed nothing is recorded any more: every call ends with OFFLINE.
 */
public final class Journal implements AutoCloseable {
    /** A file of this name says that a journal write or sync failed in the last run. */
    static final String FAILED_NAME = "journal.failed";

    private final Folder folder;
    private final SegmentStore store;
    private final PoolImage image;
    private final MountIdentity identity;
    private final PoolState state;
    private final Appender appender;
    private final SegmentTail tail;
    private final Syncer syncer;
    private final JournalShape shape;
    private final Intents intents;
    private final JournalThreads.Lane committer;
    private final JournalThreads.Lane syncing;

    /** Set while only the committer can go on. */
    private volatile boolean committerOwns;

    private volatile @Nullable List<Segment> retirable;
    private int segmentsPerCheckpoint;
    private boolean checkpointUnderWay;
    private boolean failureNoted;

    private Journal(Opening opening, JournalThreads threads) {
        folder = opening.folder();
        store = opening.store();
        image = opening.image();
        identity = opening.identity();
        state = opening.state();
        appender = opening.appender();
        tail = opening.tail();
        boolean syncs = !opening.mutations().contains(Mutation.NO_JOURNAL_SYNC);
        syncer = new Syncer(appender, tail, opening.syncing(), folder.path(), syncs);
        shape = opening.shape();
        intents = new Intents(this, appender, image, opening.mutations());
        segmentsPerCheckpoint = shape.segmentsPerCheckpoint();
        committer = threads.start("journal-commit", () -> guarded(this::commitWaiting));
        syncing = threads.start("journal-sync", () -> guarded(this::syncWaiting));
    }

    /**
     * Opens the journal of a pool, or creates one where there is none: replays it, judges the last
     * run and makes the verdict durable before anything else.
     *
     * @throws DeviceException MEDIUM if no state of the pool can be recovered, or what the disk
     *     says
     */
    public static Journal open(Folder folder, JournalThreads threads, TimeSource time)
            throws DeviceException {
        return open(folder, threads, time, JournalShape.PRODUCT);
    }

    /** The same with another shape. */
    public static Journal open(
            Folder folder, JournalThreads threads, TimeSource time, JournalShape shape)
            throws DeviceException {
        return open(folder, threads, time, shape, Set.of());
    }

    static Journal open(
            Folder folder,
            JournalThreads threads,
            TimeSource time,
            JournalShape shape,
            Set<Mutation> mutations)
            throws DeviceException {
        Opening opening = new Opening(folder, time, shape, mutations);
        try {
            opening.run();
        } catch (JournalDamage | IOException e) {
            DeviceException failed = cannotOpen(folder, e);
            opening.abandon(failed);
            throw failed;
        }
        Journal journal = new Journal(opening, threads);
        if (opening.wantsCheckpoint()) {
            journal.startCheckpoint();
            journal.committer.wake();
        }
        return journal;
    }

    private static DeviceException cannotOpen(Folder folder, Exception cause) {
        String why = cause instanceof JournalDamage ? ": " + cause.getMessage() : "";
        return new DeviceException(
                DeviceFault.of(
                        DeviceFault.Kind.MEDIUM, "open the journal" + why, folder.path(), cause));
    }

    /** What was recovered. The caller takes the maps over. */
    public PoolState state() {
        return state;
    }

    /** Who is told from now on. */
    public void listener(JournalListener listener) {
        appender.listener(listener);
    }

    /** A key that no snapshot and no volume of this pool ever had. */
    public int nextSnapshotKey() {
        return nextVolumeKey();
    }

    /** A key that no volume and no snapshot of this pool ever had. */
    public int nextVolumeKey() {
        ReentrantLock lock = appender.lock();
        lock.lock();
        try {
            return image.takeVolumeKey();
        } finally {
            unlock(lock);
        }
    }

    /** A key that no layer of this pool ever had. */
    public int nextLayerKey() {
        ReentrantLock lock = appender.lock();
        lock.lock();
        try {
            return image.takeLayerKey();
        } finally {
            unlock(lock);
        }
    }

    /**
     * Records structural changes, all or none of them; they are durable on return. Blocking; not
     * from a completion.
     *
     * @throws IllegalArgumentException if they are too large for one group
     */
    public void commit(StructuralRecord... records) throws DeviceException {
        Commit commit = new Commit(appender.commitBytesMax(), records);
        submitAll(List.of(commit));
        commit.await();
    }

    /** Atomic writes: what is recorded before and after they go in place. */
    public Intents intents() {
        return intents;
    }

    /** Hands over commits that their caller waits for. */
    void submitAll(List<Commit> commits) {
        Invariant.check(
                !appender.lock().isHeldByCurrentThread(),
                "a commit is not made from inside a completion");
        commits.forEach(this::submit);
    }

    /** Records that blocks changed their state; see {@link Presence}. */
    public void publish(Presence presence) {
        submit(presence);
    }

    /**
     * Makes the records of a volume up to a number count for good.
     *
     * @param upTo {@link #lastPublished} as it was before the first sync of this flush began
     * @param waiter runs when that is durable
     */
    public void barrier(int volumeKey, long upTo, SyncWaiter waiter) {
        waiter.prepare(volumeKey, upTo);
        submit(waiter);
    }

    /** Number of the volume's last record, 0 if it has none. Any thread. */
    public long lastPublished(int volumeKey) {
        VolumeChain volume = image.volume(volumeKey);
        return volume == null ? 0 : volume.last;
    }

    /**
     * The blocks of a volume's head as of the last barrier; after a recovery, what is left of it.
     */
    public PresenceMap barriered(int volumeKey) {
        ReentrantLock lock = appender.lock();
        lock.lock();
        try {
            return image.existing(volumeKey).head().shadow().copy();
        } finally {
            unlock(lock);
        }
    }

    /** The blocks of a layer as of the last barrier of whoever wrote it. */
    public PresenceMap barrieredLayer(int layerKey) {
        ReentrantLock lock = appender.lock();
        lock.lock();
        try {
            return image.tree().existing(layerKey).shadow().copy();
        } finally {
            unlock(lock);
        }
    }

    /**
     * Takes the engine's map of a frozen layer over: from now on both look at the same object, and
     * the journal follows the records of merges in it. The layer is {@link #settled} and the map
     * says the same as the journal's own.
     */
    public void adopt(int layerKey, PresenceMap map) {
        ReentrantLock lock = appender.lock();
        lock.lock();
        try {
            TreeLayer layer = image.tree().existing(layerKey);
            Invariant.check(image.settled(layerKey), "a map is shared once all of it is barriered");
            Invariant.check(!image.isHead(layerKey), "the map of a head is never shared");
            Invariant.check(map.blockCount() == layer.blocks(), "a shared map is as long");
            layer.shadow(map);
        } finally {
            unlock(lock);
        }
    }

    /** Whether barriers cover all records of a layer's blocks. */
    public boolean settled(int layerKey) {
        ReentrantLock lock = appender.lock();
        lock.lock();
        try {
            return image.settled(layerKey);
        } finally {
            unlock(lock);
        }
    }

    /** The keys of the layers that are needed; the files of all others may go. */
    public Set<Integer> layers() {
        ReentrantLock lock = appender.lock();
        lock.lock();
        try {
            return image.tree().layerKeys();
        } finally {
            unlock(lock);
        }
    }

    /**
     * Lets go of the lock; whoever found it taken meanwhile relied on the holder to write for him.
     */
    void unlock(ReentrantLock lock) {
        lock.unlock();
        if (appender.hasWork()) {
            committer.wake();
        }
    }

    /** Whether the journal records nothing any more. */
    public boolean failed() {
        return appender.stopped() != null;
    }

    private void submit(Submission submission) {
        appender.push(submission);
        if (appender.lock().isHeldByCurrentThread()) {
            return;
        }
        if (committerOwns || syncer.running()) {
            committer.wake();
        } else {
            drainInline();
        }
    }

    private void drainInline() {
        ReentrantLock lock = appender.lock();
        boolean left = false;
        boolean sync = false;
        while (!left && appender.hasWork() && lock.tryLock()) {
            try {
                left = appender.drain(false, Limits.JOURNAL_GROUPS_INLINE_MAX);
                committerOwns |= left;
                sync |= appender.takeWantsSync();
            } finally {
                lock.unlock();
            }
        }
        if (left || tail.spare() == null || failed()) {
            committer.wake();
        }
        if (sync) {
            syncing.wake();
        }
    }

    /** Our own fault in a lane stops the journal, not the lane: whoever waits later is told. */
    private void guarded(Runnable turn) {
        try {
            turn.run();
        } catch (RuntimeException e) {
            appender.stop(
                    DeviceFault.of(DeviceFault.Kind.OFFLINE, "keep the journal", folder.path(), e));
        }
    }

    private void commitWaiting() {
        retire();
        keepSpare();
        ReentrantLock lock = appender.lock();
        boolean sync = false;
        do {
            lock.lock();
            try {
                appender.drain(true, Integer.MAX_VALUE);
                committerOwns = false;
                sync |= appender.takeWantsSync();
            } finally {
                lock.unlock();
            }
        } while (appender.hasWork());
        if (!checkpointUnderWay && tail.switches() >= segmentsPerCheckpoint) {
            startCheckpoint();
        }
        keepSpare();
        noteFailure();
        if (sync) {
            syncing.wake();
        }
        if (appender.hasWork()) {
            committer.wake();
        }
    }

    private void keepSpare() {
        if (tail.spare() == null && !failed()) {
            try {
                tail.keep(store.acquire());
            } catch (IOException e) {
                // Nothing is lost yet; whoever really needs the segment meets the fault again.
                return;
            }
        }
    }

    private void startCheckpoint() {
        ReentrantLock lock = appender.lock();
        List<Segment> old;
        lock.lock();
        try {
            tail.resetSwitches();
            old = appender.checkpoint(identity);
            // A pool with large maps is not to write more checkpoint than journal.
            segmentsPerCheckpoint = Math.max(shape.segmentsPerCheckpoint(), tail.switches());
            tail.resetSwitches();
        } catch (IOException e) {
            // The records before it stay; the next one is tried after as many segments again.
            return;
        } finally {
            lock.unlock();
        }
        checkpointUnderWay = true;
        SyncWaiter written = new CheckpointWritten(old);
        written.target = appender.appended();
        syncer.add(written);
        syncing.wake();
    }

    /** The old segments go once the checkpoint is durable. */
    private final class CheckpointWritten extends SyncWaiter {
        private final List<Segment> old;

        CheckpointWritten(List<Segment> old) {
            this.old = old;
        }

        @Override
        protected void done(@Nullable DeviceFault fault) {
            if (fault == null) {
                retirable = old;
                committer.wake();
            }
        }
    }

    private void retire() {
        List<Segment> old = retirable;
        if (old == null) {
            return;
        }
        retirable = null;
        checkpointUnderWay = false;
        try {
            store.retire(old);
        } catch (IOException e) {
            // They are found and removed at the next start.
            return;
        }
    }

    private void syncWaiting() {
        DeviceFault fault = syncer.turn();
        if (appender.hasWork() || fault != null) {
            committer.wake();
        }
    }

    /**
     * Leaves a note that the next start must not trust the page cache, as far as that is possible.
     */
    private void noteFailure() {
        if (!failed() || failureNoted || state.readOnlyReason() != null) {
            return;
        }
        failureNoted = true;
        try {
            if (!folder.exists(FAILED_NAME)) {
                folder.create(FAILED_NAME, 0).close();
            }
            folder.sync();
        } catch (IOException e) {
            // The disk refuses everything; the fault that led here was told to everybody already.
            return;
        }
    }

    /** Notes that everything is barriered and this run ends in order. */
    public void endCleanly() throws DeviceException {
        commit(new StructuralRecord.CleanEnd());
    }

    /** Ends the threads and closes the files; what was not synced stays in the page cache. */
    @Override
    public void close() throws DeviceException {
        committer.close();
        syncing.close();
        try {
            if (!failed()) {
                tail.sync();
            }
            store.close();
        } catch (IOException e) {
            throw new DeviceException(
                    DeviceFault.of(
                            DeviceFault.Kind.OFFLINE, "close the journal", folder.path(), e));
        }
    }
}
