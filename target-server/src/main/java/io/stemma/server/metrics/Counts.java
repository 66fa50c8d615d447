package io.stemma.server.metrics;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Counters that one event loop writes and any thread reads. A write is a plain store to memory that
 * no other loop writes; what a reader sees may be a moment old.
 */
final class Counts {
    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] cells;

    Counts(int size) {
        cells = new long[size];
    }

    /** On the one thread that writes. */
    void add(int index, long more) {
        CELL.setOpaque(cells, index, cells[index] + more);
    }

    /** Any thread. */
    long get(int index) {
        return (long) CELL.getOpaque(cells, index);
    }
}
