package io.stemma.engine.volume;

import io.stemma.engine.layer.BlockState;
import io.stemma.engine.layer.Layer;
import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Copies blocks from one layer into another, at most so many a call. Into a head it copies under
 * the locks of the blocks, only what is absent there, and stops early where a block is locked.
 */
final class BlockCopier {
    private static final int BLOCK = Limits.LAYER_BLOCK_BYTES;

    private final @Nullable FileVolume host;
    private final Operation locker = new Operation();
    private final AtomicLong copiedBytes = new AtomicLong();
    private boolean copied;

    /** Copies into frozen layers, or into the head of a volume. */
    BlockCopier(@Nullable FileVolume host) {
        this.host = host;
    }

    long copiedBytes() {
        return copiedBytes.get();
    }

    /** Whether something was copied since this was last asked. */
    boolean takeCopied() {
        boolean was = copied;
        copied = false;
        return was;
    }

    /**
     * Copies what the source holds as data. Into the child of the source only what that does not
     * hold.
     *
     * @return the block up to which all is done
     */
    long copy(Layer source, Layer receiver, long first, long end) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            long memory = arena.allocate(Limits.MERGE_PIECE_BLOCKS * BLOCK, BLOCK).address();
            int budget = Limits.MERGE_BLOCKS_MAX;
            long block = first;
            while (block < end && budget > 0) {
                BlockState state = source.presence().get(block);
                long run = Math.max(1, source.presence().run(block, end - block, state));
                if (state == BlockState.DATA) {
                    int piece = (int) Math.min(run, Math.min(budget, Limits.MERGE_PIECE_BLOCKS));
                    int copied = piece(source, receiver, block, piece, memory);
                    if (copied < 0) {
                        return block;
                    }
                    budget -= copied;
                    block += piece;
                } else {
                    block += run;
                }
            }
            return block;
        }
    }

    /** Copies a few blocks; how many, or less than none if they are locked. */
    private int piece(Layer source, Layer receiver, long first, int count, long memory)
            throws IOException {
        FileVolume volume = host;
        if (volume == null) {
            return unlocked(source, receiver, first, count, memory);
        }
        if (!volume.tryLockBlocks(locker, first, count)) {
            return -1;
        }
        try {
            return unlocked(source, receiver, first, count, memory);
        } finally {
            volume.unlockBlocks(locker);
        }
    }

    private int unlocked(Layer source, Layer receiver, long first, int count, long memory)
            throws IOException {
        Layer.Below below = receiver.below();
        boolean up = below != null && below.parent() == source;
        int done = 0;
        long end = first + count;
        for (long block = first; block < end; ) {
            int run = (int) (end - block);
            if (up) {
                BlockState there = receiver.presence().get(block);
                run = (int) Math.max(1, receiver.presence().run(block, end - block, there));
                if (there != BlockState.ABSENT) {
                    block += run;
                    continue;
                }
            }
            source.file().read(block * BLOCK, memory, run * BLOCK);
            receiver.write(block * BLOCK, memory, run * BLOCK, false);
            done += run;
            block += run;
        }
        copiedBytes.addAndGet((long) done * BLOCK);
        copied |= done > 0;
        return done;
    }
}
