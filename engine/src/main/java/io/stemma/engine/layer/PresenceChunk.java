package io.stemma.engine.layer;

import io.stemma.engine.runtime.Invariant;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The states of {@link #BLOCKS} neighbouring blocks, two bits each, 32 blocks a word. Readers take
 * nothing; writers change word by word with compare-and-set. A writer is counted while it changes,
 * so that a chunk which became uniform can be closed for writers, checked, and dropped.
 */
final class PresenceChunk {
    static final int BLOCKS_LOG2 = 17;
    static final int BLOCKS = 1 << BLOCKS_LOG2;

    private static final int BLOCKS_PER_WORD_LOG2 = 5;
    private static final int BLOCKS_PER_WORD = 1 << BLOCKS_PER_WORD_LOG2;
    private static final int WORDS = BLOCKS / BLOCKS_PER_WORD;
    private static final long LOW_BITS = 0x5555_5555_5555_5555L;
    private static final int CLOSED = Integer.MIN_VALUE;

    private final AtomicLongArray words = new AtomicLongArray(WORDS);
    private final AtomicInteger writers = new AtomicInteger();

    /** Blocks in state DATA in the upper half, in state ZERO in the lower one. */
    private final AtomicLong counts = new AtomicLong();

    PresenceChunk(BlockState everywhere) {
        long word = pattern(everywhere);
        if (word != 0) {
            for (int i = 0; i < WORDS; i++) {
                words.setPlain(i, word);
            }
            counts.setPlain(packedCounts(word) * WORDS);
        }
    }

    BlockState get(int block) {
        return BlockState.ofBits(
                (int) (words.get(block >>> BLOCKS_PER_WORD_LOG2) >>> shift(block)) & 0b11);
    }

    /** Blocks from {@code first} on, at most {@code limit}, that have the state. */
    int run(int first, int limit, BlockState state) {
        long expected = pattern(state);
        int done = 0;
        while (done < limit) {
            int block = first + done;
            int shift = shift(block);
            int inWord = BLOCKS_PER_WORD - (shift >>> 1);
            long differs = (words.get(block >>> BLOCKS_PER_WORD_LOG2) ^ expected) >>> shift;
            int equal = Math.min(inWord, Long.numberOfTrailingZeros(differs) >>> 1);
            done += equal;
            if (equal < inWord) {
                break;
            }
        }
        return Math.min(done, limit);
    }

    /** Changes blocks. False if the chunk was dropped meanwhile: look it up again. */
    boolean set(int first, int count, BlockState state) {
        if (!enter()) {
            return false;
        }
        long value = pattern(state);
        int done = 0;
        while (done < count) {
            int block = first + done;
            int shift = shift(block);
            int here = Math.min(count - done, BLOCKS_PER_WORD - (shift >>> 1));
            long mask = (here == BLOCKS_PER_WORD ? -1L : (1L << (2 * here)) - 1) << shift;
            change(block >>> BLOCKS_PER_WORD_LOG2, mask, value);
            done += here;
        }
        writers.decrementAndGet();
        return true;
    }

    private void change(int word, long mask, long value) {
        while (true) {
            long before = words.get(word);
            long after = (before & ~mask) | (value & mask);
            if (before == after) {
                return;
            }
            if (words.compareAndSet(word, before, after)) {
                counts.addAndGet(packedCounts(after) - packedCounts(before));
                return;
            }
        }
    }

    private boolean enter() {
        while (true) {
            int now = writers.get();
            if (now == CLOSED) {
                return false;
            }
            if (writers.compareAndSet(now, now + 1)) {
                return true;
            }
        }
    }

    /** The one state of all blocks as it looks without stopping writers, or null if they differ. */
    @Nullable BlockState looksUniform() {
        long now = counts.get();
        if (now == 0) {
            return BlockState.ABSENT;
        }
        if (now == (long) BLOCKS << 32) {
            return BlockState.DATA;
        }
        return now == BLOCKS ? BlockState.ZERO : null;
    }

    /** Shuts writers out for good if none is inside and all blocks have the state. */
    boolean closeIfUniform(BlockState state) {
        if (!writers.compareAndSet(0, CLOSED)) {
            return false;
        }
        if (looksUniform() == state) {
            return true;
        }
        boolean reopened = writers.compareAndSet(CLOSED, 0);
        Invariant.check(reopened, "nobody enters a closed chunk");
        return false;
    }

    private static int shift(int block) {
        return (block & (BLOCKS_PER_WORD - 1)) << 1;
    }

    private static long pattern(BlockState state) {
        return LOW_BITS * state.bits();
    }

    private static long packedCounts(long word) {
        return ((long) Long.bitCount(word & LOW_BITS) << 32) + Long.bitCount(word & ~LOW_BITS);
    }
}
