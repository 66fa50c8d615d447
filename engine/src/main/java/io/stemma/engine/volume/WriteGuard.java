package io.stemma.engine.volume;

import io.stemma.engine.runtime.Limits;
import io.stemma.engine.runtime.TimeSource;

/**
 * Decides whether writes into the page cache run on the caller's thread. They do, until two took
 * long within a short time or a sync runs on the layer; then they go to the I/O pool for a while,
 * so that a slow disk does not hold up an event loop for long. One slow write alone says nothing:
 * on a busy machine the thread merely lost its core, and a stall that is over needs no remedy. A
 * hint: races between its methods only cost a hop more or less.
 */
final class WriteGuard {
    private final FileVolume volume;
    private final TimeSource time;
    private volatile boolean syncing;
    private volatile long awayUntilNanos;
    private volatile long suspectUntilNanos;

    WriteGuard(FileVolume volume, TimeSource time) {
        this.volume = volume;
        this.time = time;
        awayUntilNanos = time.nanos();
        suspectUntilNanos = awayUntilNanos;
    }

    long nanos() {
        return time.nanos();
    }

    /** An inline write ended that began at that time. */
    void inlineWriteEnded(long beganNanos) {
        long now = time.nanos();
        if (now - beganNanos > Limits.INLINE_WRITE_NANOS_MAX) {
            if (beganNanos - suspectUntilNanos < 0) {
                awayUntilNanos = now + Limits.INLINE_PENALTY_NANOS;
                volume.admission().raise(Admission.AWAY);
            }
            suspectUntilNanos = now + Limits.INLINE_PENALTY_NANOS;
        }
    }

    /** Whether writes are to stay away still; asked only while the flag is up. */
    boolean away() {
        if (syncing || time.nanos() - awayUntilNanos < 0) {
            return true;
        }
        volume.admission().lower(Admission.AWAY);
        return false;
    }

    void syncBegins() {
        syncing = true;
        volume.admission().raise(Admission.AWAY);
    }

    void syncEnds() {
        syncing = false;
    }
}
