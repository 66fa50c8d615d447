package io.stemma.engine.volume;

import io.stemma.engine.runtime.Limits;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How many bytes were ever written into the page cache; it only grows. What is unsynced is the
 * difference to the figure that the last sync began with. A writer adds after its write returned
 * and before it answers, so that whoever reads the sum and then syncs covers all that it counts.
 */
final class WrittenBytes {
    private static final int STRIPES = 8;
    private static final int STRIDE = 16;

    private final AtomicLongArray counts = new AtomicLongArray((STRIPES + 1) * STRIDE);

    /**
     * Adds bytes.
     *
     * @return whether it is time to look at the bounds, once every {@code UNSYNCED_LOOK_BYTES}
     */
    boolean add(int bytes) {
        int slot = ((int) (Thread.currentThread().threadId() % STRIPES) + 1) * STRIDE;
        long before = counts.getAndAdd(slot, bytes);
        return before / Limits.UNSYNCED_LOOK_BYTES != (before + bytes) / Limits.UNSYNCED_LOOK_BYTES;
    }

    /** All bytes whose writers came before. */
    long sum() {
        long sum = 0;
        for (int stripe = 1; stripe <= STRIPES; stripe++) {
            sum += counts.get(stripe * STRIDE);
        }
        return sum;
    }
}
