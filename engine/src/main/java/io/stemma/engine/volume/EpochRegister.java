package io.stemma.engine.volume;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Which operations are under way, counted by epoch, so that somebody can learn when all that began
 * before a moment have ended, while others go on. Entering and leaving is one atomic addition each
 * to a counter that only threads of the same stripe touch, each on cache lines of its own.
 *
 * <p>Order that makes it sound: an operation enters, then reads the volume's flags; who changes a
 * flag does so first and then calls {@link #drain}. So each operation either sees the flag or is
 * waited for.
 */
final class EpochRegister {
    private static final int STRIPES = 8;
    private static final int STRIDE = 16;

    /** Two counters a stripe, for the even and the odd epoch. */
    private final AtomicLongArray counts = new AtomicLongArray((STRIPES + 1) * STRIDE);

    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private volatile int epoch;
    private volatile @Nullable Runnable draining;

    /**
     * An operation begins.
     *
     * @return what {@link #exit} has to be given
     */
    int enter() {
        int slot = slot();
        while (true) {
            int parity = epoch & 1;
            counts.getAndIncrement(slot + parity);
            if ((epoch & 1) == parity) {
                return parity;
            }
            // The epoch turned between the two: whoever drains may have missed this one.
            leave(slot, parity);
        }
    }

    /** An operation ends; any thread. */
    void exit(int parity) {
        leave(slot(), parity);
    }

    private void leave(int slot, int parity) {
        counts.getAndDecrement(slot + parity);
        if (draining != null && (epoch & 1) != parity) {
            endDrain();
        }
    }

    /**
     * Runs {@code ended} once every operation that entered before this call has left. Drains queue
     * up; {@code ended} runs on the thread of the last operation, or here.
     */
    void drain(Runnable ended) {
        synchronized (waiting) {
            if (draining != null) {
                waiting.add(ended);
                return;
            }
            begin(ended);
        }
        endDrain();
    }

    private void begin(Runnable ended) {
        draining = ended;
        int next = epoch + 1;
        epoch = next;
    }

    private void endDrain() {
        while (true) {
            Runnable ended;
            synchronized (waiting) {
                ended = draining;
                if (ended == null || inEpoch(~epoch & 1) != 0) {
                    return;
                }
                draining = null;
                Runnable next = waiting.poll();
                if (next != null) {
                    begin(next);
                }
            }
            ended.run();
        }
    }

    /** Exact once the epoch is over: after that nobody enters it, and nobody leaves unentered. */
    private long inEpoch(int parity) {
        long sum = 0;
        for (int stripe = 1; stripe <= STRIPES; stripe++) {
            sum += counts.get(stripe * STRIDE + parity);
        }
        return sum;
    }

    private static int slot() {
        return ((int) (Thread.currentThread().threadId() % STRIPES) + 1) * STRIDE;
    }
}
