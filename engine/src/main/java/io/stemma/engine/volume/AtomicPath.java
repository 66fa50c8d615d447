package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.journal.Intents;
import io.stemma.engine.layer.BlockLocks;
import io.stemma.engine.layer.BlockState;
import io.stemma.engine.layer.Layer;
import io.stemma.engine.runtime.Limits;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Atomic writes of one volume, each in this order: the intent with all bytes is durable in the
 * journal; the bytes are written in place and made durable there; one record closes the intent and
 * makes new blocks data; the answer. A crash before the first leaves all blocks old, one behind it
 * finds the intent and writes all of it again. Nobody else changes the blocks meanwhile, since the
 * submitter holds them; so a replay never undoes a later write, and none of these needs a rule of
 * its own for flushes and FUA.
 *
 * <p>Steps block on the journal, on sync threads: at most so many intents are open as there are.
 */
final class AtomicPath {
    private final FileVolume volume;

    AtomicPath(FileVolume volume) {
        this.volume = volume;
    }

    /** An atomic write has passed all stops. Any thread. */
    void begin(Operation operation) {
        if (operation.holding) {
            operation.onSync(AtomicPath::write);
        } else {
            volume.finish(
                    operation,
                    volume.standing()
                            .fault(
                                    DeviceFault.Kind.OUT_OF_RANGE,
                                    "atomic write of a range not held"));
        }
    }

    private static void write(Operation operation) {
        FileVolume volume = operation.volume();
        BlockLocks.Outcome outcome =
                volume.lockBlocks(operation, operation.firstBlock(), operation.blockCount());
        if (outcome == BlockLocks.Outcome.HELD) {
            volume.atomics().locked(operation);
        }
    }

    private void locked(Operation operation) {
        if (!volume.writes().admitted(operation)) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment old = arena.allocate(operation.length, Long.BYTES);
            if (known(operation, old)) {
                intended(operation, old);
            }
        }
    }

    /** Reads what is there: a bad place is found before anything is changed. */
    private boolean known(Operation operation, MemorySegment old) {
        try {
            operation.layer().read(operation.offset, old.address(), (int) operation.length);
            return true;
        } catch (IOException failed) {
            refuse(operation, failed, "read before an atomic write");
            return false;
        }
    }

    private void intended(Operation operation, MemorySegment old) {
        MemorySegment payload =
                MemorySegment.ofAddress(operation.request().address())
                        .reinterpret(operation.length);
        long intent;
        try {
            intent =
                    volume.pool().journal().intents().open(volume.key(), operation.offset, payload);
        } catch (DeviceException failed) {
            notRecorded(operation, failed.fault());
            return;
        }
        if (placed(operation, intent, old) && durable(operation)) {
            close(operation, intent);
        }
    }

    private void notRecorded(Operation operation, DeviceFault fault) {
        if (fault.kind() == DeviceFault.Kind.OFFLINE) {
            volume.standing().journalFailed(fault);
        }
        volume.finish(operation, fault);
    }

    private boolean placed(Operation operation, long intent, MemorySegment old) {
        long address = operation.request().address();
        int length = (int) operation.length;
        try {
            operation.layer().writeWhole(operation.offset, address, length, false);
            return true;
        } catch (IOException failed) {
            volume.unsynced().add(length);
            takeBack(operation, intent, old, failed);
            return false;
        }
    }

    /**
     * Some of it may be in place, and some not. What was data becomes what it was, durably; what
     * was not still is not.
     */
    private void takeBack(Operation operation, long intent, MemorySegment old, IOException why) {
        try {
            long end = operation.offset + operation.length;
            for (long at = operation.offset; at < end; ) {
                long next = Math.min(end, (Layer.blockOf(at) + 1) * Limits.LAYER_BLOCK_BYTES);
                if (operation.layer().presence().get(Layer.blockOf(at)) == BlockState.DATA) {
                    long from = old.address() + (at - operation.offset);
                    operation.layer().write(at, from, (int) (next - at), true);
                }
                at = next;
            }
            int key = operation.layer().key();
            volume.pool().journal().intents().close(volume.key(), key, intent, 0, 0);
        } catch (IOException worse) {
            leaveOpen(operation, worse);
            return;
        }
        refuse(operation, why, "atomic write");
    }

    private void refuse(Operation operation, IOException failed, String act) {
        long block = operation.request().firstBlock();
        volume.finish(operation, volume.standing().ioFailed(failed, act, block, 0));
    }

    /** Only a replay can make all of it old or new again: nobody sees it until then. */
    private void leaveOpen(Operation operation, IOException failed) {
        volume.finish(operation, volume.standing().syncFailed(failed));
    }

    /**
     * The blocks are to be recorded as durable data, so what else is in them must be durable too.
     */
    private boolean durable(Operation operation) {
        try {
            if (volume.writes().standsOnUnsynced(operation)) {
                operation.layer().file().dataSync();
            } else {
                long address = operation.request().address();
                operation
                        .layer()
                        .writeWhole(operation.offset, address, (int) operation.length, true);
            }
            return true;
        } catch (IOException failed) {
            leaveOpen(operation, failed);
            return false;
        }
    }

    private void close(Operation operation, long intent) {
        long first = operation.firstBlock();
        long count = operation.blockCount();
        boolean recorded =
                !operation.layer().holds(operation.offset, operation.length)
                        || volume.unbarriered().touches(first, count);
        try {
            close(operation.layer(), intent, first, recorded ? count : 0);
        } catch (DeviceException failed) {
            leaveOpen(operation, failed);
            return;
        }
        volume.finish(operation, null);
    }

    private void close(Layer layer, long intent, long first, long count) throws DeviceException {
        volume.pool().journal().intents().close(volume.key(), layer.key(), intent, first, count);
        if (count > 0) {
            layer.presence().set(first, count, BlockState.DATA);
            volume.flushes().recorded();
        }
    }

    /**
     * Writes again what a run before left open. Control threads, while nobody else uses the volume.
     *
     * @throws IOException if that is impossible now; the intents stay open
     */
    void replay() throws IOException {
        for (Intents.Intent intent : volume.pool().journal().intents().of(volume.key())) {
            // A volume that is offline can be made smaller while an intent of it is open.
            long inside = Math.clamp(volume.sizeBytes() - intent.offset(), 0, intent.length());
            if (inside > 0) {
                replay(intent, (int) inside);
            } else {
                close(volume.layer(), intent.number(), 0, 0);
            }
        }
    }

    private void replay(Intents.Intent intent, int length) throws IOException {
        Layer layer = volume.layer();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(intent.length(), Long.BYTES);
            intent.copyTo(memory);
            layer.writeWhole(intent.offset(), memory.address(), length, false);
        }
        // All of the layer: the blocks' other sectors may be in the page cache only.
        layer.file().dataSync();
        long count = Layer.blocksTouched(intent.offset(), length);
        close(layer, intent.number(), Layer.blockOf(intent.offset()), count);
    }
}
