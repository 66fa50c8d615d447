package io.stemma.engine.layer;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * A chunk of two bits a block, 32 blocks a word. Readers take nothing; writers change word by word
 * with compare-and-set. A writer is counted while it changes, together with the blocks of each
 * state, so that a chunk which became uniform can be closed for writers and dropped in one step.
 */
final class DenseChunk implements PresenceChunk {
    static final int BYTES = BLOCKS / 4;
    static final int WORDS = BYTES / Long.BYTES;

    private static final int BLOCKS_PER_WORD_LOG2 = 5;
    private static final int BLOCKS_PER_WORD = 1 << BLOCKS_PER_WORD_LOG2;
    private static final long LOW_BITS = 0x5555_5555_5555_5555L;

    /** Writers inside in bits 0 to 23, blocks ZERO from bit 24 on, blocks DATA from bit 44 on. */
    private static final int ZERO_SHIFT = 24;

    private static final int DATA_SHIFT = 44;
    private static final int COUNT_MASK = (1 << 20) - 1;

    /** Stands for all counts once nobody may enter any more; no counts look like it. */
    private static final long CLOSED = -1;

    private static final int HEAP_BYTES = 24 + 16 + BYTES;

    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle COUNTS;

    static {
        try {
            COUNTS = MethodHandles.lookup().findVarHandle(DenseChunk.class, "counts", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final long[] words;
    private volatile long counts;

    private DenseChunk(long[] words) {
        this.words = words;
        long sum = 0;
        for (long word : words) {
            sum += countsOf(word);
        }
        counts = sum;
    }

    /** The chunk with the runs of a {@link RunChunk}. */
    DenseChunk(int[] runs) {
        this(wordsOf(runs));
    }

    private static long[] wordsOf(int[] runs) {
        long[] words = new long[WORDS];
        for (int i = 0; i < runs.length; i++) {
            int end = i + 1 < runs.length ? RunChunk.firstOf(runs[i + 1]) : BLOCKS;
            long value = pattern(RunChunk.stateOf(runs[i]));
            for (int block = RunChunk.firstOf(runs[i]); block < end; ) {
                int here = inWord(block, end);
                words[block >>> BLOCKS_PER_WORD_LOG2] |= value & mask(block, here);
                block += here;
            }
        }
        return words;
    }

    /**
     * The chunk with these words.
     *
     * @param words {@link #WORDS} of them, kept
     * @return null if one holds bits that are no state
     */
    static @Nullable DenseChunk ofWords(long[] words) {
        for (long word : words) {
            if ((word & word >>> 1 & LOW_BITS) != 0) {
                return null;
            }
        }
        return new DenseChunk(words);
    }

    /** A chunk of its own with the same states. */
    DenseChunk copy() {
        long[] copy = new long[WORDS];
        for (int i = 0; i < WORDS; i++) {
            copy[i] = word(i);
        }
        return new DenseChunk(copy);
    }

    long word(int index) {
        return (long) WORD.getVolatile(words, index);
    }

    @Override
    public BlockState get(int block) {
        return BlockState.ofBits((int) (word(block >>> BLOCKS_PER_WORD_LOG2) >>> shift(block)) & 3);
    }

    @Override
    public int run(int first, int limit) {
        // A writer may have changed the first block since its state was read.
        return Math.max(1, run(first, limit, get(first)));
    }

    @Override
    public int run(int first, int limit, BlockState state) {
        long expected = pattern(state);
        int done = 0;
        while (done < limit) {
            int block = first + done;
            int shift = shift(block);
            int inWord = BLOCKS_PER_WORD - (shift >>> 1);
            long differs = (word(block >>> BLOCKS_PER_WORD_LOG2) ^ expected) >>> shift;
            int equal = Math.min(inWord, Long.numberOfTrailingZeros(differs) >>> 1);
            done += equal;
            if (equal < inWord) {
                break;
            }
        }
        return Math.min(done, limit);
    }

    @Override
    public void walk(int first, int count, long base, RunJoiner joiner) {
        int end = first + count;
        int begin = first;
        BlockState state = get(first);
        int block = first;
        while (block < end) {
            int wordEnd = block + inWord(block, end);
            long word = word(block >>> BLOCKS_PER_WORD_LOG2);
            if (word == pattern(state)) {
                block = wordEnd;
                continue;
            }
            while (block < wordEnd) {
                long differs = (word ^ pattern(state)) >>> shift(block);
                block += Long.numberOfTrailingZeros(differs) >>> 1;
                if (block >= wordEnd) {
                    block = wordEnd;
                    break;
                }
                if (block > begin) {
                    joiner.add(base + begin, block - begin, state);
                    begin = block;
                }
                state = BlockState.ofBits((int) (word >>> shift(block)) & 3);
            }
        }
        joiner.add(base + begin, end - begin, state);
    }

    /**
     * Changes blocks.
     *
     * @param from which blocks of the range change; null if all do
     * @return false if the chunk was dropped meanwhile: look it up again
     */
    boolean set(int first, int count, @Nullable BlockState from, BlockState to) {
        if (!enter()) {
            return false;
        }
        long value = pattern(to);
        long change = 0;
        int end = first + count;
        for (int block = first; block < end; ) {
            int here = inWord(block, end);
            change += change(block >>> BLOCKS_PER_WORD_LOG2, mask(block, here), from, value);
            block += here;
        }
        COUNTS.getAndAdd(this, change - 1);
        return true;
    }

    private boolean enter() {
        while (true) {
            long now = counts;
            if (now == CLOSED) {
                return false;
            }
            if (COUNTS.compareAndSet(this, now, now + 1)) {
                return true;
            }
        }
    }

    private long change(int index, long mask, @Nullable BlockState from, long value) {
        while (true) {
            long before = word(index);
            long touched = from == null ? mask : mask & matching(before, from);
            long after = (before & ~touched) | (value & touched);
            if (before == after) {
                return 0;
            }
            if (WORD.compareAndSet(words, index, before, after)) {
                return countsOf(after) - countsOf(before);
            }
        }
    }

    /**
     * Shuts writers out for good if none is inside and all blocks have one state.
     *
     * @return the state, or null if the chunk stays open
     */
    @Nullable BlockState closeIfUniform() {
        long now = counts;
        BlockState everywhere = null;
        if (now == 0) {
            everywhere = BlockState.ABSENT;
        } else if (now == (long) BLOCKS << DATA_SHIFT) {
            everywhere = BlockState.DATA;
        } else if (now == (long) BLOCKS << ZERO_SHIFT) {
            everywhere = BlockState.ZERO;
        }
        return everywhere != null && COUNTS.compareAndSet(this, now, CLOSED) ? everywhere : null;
    }

    /**
     * The runs as a {@link RunChunk} holds them.
     *
     * @return null if they are more than {@code most}
     */
    int @Nullable [] runs(int most) {
        int[] runs = new int[Math.min(most, WORDS)];
        int length = 0;
        long expected = ~word(0);
        for (int i = 0; i < WORDS; i++) {
            long word = word(i);
            for (int shift = 0; ; ) {
                long differs = (word ^ expected) >>> shift;
                shift += Long.numberOfTrailingZeros(differs) & ~1;
                if (shift >= Long.SIZE) {
                    break;
                }
                if (length == most) {
                    return null;
                }
                if (length == runs.length) {
                    runs = Arrays.copyOf(runs, Math.min(most, 2 * length));
                }
                BlockState state = BlockState.ofBits((int) (word >>> shift) & 3);
                runs[length++] = RunChunk.pack(i * BLOCKS_PER_WORD + (shift >>> 1), state);
                expected = pattern(state);
            }
        }
        return Arrays.copyOf(runs, length);
    }

    @Override
    public int count(BlockState state) {
        long now = counts;
        if (now == CLOSED) {
            return get(0) == state ? BLOCKS : 0;
        }
        int data = (int) (now >>> DATA_SHIFT) & COUNT_MASK;
        int zero = (int) (now >>> ZERO_SHIFT) & COUNT_MASK;
        return switch (state) {
            case DATA -> data;
            case ZERO -> zero;
            case ABSENT -> BLOCKS - data - zero;
        };
    }

    @Override
    public long memoryBytes() {
        return HEAP_BYTES;
    }

    private static int shift(int block) {
        return (block & (BLOCKS_PER_WORD - 1)) << 1;
    }

    private static int inWord(int block, int end) {
        return Math.min(end - block, BLOCKS_PER_WORD - (block & (BLOCKS_PER_WORD - 1)));
    }

    private static long mask(int block, int count) {
        return (count == BLOCKS_PER_WORD ? -1L : (1L << (2 * count)) - 1) << shift(block);
    }

    private static long pattern(BlockState state) {
        return LOW_BITS * state.bits();
    }

    /** Both bits of each block of the word that has the state. */
    private static long matching(long word, BlockState state) {
        long differs = word ^ pattern(state);
        long equal = ~(differs | differs >>> 1) & LOW_BITS;
        return equal | equal << 1;
    }

    private static long countsOf(long word) {
        return ((long) Long.bitCount(word & LOW_BITS) << DATA_SHIFT)
                + ((long) Long.bitCount(word & ~LOW_BITS) << ZERO_SHIFT);
    }
}
