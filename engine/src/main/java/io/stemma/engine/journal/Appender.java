package io.stemma.engine.journal;

import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.io.FileException;
import io.stemma.engine.io.MountIdentity;
import io.stemma.engine.runtime.Invariant;
import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Numbers what waits and writes it in groups. Whoever finds the lock free writes for all; nobody
 * waits for the lock except the committer. Completions run under the lock, so that one which
 * publishes again queues up instead of nesting.
 */
final class Appender {
    /** What a record ends with when the journal has stopped. */
    private volatile @Nullable DeviceFault stopped;

    private final ReentrantLock lock = new ReentrantLock();
    private final SubmissionStack arriving = new SubmissionStack();
    private final PoolImage image;
    private final SegmentStore store;
    private final SegmentTail tail;
    private final SubmissionStack syncing;
    private final Set<Mutation> mutations;
    private final GroupBuffer group;
    private final int groupBytesMax;

    private JournalListener listener = new JournalListener() {};
    private final SubmissionQueue backlog = new SubmissionQueue();
    private final SubmissionQueue grouped = new SubmissionQueue();
    private long nextNumber;
    private boolean wantsSync;

    /** Pool number of the last record in the page cache. */
    private volatile long appended;

    /** All records up to this pool number are durable. */
    private volatile long durable;

    Appender(
            PoolImage image,
            SegmentStore store,
            SegmentTail tail,
            SubmissionStack syncing,
            JournalShape shape,
            Set<Mutation> mutations,
            long nextNumber) {
        this.image = image;
        this.store = store;
        this.tail = tail;
        this.syncing = syncing;
        this.mutations = mutations;
        this.nextNumber = nextNumber;
        groupBytesMax = shape.groupBytesMax();
        group = new GroupBuffer(groupBytesMax);
        appended = nextNumber - 1;
        durable = nextNumber - 1;
    }

    void listener(JournalListener newListener) {
        listener = newListener;
    }

    long appended() {
        return appended;
    }

    long durable() {
        return durable;
    }

    void durable(long number) {
        durable = number;
    }

    int commitBytesMax() {
        return groupBytesMax - GroupBuffer.HEAD_BYTES;
    }

    ReentrantLock lock() {
        return lock;
    }

    boolean hasWork() {
        return !arriving.isEmpty();
    }

    void push(Submission submission) {
        arriving.push(submission);
    }

    @Nullable DeviceFault stopped() {
        return stopped;
    }

