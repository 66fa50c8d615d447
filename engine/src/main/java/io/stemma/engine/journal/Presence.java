package io.stemma.engine.journal;

import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.layer.BlockState;
import io.stemma.engine.runtime.Invariant;

import org.jspecify.annotations.Nullable;

/**
 * "These blocks of this layer are now in this state": one presence record on its way to the
 * journal. Reusable once {@link #written} ran. The payload must have been written before it is
 * published, and be durable if it is flagged so.
 */
public abstract non-sealed class Presence extends Submission {
    private int volumeKey;
    private int layerKey;
    private long firstBlock;
    private long blockCount;
    private BlockState state = BlockState.ABSENT;
    private boolean durable;

    /**
     * Says what is to be recorded.
     *
     * @param newVolumeKey the volume
     * @param newLayerKey its head, or the one that it had before a cut under way
     * @param newFirstBlock first block, in blocks of {@code Limits.LAYER_BLOCK_BYTES}
     * @param newBlockCount blocks, 1 or more
     * @param newState the state from now on
     * @param newDurable true if the payload is durable already and {@link #written} is to wait
     *     until the record is
     */
    public final Presence prepare(
            int newVolumeKey,
            int newLayerKey,
            long newFirstBlock,
            long newBlockCount,
            BlockState newState,
            boolean newDurable) {
        Invariant.check(newFirstBlock >= 0 && newBlockCount > 0, "a presence record names blocks");
        volumeKey = newVolumeKey;
        layerKey = newLayerKey;
        firstBlock = newFirstBlock;
        blockCount = newBlockCount;
        state = newState;
        durable = newDurable;
        return this;
    }

    final int volumeKey() {
        return volumeKey;
    }

    final int layerKey() {
        return layerKey;
    }

    final long firstBlock() {
        return firstBlock;
    }

    final long blockCount() {
        return blockCount;
    }

    final boolean durable() {
        return durable;
    }

    final int flags() {
        return RecordFrame.flags(state, durable);
    }

    @Override
    final void end(@Nullable DeviceFault fault) {
        written(fault);
    }

    /**
     * The record and all before it are in the page cache, or durable where that was asked. Runs
     * once for each publication, on any thread, perhaps before {@code publish} returns. Must not
     * block and must not commit; it may publish.
     *
     * @param fault null if it was done
     */
    protected abstract void written(@Nullable DeviceFault fault);
}
