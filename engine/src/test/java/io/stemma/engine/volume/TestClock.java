package io.stemma.engine.volume;

import io.stemma.engine.runtime.TimeSource;

/** A clock that a test moves. */
public final class TestClock implements TimeSource {
    private volatile long nanos;

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public long wallMillis() {
        return nanos / 1_000_000;
    }

    /** Lets time pass. */
    public void pass(long moreNanos) {
        long next = nanos + moreNanos;
        nanos = next;
    }
}
