package io.stemma.engine.volume;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Which layer blocks may have a state that no barrier covers yet. It may say so of too many blocks
 * (it keeps a bit for each number modulo {@link #BITS}), never of too few.
 *
 * <p>A block is marked after its record got its number and before its lock is released; a flush
 * calls {@link #beginFlush} before it reads the number up to which it will be a barrier. So what is
 * marked in the set that a flush takes away has a number that the barrier covers.
 */
final class Unbarriered {
    private static final int BITS = 1 << 15;
    private static final int WORDS = BITS / Long.SIZE;

    private static final class Marks {
        private final AtomicLongArray words = new AtomicLongArray(WORDS);
        private volatile boolean any;

        void mark(long first, long count) {
            any = true;
            long left = Math.min(count, BITS);
            long block = first;
            while (left > 0) {
                int bit = (int) (block & (BITS - 1));
                int inWord = (int) Math.min(left, Long.SIZE - (bit & (Long.SIZE - 1)));
                long mask = (-1L >>> (Long.SIZE - inWord)) << bit;
                words.accumulateAndGet(bit / Long.SIZE, mask, (word, bits) -> word | bits);
                block += inWord;
                left -= inWord;
            }
        }

        boolean touches(long first, long count) {
            if (!any) {
                return false;
            }
            if (count >= BITS) {
                return true;
            }
            for (long block = first; block < first + count; block++) {
                int bit = (int) (block & (BITS - 1));
                if ((words.get(bit / Long.SIZE) >>> bit & 1) != 0) {
                    return true;
                }
            }
            return false;
        }

        void clear() {
            if (any) {
                any = false;
                for (int word = 0; word < WORDS; word++) {
                    words.set(word, 0);
                }
            }
        }
    }

    private volatile Marks recent = new Marks();
    private volatile Marks flushing = new Marks();
    private volatile boolean everything = true;

    /** Blocks got a state by a record that has a number but no barrier. */
    void mark(long first, long count) {
        recent.mark(first, count);
    }

    /** Whether a block of the range may have a state without barrier; its lock is held. */
    boolean touches(long first, long count) {
        // In this order, see beginFlush.
        return everything || recent.touches(first, count) || flushing.touches(first, count);
    }

    /** A flush begins: what is marked from now on is for the next one. */
    void beginFlush() {
        Marks empty = flushing;
        flushing = recent;
        recent = empty;
    }

    /** The flush made its barrier. */
    void endFlush() {
        flushing.clear();
        everything = false;
    }

    /** Nothing is known any more: after recovery. */
    void forgetAll() {
        everything = true;
    }
}
