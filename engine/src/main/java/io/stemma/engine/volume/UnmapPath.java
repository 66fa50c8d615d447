package io.stemma.engine.volume;

import io.stemma.engine.layer.BlockLocks;
import io.stemma.engine.layer.BlockState;
import io.stemma.engine.layer.Layer;
import io.stemma.engine.layer.PresenceMap;
import io.stemma.engine.runtime.Limits;

import java.io.IOException;

/**
 * UNMAP and WRITE_ZEROES of one volume. Whole layer blocks become absent by a record; their space
 * comes back later, see {@link PunchQueue}. Parts of blocks at the edges are written with zeroes
 * where the layer holds data. Long ranges go piece by piece, each on its own turn of an I/O thread.
 */
final class UnmapPath {
    private static final int BLOCK = Limits.LAYER_BLOCK_BYTES;

    private final FileVolume volume;
    private final Layer layer;
    private final PresenceMap presence;

    UnmapPath(FileVolume volume) {
        this.volume = volume;
        this.layer = volume.layer();
        this.presence = layer.presence();
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
        } else if (operation.progressEnd - operation.progress > Limits.INLINE_UNMAP_BLOCKS_MAX) {
            operation.onIo(UnmapPath::rest);
        } else {
            inline(operation);
        }
    }

    private void inline(Operation operation) {
        long count = operation.progressEnd - operation.progress;
        if (presence.all(operation.progress, count, BlockState.ABSENT)) {
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
            operation.progress = operation.progressEnd;
            return zeroed;
        }
        return zeroEdge(operation, operation.offset, operation.progress * BLOCK)
                && zeroEdge(operation, operation.progressEnd * BLOCK, end);
    }

    /** Zeroes a part of a block, in two steps as {@link WritePath}; false if the request ended. */
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
        if (presence.get(block) != BlockState.DATA) {
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

    private boolean zeroedDurably(Operation operation, long from, int length) {
        try {
            layer.writeZeroes(from, length, true);
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
                long piece = Math.min(left, Limits.UNMAP_PIECE_BLOCKS);
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
     * How many of the next blocks need nothing; a durable answer must not stand on a mere record.
     */
    private long absentAlready(Operation operation, long left) {
        if (presence.get(operation.progress) != BlockState.ABSENT) {
            return 0;
        }
        long run = presence.run(operation.progress, left);
        boolean enough =
                !operation.durable || !volume.unbarriered().touches(operation.progress, run);
        return enough ? run : 0;
    }

    private void publish(Operation operation) {
        operation.recordDurable = operation.durable;
        volume.pool()
                .journal()
                .publish(
                        operation.record.prepare(
                                volume.key(),
                                layer.key(),
                                operation.lockedFirst,
                                operation.lockedCount,
                                BlockState.ABSENT,
                                operation.durable));
    }

    /** The record of a piece is where its promise wants it. */
    void recorded(Operation operation) {
        long first = operation.lockedFirst;
        long count = operation.lockedCount;
        presence.set(first, count, BlockState.ABSENT);
        volume.flushes().recorded();
        if (!operation.recordDurable) {
            volume.unbarriered().mark(first, count);
        }
        volume.punches().add(first, count);
        operation.progress = first + count;
        volume.unlockBlocks(operation);
        if (operation.progress >= operation.progressEnd) {
            volume.done(operation);
        } else if (operation.durable) {
            operation.onSync(UnmapPath::rest);
        } else {
            operation.onIo(UnmapPath::rest);
        }
    }
}
