package io.stemma.server.metrics;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Latencies that one event loop counts and any thread reads: the buckets of an HdrHistogram of two
 * significant digits from 128 ns to 60 s, each octave of them made when the first value falls into
 * it. HdrHistogram's own recorder costs two locked instructions a value and two whole arrays; a
 * histogram proper is made when somebody looks.
 */
final class LatencyCounts {
    /** Longest latency told apart; longer ones count as this, nanoseconds. */
    static final long HIGHEST_NANOS = 60_000_000_000L;

    /** Values in one bucket of the lowest octave, nanoseconds. */
    private static final int UNIT_BITS = 7;

    private static final long LOWEST_NANOS = 1L << UNIT_BITS;
    private static final int DIGITS = 2;

    /** An octave has half as many buckets as two digits need values told apart. */
    private static final int ROW_BITS = 7;

    private static final int ROW = 1 << ROW_BITS;
    private static final int ROWS = index(HIGHEST_NANOS >>> UNIT_BITS) / ROW + 1;

    private static final int SUM = 0;
    private static final int COUNT = 1;

    private static final VarHandle ROW_AT = MethodHandles.arrayElementVarHandle(Counts[].class);

    private final AtomicInteger rowsLeft;
    private final Counts totals = new Counts(2);
    private final @Nullable Counts[] rows = new Counts[ROWS];
    private boolean closed;

    /**
     * Counts nothing yet.
     *
     * @param rowsLeft how many more rows there may be, shared with all others
     */
    LatencyCounts(AtomicInteger rowsLeft) {
        this.rowsLeft = rowsLeft;
    }

    /** An empty histogram into which {@link #addTo} adds. */
    static Histogram histogram() {
        return new Histogram(LOWEST_NANOS, HIGHEST_NANOS, DIGITS);
    }

    /** Counts one latency in nanoseconds. On the one thread that writes. */
    void record(long nanos) {
        long value = Math.clamp(nanos, 0, HIGHEST_NANOS);
        totals.add(SUM, value);
        totals.add(COUNT, 1);
        int index = index(value >>> UNIT_BITS);
        Counts row = rows[index >>> ROW_BITS];
        if (row == null) {
            row = newRow(index >>> ROW_BITS);
            if (row == null) {
                return;
            }
        }
        row.add(index & ROW - 1, 1);
    }

    private synchronized @Nullable Counts newRow(int number) {
        if (closed || rowsLeft.getAndUpdate(left -> Math.max(0, left - 1)) == 0) {
            return null;
        }
        Counts row = new Counts(ROW);
        ROW_AT.setRelease(rows, number, row);
        return row;
    }

    /** Gives the rows back; what was counted may still be read. Once; any thread. */
    synchronized void close() {
        closed = true;
        for (Counts row : rows) {
            if (row != null) {
                rowsLeft.getAndIncrement();
            }
        }
    }

    /** HdrHistogram's index: the lowest row has values of their own, each later one halves. */
    private static int index(long units) {
        int octave = Math.max(0, 64 - Long.numberOfLeadingZeros(units) - ROW_BITS - 1);
        return (octave << ROW_BITS) + (int) (units >>> octave);
    }

    private static long nanosAt(int index) {
        int octave = Math.max(0, (index >>> ROW_BITS) - 1);
        return (long) (index - (octave << ROW_BITS)) << octave << UNIT_BITS;
    }

    /** Adds what was counted to a histogram from {@link #histogram}. Any thread. */
    void addTo(Histogram histogram) {
        for (int number = 0; number < ROWS; number++) {
            Counts row = (Counts) ROW_AT.getAcquire(rows, number);
            for (int i = 0; row != null && i < ROW; i++) {
                long count = row.get(i);
                if (count > 0) {
                    histogram.recordValueWithCount(nanosAt(number * ROW + i), count);
                }
            }
        }
    }

    /** Latencies counted. Any thread. */
    long count() {
        return totals.get(COUNT);
    }

    /** All of them together, nanoseconds. Any thread. */
    long sumNanos() {
        return totals.get(SUM);
    }
}
