package io.stemma.server.iscsi.session;

import io.stemma.engine.runtime.Invariant;

import java.util.concurrent.atomic.AtomicLong;

/** Memory for data in transfer that all connections share, in bytes. Any thread. */
public final class MemoryBudget {
    private final long bytesMax;
    private final AtomicLong used = new AtomicLong();

    /** A budget of that size. */
    public MemoryBudget(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Takes bytes unless the budget would be exceeded. */
    public boolean take(int bytes) {
        if (used.addAndGet(bytes) <= bytesMax) {
            return true;
        }
        used.addAndGet(-bytes);
        return false;
    }

    /** Gives bytes back. */
    public void give(int bytes) {
        Invariant.check(used.addAndGet(-bytes) >= 0, "memory is given back once");
    }

    /** Bytes taken now. */
    public long used() {
        return used.get();
    }
}
