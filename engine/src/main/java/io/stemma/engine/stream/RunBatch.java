package io.stemma.engine.stream;

import io.stemma.engine.runtime.Limits;
import io.stemma.engine.volume.PointsInTime;

import java.util.Arrays;

/**
 * Some of the runs of a difference, from a block on. Whoever tells them holds what others wait for,
 * so they are kept and the rest is asked for again: memory is bounded, a long list costs a look at
 * the maps for each {@code Limits.STREAM_RUNS_MAX} of them.
 */
final class RunBatch implements PointsInTime.RunVisitor {
    private static final int INITIAL = 1024;

    private long[] firsts = new long[INITIAL];
    private long[] counts = new long[INITIAL];
    private int size;
    private boolean more;
    private long from;
    private long total;

    /** Forgets all, and passes over what lies before that block. */
    void startAt(long block) {
        size = 0;
        more = false;
        from = block;
        total = 0;
    }

    @Override
    public void run(long firstBlock, long blockCount, boolean mapped) {
        total += blockCount;
        long first = Math.max(firstBlock, from);
        long count = firstBlock + blockCount - first;
        if (count <= 0 || more) {
            return;
        }
        if (size == Limits.STREAM_RUNS_MAX) {
            more = true;
            return;
        }
        if (size == firsts.length) {
            firsts = Arrays.copyOf(firsts, 2 * size);
            counts = Arrays.copyOf(counts, 2 * size);
        }
        firsts[size] = first;
        counts[size] = mapped ? count : -count;
        size++;
    }

    int size() {
        return size;
    }

    long first(int index) {
        return firsts[index];
    }

    long count(int index) {
        return Math.abs(counts[index]);
    }

    boolean mapped(int index) {
        return counts[index] > 0;
    }

    /** Whether there are runs behind the last of these. */
    boolean more() {
        return more;
    }

    /** The block behind the last of these. */
    long end() {
        return size == 0 ? from : first(size - 1) + count(size - 1);
    }

    /** Blocks of all runs, also of those that are not among these. */
    long totalBlocks() {
        return total;
    }
}
