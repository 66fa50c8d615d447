package io.stemma.engine.volume;

import io.stemma.engine.layer.BlockLocks;
import io.stemma.engine.layer.BlockState;
import io.stemma.engine.layer.Layer;
import io.stemma.engine.runtime.Limits;

import java.io.IOException;

/**
 * Writes of one volume. Data over data goes into the page cache in place, on the caller's thread,
 * with no lock. A first write takes the locks of its layer blocks, fills the blocks it covers in
 * part, publishes its record once the payload is in the page cache, and changes the map and lets go
 * of the locks when the record is written too: nobody can be answered for an overwrite of blocks
 * whose record a killed process could lose.
 */
final class WritePath {
    private final FileVolume volume;
    private final boolean recordsFirst;
    private final boolean fillsNothing;

    WritePath(FileVolume volume) {
        this.volume = volume;
        recordsFirst = volume.pool().makes(Plant.RECORD_BEFORE_DATA);
        fillsNothing = volume.pool().makes(Plant.PART_WRITE_INTO_ABSENT_BLOCK);
    }

    /** A write has passed all stops. Any thread. */
    void begin(Operation operation) {
        if (operation.durable) {
            operation.onSync(WritePath::writeDurable);
        } else if (volume.admission().has(Admission.AWAY) && volume.guard().away()) {
            operation.onIo(WritePath::writeCached);
        } else if (operation.layer().holds(operation.offset, operation.length)) {
            long began = volume.guard().nanos();
            overwrite(operation);
            volume.guard().inlineWriteEnded(began);
        } else if (operation.layer().below() != null && operation.cutsBlocks()) {
            // What fills them up may have to be read from the disk.
            operation.onIo(WritePath::writeCached);
        } else if (volume.tryLockBlocks(
                operation, operation.firstBlock(), operation.blockCount())) {
            long began = volume.guard().nanos();
            writeFirst(operation);
            volume.guard().inlineWriteEnded(began);
        } else {
            operation.onIo(WritePath::writeCached);
        }
    }

    /** Step of an I/O thread. */
    private static void writeCached(Operation operation) {
        WritePath path = operation.volume().writes();
        WriteGuard guard = path.volume.guard();
        boolean held = operation.layer().holds(operation.offset, operation.length);
        // Told to wait for blocks, it may run elsewhere by now.
        if (!held && !path.locked(operation)) {
            return;
        }
        long began = guard.poolWriteBegins();
        try {
            if (held) {
                path.overwrite(operation);
            } else {
                path.writeFirst(operation);
            }
        } finally {
            guard.poolWriteEnded(began);
        }
    }

    private boolean locked(Operation operation) {
        return volume.lockBlocks(operation, operation.firstBlock(), operation.blockCount())
                == BlockLocks.Outcome.HELD;
    }

    private void overwrite(Operation operation) {
        int length = (int) operation.length;
        try {
            operation.layer().write(operation.offset, operation.request().address(), length, false);
        } catch (IOException failed) {
            failed(operation, failed);
            return;
        }
        volume.unsynced().add(length);
        volume.finish(operation, null);
    }

    /**
     * Whether there is room for the blocks that a write makes; it is refused where there is not.
     */
    boolean admitted(Operation operation) {
        if (operation.layer().holds(operation.offset, operation.length)
                || volume.pool()
                        .space()
                        .admits(operation.blockCount() * Limits.LAYER_BLOCK_BYTES)) {
            return true;
        }
        volume.finish(operation, volume.pool().space().refusal("write"));
        return false;
    }

    private void writeFirst(Operation operation) {
        if (!admitted(operation) || !(recordsFirst || writtenWhole(operation, false))) {
            return;
        }
        volume.unsynced().add((int) operation.length);
        publish(operation, false);
    }

    /**
     * Step of a sync thread. What is durable must not stand on something that is not: a block whose
     * state has no barrier is written whole and gets a durable record. A part of such a block
     * cannot be, since nobody knows whether its other sectors were synced: then a flush follows.
     */
    private static void writeDurable(Operation operation) {
        operation.volume().writes().durable(operation);
    }

    private void durable(Operation operation) {
        if (!locked(operation)) {
            return;
        }
        long first = operation.firstBlock();
        long count = operation.blockCount();
        boolean held = operation.layer().holds(operation.offset, operation.length);
        if (held && !volume.unbarriered().touches(first, count)) {
            if (writtenWhole(operation, true)) {
                volume.finish(operation, null);
            }
        } else if (standsOnUnsynced(operation)) {
            operation.thenFlush = true;
            writeFirst(operation);
        } else if (admitted(operation) && writtenWhole(operation, true)) {
            publish(operation, true);
        }
    }

    /** Whether an edge of its range cuts a block whose rest may be unsynced data. */
    boolean standsOnUnsynced(Operation operation) {
        return standsOnUnsynced(operation.layer(), operation.offset)
                || standsOnUnsynced(operation.layer(), operation.offset + operation.length);
    }

    private boolean standsOnUnsynced(Layer layer, long edge) {
        if (edge % Limits.LAYER_BLOCK_BYTES == 0) {
            return false;
        }
        long block = Layer.blockOf(edge);
        return layer.presence().get(block) == BlockState.DATA
                && volume.unbarriered().touches(block, 1);
    }

    /**
     * Writes, in two steps if it is to be durable: what the first says is about space or place and
     * harms nobody; whatever the second says, a full pool below included, may be the one report of
     * pages that are lost.
     */
    private boolean writtenWhole(Operation operation, boolean durable) {
        long address = operation.request().address();
        int length = (int) operation.length;
        try {
            if (fillsNothing) {
                operation.layer().write(operation.offset, address, length, false);
            } else {
                operation.layer().writeWhole(operation.offset, address, length, false);
            }
        } catch (IOException failed) {
            failed(operation, failed);
            return false;
        }
        if (!durable) {
            return true;
        }
        try {
            operation.layer().writeWhole(operation.offset, address, length, true);
            return true;
        } catch (IOException failed) {
            volume.finish(operation, volume.standing().syncFailed(failed));
            return false;
        }
    }

    private void publish(Operation operation, boolean durable) {
        operation.recordDurable = durable;
        volume.pool()
                .journal()
                .publish(
                        operation.record.prepare(
                                volume.key(),
                                operation.layer().key(),
                                operation.firstBlock(),
                                operation.blockCount(),
                                BlockState.DATA,
                                durable));
    }

    /** The record of a first write is where its promise wants it. */
    void recorded(Operation operation) {
        if (recordsFirst && !operation.recordDurable && !writtenWhole(operation, false)) {
            return;
        }
        long first = operation.firstBlock();
        long count = operation.blockCount();
        operation.layer().presence().set(first, count, BlockState.DATA);
        volume.flushes().recorded();
        if (!operation.recordDurable) {
            volume.unbarriered().mark(first, count);
            volume.flushes().newlyPresent(count * Limits.LAYER_BLOCK_BYTES);
        }
        volume.unlockBlocks(operation);
        volume.done(operation);
    }

    /** A write failed: part of it may be in the page cache all the same, and counts as unsynced. */
    private void failed(Operation operation, IOException failed) {
        volume.unsynced().add((int) operation.length);
        long block = operation.request().firstBlock();
        volume.finish(operation, volume.standing().ioFailed(failed, "write", block, 0));
    }
}
