package io.stemma.engine.block;

import io.stemma.engine.runtime.Invariant;

/**
 * Consecutive logical blocks.
 *
 * @param firstBlock logical block address of the first block, 0 or more
 * @param blockCount number of blocks, 0 or more
 */
public record BlockRange(long firstBlock, long blockCount) {
    public BlockRange {
        Invariant.check(firstBlock >= 0, "a range starts at block 0 or later");
        Invariant.check(blockCount >= 0, "a range has no negative length");
        Invariant.check(firstBlock + blockCount >= firstBlock, "a range ends below 2^63");
    }

    /** The first block behind the range. */
    public long endBlock() {
        return firstBlock + blockCount;
    }

    /** Whether the two ranges share a block. */
    public boolean overlaps(BlockRange other) {
        return firstBlock < other.endBlock() && other.firstBlock < endBlock();
    }
}
