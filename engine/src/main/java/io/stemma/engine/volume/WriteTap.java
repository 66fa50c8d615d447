package io.stemma.engine.volume;

import io.stemma.engine.block.BlockRequest;
import io.stemma.engine.block.DeviceFault;

import org.jspecify.annotations.Nullable;

/**
 * Sees every change of a volume (WRITE, UNMAP, WRITE_ZEROES) after the gate and the range locks and
 * before the layer. Tracking, mirrors and preservation hang here. Any thread; must not block.
 */
public interface WriteTap {
    /**
     * A change is about to reach the layer.
     *
     * @param request the change; its memory stays valid until it completes
     * @param proceed to be run once, on any thread, if this returned false
     * @return true to go on at once, false if the tap will run {@code proceed}
     */
    boolean before(BlockRequest request, Runnable proceed);

    /**
     * Blocks are about to become something else though nobody writes them: the volume is reverted.
     * No request is under way; nobody is answered before this returned.
     *
     * @param firstBlock the first logical block that may differ
     * @param blockCount how many
     */
    default void replaced(long firstBlock, long blockCount) {}

    /** The change reached the layer (or failed); the host has not been answered yet. */
    void after(BlockRequest request, @Nullable DeviceFault fault);
}