    /** The journal ends here for this process; only the first reason counts. */
    void stop(DeviceFault fault) {
        lock.lock();
        try {
            if (stopped == null) {
                stopped = fault;
                listener.failed(fault);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Writes groups for all who wait. The lock is held.
     *
     * @param mayBlock whether this thread may wait for files to be made
     * @param groupsMax groups to write at most
     * @return whether something is left for the committer
     */
    boolean drain(boolean mayBlock, int groupsMax) {
        takeArrivals();
        Submission first = backlog.peek();
        for (int groups = 0; first != null; groups++) {
            if (stopped != null) {
                rejectBacklog(stopped);
            } else if (groups == groupsMax) {
                return true;
            } else if (tail.hasRoom(bytes(first))) {
                writeGroup();
            } else if (!nextSegment(mayBlock)) {
                return true;
            }
            takeArrivals();
            first = backlog.peek();
        }
        return false;
    }

    /** Whether something waits for a sync since the last time this was asked. The lock is held. */
    boolean takeWantsSync() {
        boolean wanted = wantsSync;
        wantsSync = false;
        return wanted;
    }

    private void takeArrivals() {
        Submission oldest = arriving.takeAll();
        if (oldest != null) {
            backlog.add(oldest);
        }
    }

    private void rejectBacklog(DeviceFault fault) {
        Submission submission = backlog.poll();
        while (submission != null) {
            submission.end(fault);
            submission = backlog.poll();
        }
    }

    private static int bytes(Submission submission) {
        int record =
                switch (submission) {
                    case Presence presence -> RecordFrame.PRESENCE_BYTES;
                    case SyncWaiter waiter -> RecordFrame.BARRIER_BYTES;
                    case Commit commit -> commit.encoded.limit();
                };
        return GroupBuffer.HEAD_BYTES + record;
    }

    /** Goes on in another segment; false if only the committer can do that. */
    private boolean nextSegment(boolean mayBlock) {
        if (!tail.useSpare()) {
            if (!mayBlock) {
                return false;
            }
            try {
                tail.use(store.acquire());
            } catch (FileException e) {
                if (e.reason() != FileException.Reason.NO_SPACE) {
                    stop(fault("make a segment of the journal", e));
                    return true;
                }
                // Nothing was numbered yet: the journal stays good, and may go on when there is
                // room.
                rejectBacklog(
                        DeviceFault.of(
                                DeviceFault.Kind.SPACE_EXHAUSTED,
                                "make a segment of the journal",
                                store.path(),
                                e));
            } catch (IOException e) {
                stop(fault("make a segment of the journal", e));
            }
        }
        return true;
    }

    private DeviceFault fault(String act, IOException cause) {
        return DeviceFault.of(DeviceFault.Kind.OFFLINE, act, store.path(), cause);
    }

    private void writeGroup() {
        try {
            endGroup(encodeGroup());
        } catch (RuntimeException e) {
            // Our own fault: what is in the image may not be in the journal, so nothing goes on.
            DeviceFault fault =
                    DeviceFault.of(DeviceFault.Kind.OFFLINE, "record in order", store.path(), e);
            stop(fault);
            endGroup(fault);
        }
    }

    private @Nullable DeviceFault encodeGroup() {
        long structuralBefore = image.structuralCount();
        group.clear();
        Submission submission = backlog.peek();
        while (submission != null && hasRoomFor(submission)) {
            backlog.poll();
            encode(submission);
            submission = backlog.peek();
        }
        return group.isEmpty() ? null : write(structuralBefore);
    }

    private boolean hasRoomFor(Submission submission) {
        int record = bytes(submission) - GroupBuffer.HEAD_BYTES;
        return group.hasRoom(record) && tail.hasRoom(group.length() + record);
    }

    private @Nullable DeviceFault write(long structuralBefore) {
        try {
            tail.write(group, nextNumber, durable, structuralBefore);
            nextNumber += group.records();
            appended = nextNumber - 1;
            return null;
        } catch (IOException e) {
            DeviceFault fault = fault("write the journal", e);
            stop(fault);
            return fault;
        }
    }

    private void encode(Submission submission) {
        switch (submission) {
            case Presence presence -> encode(presence);
            case SyncWaiter waiter -> encode(waiter);
            case Commit commit -> encode(commit);
        }
    }

    private void enterGroup(Submission submission, int records) {
        group.count(records);
        submission.target = nextNumber + group.records() - 1;
        grouped.add(submission);
    }

    private void encode(Presence presence) {
        int key = presence.volumeKey();
        VolumeChain volume = image.volume(key);
        if (volume == null) {
            presence.end(gone(key));
            return;
        }
        int waiting = volume.pending().size();
        if (waiting >= Limits.JOURNAL_PENDING_MAX) {
            presence.end(
                    DeviceFault.of(
                            DeviceFault.Kind.TRANSIENT,
                            "record more blocks before a flush",
                            volume.description().name()));
            return;
        }
        if (waiting == Limits.JOURNAL_PENDING_MAX / 2) {
            listener.barrierWanted(key);
        }
        long number = volume.last + 1;
        long first = presence.firstBlock();
        long count = presence.blockCount();
        int flags = presence.flags();
        int layer = presence.layerKey();
        RecordFrame.presence(group.out(), key, layer, number, first, count, flags);
        volume.presence(layer, number, first, count, flags);
        image.goesOn();
        enterGroup(presence, 1);
    }

    private static DeviceFault gone(int volumeKey) {
        return gone("volume key " + volumeKey);
    }

    private static DeviceFault gone(String what) {
        return DeviceFault.of(DeviceFault.Kind.GONE, "record a change", what);
    }

    private void encode(SyncWaiter waiter) {
        VolumeChain volume = image.volume(waiter.volumeKey());
        if (volume == null) {
            waiter.end(gone(waiter.volumeKey()));
            return;
        }
        boolean late = mutations.contains(Mutation.BARRIER_NUMBER_READ_AFTER_SYNC);
        long upTo = late ? volume.last : waiter.upTo();
        Invariant.check(upTo <= volume.last, "a barrier covers only what was published");
        PendingPresence pending = volume.pending();
        if (pending.isEmpty() || pending.firstNumber() > upTo) {
            // Everything it asks for is in an earlier barrier, which has to be durable.
            enterGroup(waiter, 0);
            waiter.target = volume.barrierPoolNumber();
            return;
        }
        long number = volume.last + 1;
        RecordFrame.barrier(group.out(), waiter.volumeKey(), number, upTo);
        enterGroup(waiter, 1);
        volume.barrier(number, upTo, waiter.target);
        image.goesOn();
    }

    private void encode(Commit commit) {
        String missing = Subjects.missing(image, commit.records);
        if (missing != null) {
            commit.end(gone(missing));
            return;
        }
        for (StructuralRecord record : commit.records) {
            image.apply(record);
        }
        group.out().put(commit.encoded.duplicate());
        enterGroup(commit, commit.records.length);
    }

    private void endGroup(@Nullable DeviceFault fault) {
        Submission submission = grouped.poll();
        while (submission != null) {
            boolean cached = submission instanceof Presence presence && !presence.durable();
            if (fault != null || cached || submission.target <= durable) {
                submission.end(fault);
            } else {
                wantsSync = true;
                syncing.push(submission);
            }
            submission = grouped.poll();
        }
    }

    /**
     * Writes a checkpoint into fresh segments. The lock is held; committer only.
     *
     * @return the segments that are of no use once {@code appended} as of now is durable
     */
    List<Segment> checkpoint(MountIdentity identity) throws IOException {
        List<Segment> old = new ArrayList<>(store.inUse());
        Segment kept = tail.spare();
        if (kept != null) {
            old.remove(kept);
        }
        if (!tail.useSpare()) {
            tail.use(store.acquire());
        }
        CheckpointSink sink = new CheckpointSink();
        group.clear();
        int recordBytesMax = Math.min(groupBytesMax / 4, 16 << 10);
        new CheckpointWriter(image, sink, recordBytesMax, mutations).write(nextNumber, identity);
        sink.flush();
        return old;
    }

    /** Writes groups of a checkpoint as they fill up, and makes segments as they are needed. */
    private final class CheckpointSink implements CheckpointWriter.Sink {
        @Override
        public ByteBuffer room(int bytes) throws IOException {
            if (!group.hasRoom(bytes) || !tail.hasRoom(group.length() + bytes)) {
                flush();
                if (!tail.hasRoom(group.length() + bytes) && !tail.useSpare()) {
                    tail.use(store.acquire());
                }
            }
            return group.out();
        }

        @Override
        public void counted() {
            group.count(1);
        }

        void flush() throws IOException {
            if (!group.isEmpty()) {
                DeviceFault fault = write(image.structuralCount());
                if (fault != null) {
                    throw new IOException(fault.what(), fault.cause());
                }
                group.clear();
            }
        }
    }
}
