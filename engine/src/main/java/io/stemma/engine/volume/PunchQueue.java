package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.io.FileException;
import io.stemma.engine.layer.BlockState;
import io.stemma.engine.layer.Layer;
import io.stemma.engine.layer.PresenceMap;
import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Ranges of one volume that became absent and whose space is to be given back: once a barrier
 * covers their record, a few at each tick, under the block locks, and only what is absent still.
 * Ranges move on with the flushes as {@link Unbarriered} does. What a killed process forgot of them
 * is found again at the next start by comparing allocated bytes with the map.
 */
final class PunchQueue {
    private static final Logger LOG = LoggerFactory.getLogger(PunchQueue.class);

    private final FileVolume volume;
    private final Operation locker = new Operation();
    private final AtomicBoolean running = new AtomicBoolean();
    private final Runnable turn = this::turn;
    private RangeList recent = new RangeList();
    private RangeList flushing = new RangeList();
    private final RangeList ready = new RangeList();
    private final Object punching = new Object();
    private long keptFirst;
    private long keptCount;
    private volatile boolean unsupported;

    /** What a punch met since the last scrub began. */
    private volatile @Nullable IOException failure;

    PunchQueue(FileVolume volume) {
        this.volume = volume;
    }

    /** A range became absent; its locks are held, its record has its number. */
    synchronized void add(long first, long count) {
        recent.add(first, count);
    }

    /** Punches whatever is absent among all blocks, whether it is known to be or not. */
    synchronized void scrub(long blocks) {
        failure = null;
        unsupported = false;
        ready.add(0, blocks);
    }

    /**
     * Whether nothing waits to be punched any more.
     *
     * @throws DeviceException if a punch failed since the scrub began
     */
    boolean scrubbed() throws DeviceException {
        IOException met = failure;
        if (met != null) {
            throw new DeviceException(volume.standing().ioFailed(met, "giving space back", -1, 0));
        }
        synchronized (this) {
            return recent.isEmpty() && flushing.isEmpty() && ready.isEmpty() && !running.get();
        }
    }

    /** Whether something waits for a barrier. */
    synchronized boolean awaitsFlush() {
        return !recent.isEmpty() || !flushing.isEmpty();
    }

    synchronized void beginFlush() {
        flushing.moveTo(recent);
        RangeList empty = flushing;
        flushing = recent;
        recent = empty;
    }

    synchronized void endFlush() {
        flushing.moveTo(ready);
    }

    /** Forgets everything: the volume got shorter, or was recovered. */
    synchronized void clear() {
        recent.clear();
        flushing.clear();
        ready.clear();
    }

    /**
     * Leaves a range alone from now on: a merge puts blocks there before their record. Waits for a
     * punch under way.
     *
     * @param count 0 if nothing is to be left alone any more
     */
    void keep(long first, long count) {
        synchronized (punching) {
            keptFirst = first;
            keptCount = count;
        }
    }

    private boolean kept(long first, long count) {
        return first < keptFirst + keptCount && keptFirst < first + count;
    }

    /** From time to time: punches some, on the thread for it. */
    void tick() {
        synchronized (this) {
            if (ready.isEmpty() || unsupported) {
                return;
            }
        }
        if (running.compareAndSet(false, true) && !volume.pool().threads().punch(turn)) {
            running.set(false);
        }
    }

    private void turn() {
        try {
            int punches = 0;
            while (punches < Limits.PUNCHES_PER_TICK_MAX && !unsupported) {
                long[] range = take();
                if (range.length == 0 || !punchOne(range[0], range[1])) {
                    return;
                }
                punches++;
            }
        } catch (RuntimeException broken) {
            volume.standing().brokenBy(broken);
        } finally {
            running.set(false);
        }
    }

    /** Takes a piece that one punch can do off the front. */
    private synchronized long[] take() {
        return ready.takeFirst(Limits.PUNCH_BLOCKS_MAX);
    }

    private boolean punchOne(long first, long count) {
        int epoch = volume.admission().epochs().enter();
        try {
            if (!volume.admission().serves() || !volume.tryLockBlocks(locker, first, count)) {
                putBack(first, count);
                return false;
            }
            try {
                synchronized (punching) {
                    punchAbsent(first, count);
                }
            } finally {
                volume.unlockBlocks(locker);
            }
            return true;
        } finally {
            volume.admission().epochs().exit(epoch);
        }
    }

    private void punchAbsent(long first, long count) {
        Layer layer = volume.layer();
        PresenceMap presence = layer.presence();
        if (volume.unbarriered().touches(first, count)) {
            // Perhaps another block of the same mark; the next barrier brings the range back.
            add(first, count);
            return;
        }
        if (kept(first, count)) {
            putBack(first, count);
            return;
        }
        long end = Math.min(first + count, presence.blockCount());
        long block = first;
        while (block < end) {
            long run = presence.run(block, end - block);
            if (presence.get(block) != BlockState.DATA) {
                punch(layer, block, run);
            }
            block += run;
        }
    }

    private void punch(Layer layer, long block, long run) {
        try {
            volume.pool().space().punch(layer.file(), block, run);
        } catch (IOException failed) {
            failure = failed;
            LOG.warn("Volume {}: space is not given back: {}", volume.name(), failed.toString());
            unsupported =
                    failed instanceof FileException file
                            && file.reason() == FileException.Reason.UNSUPPORTED;
        }
    }

    private synchronized void putBack(long first, long count) {
        ready.add(first, count);
    }
}
