package io.stemma.server.iscsi.session;

import io.stemma.engine.runtime.Invariant;

import java.util.concurrent.atomic.AtomicInteger;

/** Runs something when the last of several has happened. Any thread. */
public final class Countdown {
    private final AtomicInteger left;
    private final Runnable action;

    /** Waits for {@code count} calls of {@link #count}, 1 or more. */
    public Countdown(int count, Runnable action) {
        Invariant.check(count > 0, "something is waited for");
        left = new AtomicInteger(count);
        this.action = action;
    }

    /** One of them happened. */
    public void count() {
        if (left.decrementAndGet() == 0) {
            action.run();
        }
    }
}
