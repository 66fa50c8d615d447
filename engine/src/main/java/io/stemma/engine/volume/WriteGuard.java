package io.stemma.engine.volume;

import io.stemma.engine.runtime.Limits;
import io.stemma.engine.runtime.TimeSource;

/**
 * Decides whether writes into the page cache run on the caller's thread. They do, until one took
 * long or a sync runs on the layer; then they go to the I/O pool for a while, so that an event loop
 * is held up once and not again. A hint: races between its methods only cost a hop more or less.
 */
final class WriteGuard {
    private final FileVolume volume;
    private final TimeSource time;
    private volatile boolean syncing;
    private volatile long awayUntilNanos;

    WriteGuard(FileVolume volume, TimeSource time) {
        this.volume = volume;
        this.time = time;
        awayUntilNanos = time.nanos();
    }

    long nanos() {
        return time.nanos();
    }

    /** An inline write ended that began at that time. */
    void inlineWriteEnded(long beganNanos) {
        long now = time.nanos();
        if (now - beganNanos > Limits.INLINE_WRITE_NANOS_MAX) {
            awayUntilNanos = now + Limits.INLINE_PENALTY_NANOS;
            volume.admission().raise(Admission.AWAY);
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
