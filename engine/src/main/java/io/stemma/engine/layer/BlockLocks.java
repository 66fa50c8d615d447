package io.stemma.engine.layer;

import io.stemma.engine.runtime.Invariant;
import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The locks of one volume's layer blocks: bits, taken in ascending order, all or none. A block's
 * lock is its number modulo {@link #STRIPES}, so blocks far apart may share one, which costs time
 * only. No thread ever waits here: who does not get its blocks is told to try again after a
 * release. The holder is an operation, not a thread; it may let go from anywhere.
 */
public final class BlockLocks {
    /** Blocks that can be held one by one; a longer range holds everything. */
    static final int STRIPES = 4096;

    private static final int WORDS = STRIPES / Long.SIZE;

    /** Someone who did not get its blocks. */
    @FunctionalInterface
    public interface Waiter {
        /** Something was released: ask again. Any thread; must not block. */
        void retryLock();
    }

    /** What came of asking. */
    public enum Outcome {
        /** The blocks are held. */
        HELD,
        /** Not held; {@link Waiter#retryLock} will be called once. */
        WAITING,
        /** Not held, and too many wait already. */
        REFUSED
    }

    private final AtomicLongArray held = new AtomicLongArray(WORDS);
    private final AtomicInteger waiting = new AtomicInteger();
    private final ArrayDeque<Waiter> waiters = new ArrayDeque<>();

    /** Takes all blocks of a range or none, without waiting. */
    public boolean tryLock(long first, long count) {
        int from = (int) (first & (STRIPES - 1));
        int stripes = (int) Math.min(count, STRIPES);
        int beyond = Math.max(0, from + stripes - STRIPES);
        // Looking first makes taking back what was taken rare.
        if (!free(0, beyond) || !free(from, stripes - beyond)) {
            return false;
        }
        if (!tryStripes(0, beyond)) {
            return false;
        }
        if (!tryStripes(from, stripes - beyond)) {
            release(0, beyond);
            wake();
            return false;
        }
        return true;
    }

    private boolean free(int from, int count) {
        int stripe = from;
        int end = from + count;
        while (stripe < end) {
            int word = stripe / Long.SIZE;
            if ((held.get(word) & mask(stripe, end)) != 0) {
                return false;
            }
            stripe = (word + 1) * Long.SIZE;
        }
        return true;
    }

    /** Takes all blocks of a range, or notes who is to be told. */
    public Outcome lock(long first, long count, Waiter waiter) {
        if (tryLock(first, count)) {
            return Outcome.HELD;
        }
        synchronized (waiters) {
            if (waiters.size() >= Limits.BLOCK_LOCK_WAITERS_MAX) {
                return Outcome.REFUSED;
            }
            // Announced before the second try: a release after it sees the announcement.
            waiting.incrementAndGet();
            if (tryLock(first, count)) {
                waiting.decrementAndGet();
                return Outcome.HELD;
            }
            waiters.add(waiter);
            return Outcome.WAITING;
        }
    }

    /** Lets go of a range that {@link #tryLock} or {@link #lock} gave, with the same arguments. */
    public void unlock(long first, long count) {
        int from = (int) (first & (STRIPES - 1));
        int stripes = (int) Math.min(count, STRIPES);
        int beyond = Math.max(0, from + stripes - STRIPES);
        release(0, beyond);
        release(from, stripes - beyond);
        wake();
    }

    private void wake() {
        if (waiting.get() == 0) {
            return;
        }
        int left;
        synchronized (waiters) {
            left = waiters.size();
        }
        // Only those that wait now: one that asks again in vain queues up behind them.
        while (left-- > 0) {
            Waiter next = poll();
            if (next == null) {
                return;
            }
            next.retryLock();
        }
    }

    private @Nullable Waiter poll() {
        synchronized (waiters) {
            Waiter next = waiters.poll();
            if (next != null) {
                waiting.decrementAndGet();
            }
            return next;
        }
    }

    private boolean tryStripes(int from, int count) {
        int stripe = from;
        int end = from + count;
        while (stripe < end) {
            long mask = mask(stripe, end);
            int word = stripe / Long.SIZE;
            if (!tryWord(word, mask)) {
                release(from, stripe - from);
                wake();
                return false;
            }
            stripe = (word + 1) * Long.SIZE;
        }
        return true;
    }

    private boolean tryWord(int word, long mask) {
        while (true) {
            long before = held.get(word);
            if ((before & mask) != 0) {
                return false;
            }
            if (held.compareAndSet(word, before, before | mask)) {
                return true;
            }
        }
    }

    private void release(int from, int count) {
        int stripe = from;
        int end = from + count;
        while (stripe < end) {
            long mask = mask(stripe, end);
            int word = stripe / Long.SIZE;
            long before = held.getAndAccumulate(word, ~mask, BlockLocks::and);
            Invariant.check((before & mask) == mask, "only held blocks are released");
            stripe = (word + 1) * Long.SIZE;
        }
    }

    private static long and(long left, long right) {
        return left & right;
    }

    /** Bits of the word of {@code stripe}, from it up to {@code end} or the word's last. */
    private static long mask(int stripe, int end) {
        int low = stripe & (Long.SIZE - 1);
        int high = Math.min(end - (stripe - low), Long.SIZE);
        return (-1L << low) & (-1L >>> (Long.SIZE - high));
    }
}
