package io.stemma.engine.volume;

import io.stemma.engine.layer.BlockLocks;
import io.stemma.engine.layer.BlockState;
import io.stemma.engine.layer.Layer;
import io.stemma.engine.runtime.Limits;

import java.io.IOException;
import java.lang.foreign.Arena;

/**
 * UNMAP and WRITE_ZEROES of one volume. Whole layer blocks become absent by a record, or zero where
 * something below would show through; their space comes back later, see {@link PunchQueue}. Parts
 * of blocks at the edges are written with zeroes where there is data: in place, or as the first
 * write of a block that shows through. Long ranges go piece by piece, each on its own turn of an
 * I/O thread.
 */
final class UnmapPath {
    private static final int BLOCK = Limits.LAYER_BLOCK_BYTES;

    private final FileVolume volume;

    UnmapPath(FileVolume volume) {
        this.volume = volume;
    }

    /** An unmap or a write of zeroes has passed all stops. Any thread. */
    void begin(Operation operation) {
        long end = operation.offset + operation.length;
        operation.progress = Layer.blocksFor(operation.offset);
        // The last layer block of a volume may reach beyond its end; nothing lives there.
        operation.progressEnd =
                end == volume.sizeBytes() ? Layer.blocksFor(end) : Layer.blockOf(end);
        boolean edges =
                operation.offset % BLOCK != 0
                        || operation.progressEnd * BLOCK < end
                        || operation.progress > operation.progressEnd;
        if (operation.durable) {
            operation.onSync(UnmapPath::edgesThenRest);
        } else if (edges || (volume.admission().has(Admission.AWAY) && volume.guard().away())) {
            operation.onIo(UnmapPath::edgesThenRest);
        } else if (operation.layer().below() != null
                || operation.progressEnd - operation.progress > Limits.INLINE_UNMAP_BLOCKS_MAX) {
            // To look at what lies below is not for an event loop.
            operation.onIo(UnmapPath::rest);
        } else {
            inline(operation);
        }
    }

    private void inline(Operation operation) {
        long count = operation.progressEnd - operation.progress;
        if (operation.layer().presence().all(operation.progress, count, BlockState.ABSENT)) {
            volume.finish(operation, null);
        } else if (volume.tryLockBlocks(operation, operation.progress, count)) {
            publish(operation);
        } else {
            operation.onIo(UnmapPath::rest);
        }
    }

    private static void edgesThenRest(Operation operation) {
        if (operation.volume().unmaps().edgesZeroed(operation)) {
            // Not this step again after a wait for a block: the edges are done, and progress moves.
            operation.goOn(UnmapPath::rest);
        }
    }

    private boolean edgesZeroed(Operation operation) {
        long end = operation.offset + operation.length;
        if (operation.progress > operation.progressEnd) {
            boolean zeroed = zeroEdge(operation, operation.offset, end);
            if (zeroed) {
                operation.progress = operation.progressEnd;
            }
            return zeroed;
        }
        return zeroEdge(operation, operation.offset, operation.progress * BLOCK)
                && zeroEdge(operation, operation.progressEnd * BLOCK, end);
    }

    /**
     * Zeroes a part of a block, in two steps as {@link WritePath}; false if the request ended, or
     * if it comes back here once the block is the layer's own.
     */
    private boolean zeroEdge(Operation operation, long from, long to) {
        if (from >= to) {
            return true;
        }
        long block = Layer.blockOf(from);
        boolean durable = operation.durable;
        if (durable && volume.unbarriered().touches(block, 1)) {
            // Its state, or its other sectors, may not be durable.
            operation.thenFlush = true;
            durable = false;
        }
        Layer layer = operation.layer();
        BlockState state = layer.presence().get(block);
        if (state == BlockState.ABSENT && layer.covers(block, 1)) {
            takeEdge(operation, block, from, to);
            return false;
        }
        if (state != BlockState.DATA) {
            return true;
        }
        int length = (int) (to - from);
        if (!durable) {
            volume.unsynced().add(length);
        }
        try {
            layer.writeZeroes(from, length, false);
        } catch (IOException failed) {
            long first = operation.request().firstBlock();
            volume.finish(operation, volume.standing().ioFailed(failed, "write zeroes", first, 0));
            return false;
        }
        return !durable || zeroedDurably(operation, from, length);
    }

