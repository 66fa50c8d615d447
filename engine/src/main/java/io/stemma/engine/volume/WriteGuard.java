package io.stemma.engine.volume;

import io.stemma.engine.runtime.Limits;
import io.stemma.engine.runtime.TimeSource;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Decides whether writes into the page cache run on the caller's thread. They do, until two took
 * long within a short time or a sync runs on the layer; then they go to the I/O pool, until none of
 * them has taken long there for a while, so that a slow disk does not hold up an event loop for
 * long or again and again. One slow write alone says nothing: on a busy machine the thread merely
 * lost its core, and a stall that is over needs no remedy. A hint: races between its methods only
 * cost a hop more or less.
 */
final class WriteGuard {
    private final FileVolume volume;
    private final TimeSource time;
    private final AtomicInteger inPool = new AtomicInteger();
    private volatile boolean syncing;
    private volatile long poolHeardNanos;
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

    /** A write begins on a thread of the pool; the time is for {@link #poolWriteEnded}. */
    long poolWriteBegins() {
        long now = time.nanos();
        if (inPool.getAndIncrement() == 0) {
            poolHeardNanos = now;
        }
        return now;
    }

    /** A write on a thread of the pool ended. */
    void poolWriteEnded(long beganNanos) {
        long now = time.nanos();
        poolHeardNanos = now;
        inPool.decrementAndGet();
        if (now - beganNanos > Limits.INLINE_WRITE_NANOS_MAX) {
            awayUntilNanos = now + Limits.INLINE_PENALTY_NANOS;
            volume.admission().raise(Admission.AWAY);
        }
    }

    /** Whether writes are in the pool and none has ended for long: the disk may not answer. */
    private boolean poolSilent() {
        return inPool.get() > 0 && time.nanos() - poolHeardNanos > Limits.INLINE_WRITE_NANOS_MAX;
    }

    /** Whether writes are to stay away still; asked only while the flag is up. */
    boolean away() {
        if (syncing || time.nanos() - awayUntilNanos < 0 || poolSilent()) {
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
