package io.stemma.engine.volume;

import io.stemma.engine.runtime.Limits;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The unsynced bytes of one volume and what follows from them: write-back at half of the bound,
 * congestion and a flush at the bound. The bound is looked at once a MiB, so it is passed by a
 * little.
 */
final class Unsynced {
    private static final Logger LOG = LoggerFactory.getLogger(Unsynced.class);

    private final FileVolume volume;
    private final WrittenBytes written = new WrittenBytes();
    private final AtomicLong reported = new AtomicLong();
    private final AtomicBoolean writingBack = new AtomicBoolean();
    private final Runnable writeBack = this::startWriteBack;
    private volatile boolean congested;

    /** What {@link WrittenBytes#sum} was when the last successful sync began. */
    private volatile long synced = -1;

    /** A volume whose file may hold unsynced bytes of a run before: it begins with one. */
    Unsynced(FileVolume volume) {
        this.volume = volume;
    }

    /** Bytes were written into the page cache; called after the write and before its answer. */
    void add(int bytes) {
        if (written.add(bytes)) {
            look();
        }
    }

    /** What a sync that begins now will cover. */
    long mark() {
        return written.sum();
    }

    /** Whether a sync is needed to cover the mark. */
    boolean beyond(long mark) {
        return mark != synced;
    }

    /** Whether something may be unsynced. */
    boolean any() {
        return beyond(written.sum());
    }

    /** A sync that began at the mark has succeeded. */
    void syncedTo(long mark) {
        synced = mark;
        look();
    }

    boolean congested() {
        return congested;
    }

    /** The pool reached its bound or fell below it. */
    void poolChanged() {
        judge();
    }

    /** Takes what this volume reported out of the pool's sum. */
    void close() {
        volume.pool().unsynced().changed(-reported.getAndSet(0));
    }

    private long bytes() {
        return written.sum() - Math.max(0, synced);
    }

    /** Looks at the bounds. Does not block. */
    void look() {
        long bytes = bytes();
        volume.pool().unsynced().changed(bytes - reported.getAndSet(bytes));
        judge();
        if (bytes >= Limits.UNSYNCED_VOLUME_BYTES_MAX / 2
                && writingBack.compareAndSet(false, true)
                && !volume.threads().sync(writeBack)) {
            writingBack.set(false);
        }
    }

    /** One at a time and from fresh figures, so that the last one to judge is right. */
    private synchronized void judge() {
        long bytes = bytes();
        boolean poolFull = volume.pool().unsynced().full();
        boolean now =
                (poolFull && bytes > 0)
                        || bytes >= Limits.UNSYNCED_VOLUME_BYTES_MAX
                        || (congested && bytes >= Limits.UNSYNCED_VOLUME_BYTES_MAX / 2);
        if (now) {
            volume.flushes().background();
        }
        if (now != congested) {
            congested = now;
            volume.listeners().congestionChanged(now);
        }
    }

    private void startWriteBack() {
        int epoch = volume.admission().epochs().enter();
        try {
            if (volume.admission().serves()) {
                volume.layer().file().startWriteBack(0, volume.sizeBytes());
            }
        } catch (IOException e) {
            LOG.warn("Volume {}: write-back could not be started: {}", volume.name(), e.toString());
        } finally {
            writingBack.set(false);
            volume.admission().epochs().exit(epoch);
        }
    }
}
