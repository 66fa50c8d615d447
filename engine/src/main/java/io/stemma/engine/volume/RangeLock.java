package io.stemma.engine.volume;

import io.stemma.engine.block.BlockRange;

/**
 * An exclusive hold on blocks of a volume, for COMPARE AND WRITE, copies and their like. While one
 * is granted, plain reads and writes that overlap wait; while none is asked for, they pay one
 * volatile read. The holder issues its own requests with {@link Volume#submitHolding}.
 */
public abstract class RangeLock {
    private final BlockRange range;

    protected RangeLock(BlockRange range) {
        this.range = range;
    }

    /** The blocks held. */
    public final BlockRange range() {
        return range;
    }

    /**
     * Runs once when the blocks are held, on any thread, perhaps before the call that asked
     * returns. What it throws is logged and reaches nobody.
     */
    protected abstract void granted();
}
