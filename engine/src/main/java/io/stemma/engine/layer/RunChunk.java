package io.stemma.engine.layer;

import io.stemma.engine.runtime.Invariant;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * A chunk as a sorted list of runs. It never changes: each change makes another list, so that maps
 * may share one and readers always see the states of one moment. The first run begins at block 0,
 * each ends where the next begins, the last at the end of the chunk, and neighbours differ.
 */
final class RunChunk implements PresenceChunk {
    /**
     * Runs of the longest list; a chunk that needs more is dense. At this length a list is an
     * eighth of a dense chunk, and copying it for a change still costs less than the write to a
     * file that the change is told of.
     */
    static final int RUNS_MAX = 1024;

    private static final RunChunk[] UNIFORM = {
        new RunChunk(new int[] {BlockState.ABSENT.bits()}),
        new RunChunk(new int[] {BlockState.DATA.bits()}),
        new RunChunk(new int[] {BlockState.ZERO.bits()})
    };

    private static final int STATE_BITS = 0b11;
    private static final int HEAP_BYTES = 16 + 16;

    /** First block of each run, shifted left by two, and the state of its blocks. */
    private final int[] runs;

    private RunChunk(int[] runs) {
        this.runs = runs;
    }

    /** The one chunk of which every block has the state. */
    static RunChunk uniform(BlockState state) {
        return UNIFORM[state.bits()];
    }

    /**
     * The chunk that has these runs: dense if they are many.
     *
     * @param runs first block shifted left by two, and state, as this class holds them; kept
     */
    static PresenceChunk of(int[] runs) {
        Invariant.check(runs.length > 0 && runs[0] <= STATE_BITS, "runs begin at block 0");
        if (runs.length == 1) {
            return UNIFORM[runs[0]];
        }
        return runs.length > RUNS_MAX ? new DenseChunk(runs) : new RunChunk(runs);
    }

    static int pack(int block, BlockState state) {
        return block << 2 | state.bits();
    }

    static int firstOf(int run) {
        return run >>> 2;
    }

    static BlockState stateOf(int run) {
        return BlockState.ofBits(run & STATE_BITS);
    }

    boolean isUniform() {
        return runs.length == 1;
    }

    /** The runs, for reading only. */
    int[] runs() {
        return runs;
    }

    @Override
    public BlockState get(int block) {
        return stateOf(runs[indexOf(block)]);
    }

    /** Which run holds a block. */
    private int indexOf(int block) {
        int wanted = block << 2 | STATE_BITS;
        int low = 0;
        int length = runs.length;
        while (length > 1) {
            int half = length >>> 1;
            low = runs[low + half] <= wanted ? low + half : low;
            length -= half;
        }
        return low;
    }

    private int endOf(int index) {
        return index + 1 < runs.length ? firstOf(runs[index + 1]) : BLOCKS;
    }

    @Override
    public int run(int first, int limit) {
        return Math.min(limit, endOf(indexOf(first)) - first);
    }

    @Override
    public int run(int first, int limit, BlockState state) {
        int index = indexOf(first);
        return stateOf(runs[index]) == state ? Math.min(limit, endOf(index) - first) : 0;
    }

    @Override
    public void walk(int first, int count, long base, RunJoiner joiner) {
        int end = first + count;
        int block = first;
        for (int i = indexOf(first); block < end; i++) {
            int next = Math.min(end, endOf(i));
            joiner.add(base + block, next - block, stateOf(runs[i]));
            block = next;
        }
    }

    @Override
    public int count(BlockState state) {
        int count = 0;
        for (int i = 0; i < runs.length; i++) {
            if (stateOf(runs[i]) == state) {
                count += endOf(i) - firstOf(runs[i]);
            }
        }
        return count;
    }

    @Override
    public long memoryBytes() {
        return isUniform() ? 0 : HEAP_BYTES + ((4L * runs.length + 7) & ~7L);
    }

    /**
     * The chunk after a change.
     *
     * @param from which blocks of the range change; null if all do
     * @return this one if nothing changes
     */
    PresenceChunk with(int first, int count, @Nullable BlockState from, BlockState to) {
        return from == null ? with(first, count, to) : withWhere(first, count, from, to);
    }

    private PresenceChunk with(int first, int count, BlockState state) {
        int end = first + count;
        int from = indexOf(first);
        int fromEnd = endOf(from);
        if (end <= fromEnd && stateOf(runs[from]) == state) {
            return this;
        }
        boolean extending = end < fromEnd && from > 0 && runs[from] >>> 2 == first;
        if (extending && (runs[from - 1] & STATE_BITS) == state.bits()) {
            return withBorder(from, end);
        }
        int kept = firstOf(runs[from]) < first ? from + 1 : from;
        boolean begins = kept == 0 || stateOf(runs[kept - 1]) != state;
        int last = end < BLOCKS ? indexOf(end) : runs.length - 1;
        boolean resumes = end < BLOCKS && stateOf(runs[last]) != state;
        int tail = runs.length - last - 1;
        int[] after = new int[kept + (begins ? 1 : 0) + (resumes ? 1 : 0) + tail];
        System.arraycopy(runs, 0, after, 0, kept);
        int at = kept;
        if (begins) {
            after[at++] = pack(first, state);
        }
        if (resumes) {
            after[at++] = pack(end, stateOf(runs[last]));
        }
        System.arraycopy(runs, last + 1, after, at, tail);
        return of(after);
    }

    /** A run grows at the cost of the next one: how files are filled from front to back. */
    private RunChunk withBorder(int index, int first) {
        int border = pack(first, stateOf(runs[index]));
        if (runs.length == 2) {
            // The usual case, and copying two numbers is dearer than naming them.
            return new RunChunk(new int[] {runs[0], border});
        }
        int[] after = runs.clone();
        after[index] = border;
        return new RunChunk(after);
    }

    private PresenceChunk withWhere(int first, int count, BlockState from, BlockState to) {
        int end = first + count;
        // Cut at both ends of the range, a list has two runs more; joining only makes it shorter.
        int[] after = new int[runs.length + 2];
        int length = 0;
        boolean changed = false;
        for (int i = 0; i < runs.length; i++) {
            BlockState state = stateOf(runs[i]);
            int begin = firstOf(runs[i]);
            int changeFirst = Math.max(begin, first);
            int changeEnd = Math.min(endOf(i), end);
            if (state != from || changeFirst >= changeEnd) {
                length = append(after, length, begin, state);
                continue;
            }
            changed = true;
            if (begin < changeFirst) {
                length = append(after, length, begin, state);
            }
            length = append(after, length, changeFirst, to);
            if (changeEnd < endOf(i)) {
                length = append(after, length, changeEnd, state);
            }
        }
        return changed && from != to ? of(Arrays.copyOf(after, length)) : this;
    }

    private static int append(int[] list, int length, int first, BlockState state) {
        if (length > 0 && stateOf(list[length - 1]) == state) {
            return length;
        }
        list[length] = pack(first, state);
        return length + 1;
    }
}
