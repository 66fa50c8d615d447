package io.stemma.server.iscsi.session;

import io.stemma.engine.runtime.Invariant;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Memory for data in transfer that all connections share, in bytes, and the shares of single
 * initiators in it: one initiator has at most half of all, and the last quarter of all is left to
 * connections that hold little, so that no hoard stops the others. Any thread.
 */
public final class MemoryBudget {
    /** Who asks; decides how much of a budget may be taken when it is granted. */
    public enum Claim {
        /** A connection that holds at most {@link #LITTLE_BYTES}: everything. */
        LITTLE,
        /** A command that runs: three quarters. */
        COMMON,
        /**
         * A command that waits for others: a quarter, so that those it waits for find the longest
         * transfer's memory free.
         */
        DORMANT
    }

    /** What a connection may hold and still find the last quarter open, bytes. */
    public static final int LITTLE_BYTES = 256 << 10;

    private final long bytesMax;
    private final @Nullable MemoryBudget all;
    private final AtomicLong used = new AtomicLong();

    /** A budget of that size. */
    public MemoryBudget(long bytesMax) {
        this(bytesMax, null);
    }

    private MemoryBudget(long bytesMax, @Nullable MemoryBudget all) {
        this.bytesMax = bytesMax;
        this.all = all;
    }

    /** A share for one initiator: half of this. What it takes counts here too. */
    public MemoryBudget share() {
        return new MemoryBudget(bytesMax / 2, this);
    }

    /** Takes bytes unless that would be too much for who claims them. */
    public boolean take(int bytes, Claim claim) {
        long before = used.getAndAdd(bytes);
        // Whoever is alone gets one command's worth, however small the budget was made.
        boolean granted =
                (before == 0 || before + bytes <= bound(claim))
                        && (all == null || all.take(bytes, claim));
        if (!granted) {
            used.addAndGet(-bytes);
        }
        return granted;
    }

    private long bound(Claim claim) {
        return switch (claim) {
            case LITTLE -> bytesMax;
            // Within its share an initiator need not be fair to itself.
            case COMMON -> all == null ? bytesMax / 4 * 3 : bytesMax;
            case DORMANT -> bytesMax / 4;
        };
    }

    /** Gives bytes back. */
    public void give(int bytes) {
        Invariant.check(used.addAndGet(-bytes) >= 0, "memory is given back once");
        if (all != null) {
            all.give(bytes);
        }
    }

    /** Bytes taken now. */
    public long used() {
        return used.get();
    }
}