    /** A block of which a part is to be zero shows through: it becomes the layer's own first. */
    private void takeEdge(Operation operation, long block, long from, long to) {
        if (volume.lockBlocks(operation, block, 1) != BlockLocks.Outcome.HELD) {
            return;
        }
        operation.thenFlush |= operation.durable;
        try (Arena arena = Arena.ofConfined()) {
            int length = (int) (to - from);
            long zeroes = arena.allocate(length, Long.BYTES).address();
            operation.layer().writeWhole(from, zeroes, length, false);
        } catch (IOException failed) {
            long first = operation.request().firstBlock();
            volume.finish(operation, volume.standing().ioFailed(failed, "write zeroes", first, 0));
            return;
        }
        volume.unsynced().add(BLOCK);
        publish(operation, BlockState.DATA, false);
    }

    private boolean zeroedDurably(Operation operation, long from, int length) {
        try {
            operation.layer().writeZeroes(from, length, true);
            return true;
        } catch (IOException failed) {
            volume.finish(operation, volume.standing().syncFailed(failed));
            return false;
        }
    }

    /** Step of a thread that may wait: the next piece of whole blocks. */
    private static void rest(Operation operation) {
        operation.volume().unmaps().nextPiece(operation);
    }

    private void nextPiece(Operation operation) {
        while (operation.progress < operation.progressEnd) {
            long left = operation.progressEnd - operation.progress;
            long absent = absentAlready(operation, left);
            if (absent == 0) {
                long piece = piece(operation, Math.min(left, Limits.UNMAP_PIECE_BLOCKS));
                if (volume.lockBlocks(operation, operation.progress, piece)
                        == BlockLocks.Outcome.HELD) {
                    publish(operation);
                }
                return;
            }
            operation.progress += absent;
        }
        volume.done(operation);
    }

    /**
     * How many of the next blocks become absent or zero together. Where there is much that nothing
     * below shows through, it is not called zero because of what lies behind it.
     */
    private static long piece(Operation operation, long limit) {
        Layer layer = operation.layer();
        if (layer.below() == null) {
            return limit;
        }
        long free = layer.uncovered(operation.progress, limit);
        if (free >= Limits.UNMAP_APART_BLOCKS || free == limit) {
            return free;
        }
        return Math.min(limit, Limits.UNMAP_APART_BLOCKS);
    }

    /**
     * How many of the next blocks need nothing; a durable answer must not stand on a mere record.
     */
    private long absentAlready(Operation operation, long left) {
        Layer layer = operation.layer();
        BlockState state = layer.presence().get(operation.progress);
        if (state == BlockState.DATA) {
            return 0;
        }
        long run = layer.presence().run(operation.progress, left, state);
        if (run == 0 || (state == BlockState.ABSENT && layer.covers(operation.progress, run))) {
            return 0;
        }
        boolean enough =
                !operation.durable || !volume.unbarriered().touches(operation.progress, run);
        return enough ? run : 0;
    }

    private void publish(Operation operation) {
        long first = operation.lockedFirst;
        long count = operation.lockedCount;
        Layer layer = operation.layer();
        // That nothing shows through may stand on a record of the layer below that is void one day.
        boolean shows =
                layer.covers(first, count)
                        || (layer.below() != null && volume.unbarriered().touches(first, count));
        BlockState state = shows ? BlockState.ZERO : BlockState.ABSENT;
        publish(operation, state, operation.durable);
    }

    private void publish(Operation operation, BlockState state, boolean durable) {
        operation.recordDurable = durable;
        operation.recordState = state;
        volume.pool()
                .journal()
                .publish(
                        operation.record.prepare(
                                volume.key(),
                                operation.layer().key(),
                                operation.lockedFirst,
                                operation.lockedCount,
                                state,
                                durable));
    }

    /** The record of a piece is where its promise wants it. */
    void recorded(Operation operation) {
        long first = operation.lockedFirst;
        long count = operation.lockedCount;
        operation.layer().presence().set(first, count, operation.recordState);
        volume.flushes().recorded();
        if (!operation.recordDurable) {
            volume.unbarriered().mark(first, count);
        }
        if (operation.recordState == BlockState.DATA) {
            volume.flushes().newlyPresent(count * BLOCK);
            volume.unlockBlocks(operation);
            again(operation, UnmapPath::edgesThenRest);
            return;
        }
        volume.punches().add(first, count);
        operation.progress = first + count;
        volume.unlockBlocks(operation);
        if (operation.progress >= operation.progressEnd) {
            volume.done(operation);
        } else {
            again(operation, UnmapPath::rest);
        }
    }

    private static void again(Operation operation, Operation.Step step) {
        if (operation.durable) {
            operation.onSync(step);
        } else {
            operation.onIo(step);
        }
    }
}
