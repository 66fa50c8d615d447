package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.Geometry;
import io.stemma.engine.io.BlockFile;
import io.stemma.engine.journal.Presence;
import io.stemma.engine.journal.StructuralRecord.VolumeDeleted;
import io.stemma.engine.journal.StructuralRecord.VolumeRecovered;
import io.stemma.engine.journal.StructuralRecord.VolumeRenamed;
import io.stemma.engine.journal.StructuralRecord.VolumeResized;
import io.stemma.engine.journal.StructuralRecord.VolumeWriteCache;
import io.stemma.engine.layer.BlockState;
import io.stemma.engine.layer.Layer;
import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.foreign.Arena;

/**
 * Changes of one volume as a whole. Each is on record, durably, before anything that cannot be
 * undone and before the call returns. Control threads, one at a time: the backend sees to that.
 */
final class VolumeChanges {
    private VolumeChanges() {}

    static void rename(FileVolume volume, String name) throws DeviceException {
        volume.pool().journal().commit(new VolumeRenamed(volume.key(), name));
        VolumeDescription now = volume.description();
        volume.describe(described(now, name, now.geometry(), now.writeCache()));
    }

    /**
     * Without a cache from now on: first every write is durable, then what was before becomes so.
     */
    static void writeCache(FileVolume volume, boolean enabled) throws DeviceException {
        VolumeDescription now = volume.description();
        VolumeDescription next = described(now, now.name(), now.geometry(), enabled);
        if (enabled) {
            volume.pool().journal().commit(new VolumeWriteCache(volume.key(), true));
            volume.describe(next);
            return;
        }
        volume.describe(next);
        try {
            drain(volume);
            ControlFlush.run(volume);
            volume.pool().journal().commit(new VolumeWriteCache(volume.key(), false));
        } catch (DeviceException failed) {
            volume.describe(now);
            throw failed;
        }
    }

    /** The file grows first, since a record of blocks without a file must never be. */
    static void grow(FileVolume volume, Geometry larger) throws DeviceException {
        long oldBytes = volume.sizeBytes();
        if (tailShows(volume, oldBytes)) {
            closeGate(volume);
            try {
                takeTail(volume, oldBytes, true);
            } finally {
                volume.admission().openGate();
            }
        }
        long blocks = Layer.blocksFor(larger.sizeBytes());
        try {
            BlockFile file = volume.layer().file();
            if (blocks * Limits.LAYER_BLOCK_BYTES > file.size()) {
                file.resize(blocks * Limits.LAYER_BLOCK_BYTES);
            }
            zeroBehind(volume, oldBytes);
        } catch (IOException failed) {
            throw failed(volume, "grow to " + larger.sizeBytes() + " bytes", failed);
        }
        try {
            volume.layer().file().dataSync();
        } catch (IOException failed) {
            // What it lost may be the host's, and no later sync would tell.
            throw new DeviceException(volume.standing().syncFailed(failed));
        }
        if (cutsCovered(volume, oldBytes)) {
            // Were the record of the head's own block void, the one below would come to light.
            ControlFlush.run(volume);
        }
        volume.pool().journal().commit(new VolumeResized(volume.key(), larger.blockCount()));
        volume.layer().presence().resize(blocks);
        become(volume, larger);
    }

    /**
     * A shrink may have left old data in the last block, behind the end. It must not come back: not
     * even where the block is absent now, for that record may be void after a lost power.
     */
    private static void zeroBehind(FileVolume volume, long endBytes) throws IOException {
        int used = (int) (endBytes % Limits.LAYER_BLOCK_BYTES);
        if (used != 0) {
            volume.layer().writeZeroes(endBytes, Limits.LAYER_BLOCK_BYTES - used, false);
        }
    }

    /** Whether a block that the end of the volume cuts shows through from below. */
    private static boolean tailShows(FileVolume volume, long endBytes) {
        long block = Layer.blockOf(endBytes);
        return cutsCovered(volume, endBytes)
                && volume.layer().presence().get(block) == BlockState.ABSENT;
    }

    /** Whether it cuts a block that something below holds as well. */
    private static boolean cutsCovered(FileVolume volume, long endBytes) {
        return endBytes % Limits.LAYER_BLOCK_BYTES != 0
                && volume.layer().covers(Layer.blockOf(endBytes), 1);
    }

    /**
     * Makes such a block the head's own, or what a frozen layer has behind the end would come to
     * light when the volume grows. Nobody uses the volume meanwhile.
     *
     * @param zeroBehind whether it is to be zero behind the end
     */
    private static void takeTail(FileVolume volume, long endBytes, boolean zeroBehind)
            throws DeviceException {
        Layer head = volume.layer();
        int used = (int) (endBytes % Limits.LAYER_BLOCK_BYTES);
        try (Arena arena = Arena.ofConfined()) {
            int behind = Limits.LAYER_BLOCK_BYTES - used;
            long memory = arena.allocate(behind, 8).address();
            if (!zeroBehind) {
                head.read(endBytes, memory, behind);
            }
            head.writeWhole(endBytes, memory, behind, false);
        } catch (IOException failed) {
            throw failed(volume, "take over the last block", failed);
        }
        volume.unsynced().add(Limits.LAYER_BLOCK_BYTES);
        long block = Layer.blockOf(endBytes);
        Completion recorded = new Completion();
        Presence record =
                new Presence() {
                    @Override
                    protected void written(@Nullable DeviceFault fault) {
                        recorded.complete(fault);
                    }
                };
        volume.pool()
                .journal()
                .publish(
                        record.prepare(volume.key(), head.key(), block, 1, BlockState.DATA, false));
        recorded.await(volume.pool().threads());
        head.presence().set(block, 1, BlockState.DATA);
        volume.flushes().recorded();
        volume.unbarriered().mark(block, 1);
        ControlFlush.run(volume);
    }

    /** Holds all requests while blocks go; those that want them after that are out of range. */
    static void shrink(FileVolume volume, Geometry smaller) throws DeviceException {
        long blocks = Layer.blocksFor(smaller.sizeBytes());
        closeGate(volume);
        try {
            if (tailShows(volume, smaller.sizeBytes())) {
                // What lies behind the end is the volume's until the record says otherwise.
                takeTail(volume, smaller.sizeBytes(), false);
            }
            ControlFlush.run(volume);
            volume.pool().journal().commit(new VolumeResized(volume.key(), smaller.blockCount()));
            volume.punches().clear();
            Layer head = volume.layer();
            Layer.Below below = head.below();
            if (below != null && below.visibleBlocks() > blocks) {
                head.below(new Layer.Below(below.parent(), blocks));
            }
            head.presence().resize(blocks);
            become(volume, smaller);
            volume.layer().file().resize(blocks * Limits.LAYER_BLOCK_BYTES);
        } catch (DeviceException failed) {
            throw failed;
        } catch (IOException failed) {
            throw failed(volume, "give back what was cut off", failed);
        } finally {
            volume.admission().openGate();
        }
    }

    /** Requests under way end; later ones are told that the volume is gone. */
    static void delete(FileVolume volume) throws DeviceException {
        closeGate(volume);
        stopFlushes(volume);
        try {
            volume.pool().journal().commit(new VolumeDeleted(volume.key()));
            volume.admission().raise(Admission.DELETED);
        } finally {
            if (!volume.admission().has(Admission.DELETED)) {
                volume.flushes().resume();
            }
            volume.admission().openGate();
        }
        volume.admission().ranges().refuseWaiting();
        volume.listeners().deleted();
        drain(volume);
        letGo(volume);
        volume.pool().layers().dropGone();
    }

    /** Serves again with what the rule of lost power leaves. */
    static void recover(FileVolume volume) throws DeviceException {
        restoreLength(volume);
        closeGate(volume);
        stopFlushes(volume);
        try {
            dropCache(volume);
            volume.pool().journal().commit(new VolumeRecovered(volume.key()));
            forgetPending(volume);
            volume.punches().clear();
            volume.unbarriered().forgetAll();
            // Or no flush would have anything to do, and what is not known would never be.
            volume.flushes().recorded();
            replayIntents(volume);
            volume.standing().recovered();
        } finally {
            volume.flushes().resume();
            volume.admission().openGate();
        }
    }

    /** The maps of all layers that hosts may have written since they were last durable. */
    private static void forgetPending(FileVolume volume) {
        Layer layer = volume.layer();
        layer.presence().become(volume.pool().journal().barrieredLayer(layer.key()));
        Layer.Below below = layer.below();
        while (below != null && !volume.pool().layers().isAdopted(below.parent())) {
            Layer frozen = below.parent();
            frozen.presence().become(volume.pool().journal().barrieredLayer(frozen.key()));
            volume.pool().layers().owners().forget(frozen);
            below = frozen.below();
        }
    }

    private static void replayIntents(FileVolume volume) throws DeviceException {
        try {
            volume.atomics().replay();
        } catch (IOException failed) {
            throw failed(volume, "write what an atomic write left open", failed);
        }
    }

    /**
     * A file that lost its end gets it back as a hole, or the next start would find the volume
     * offline again; a file that is missing altogether cannot serve.
     */
    private static void restoreLength(FileVolume volume) throws DeviceException {
        BlockFile file = volume.layer().file();
        long bytes = Layer.blocksFor(volume.sizeBytes()) * Limits.LAYER_BLOCK_BYTES;
        try {
            if (file.size() < bytes) {
                file.resize(bytes);
                file.dataSync();
            }
        } catch (IOException failed) {
            throw failed(volume, "recovery of the layer file", failed);
        }
    }

    /** Pages that a failed sync lost must not be read today and be old tomorrow. */
    private static void dropCache(FileVolume volume) throws DeviceException {
        try {
            for (Layer layer : volume.layers().unsynced()) {
                layer.file().dropCache();
            }
        } catch (IOException failed) {
            throw failed(volume, "read the disk again", failed);
        }
    }

    /** Refuses all later requests and waits until those under way ended; then flushes. */
    static void close(FileVolume volume) throws DeviceException {
        volume.admission().raise(Admission.CLOSED);
        volume.admission().ranges().refuseWaiting();
        drain(volume);
        try {
            boolean changes = !volume.admission().has(Admission.OFFLINE | Admission.READ_ONLY);
            if (changes) {
                ControlFlush.run(volume);
            }
        } finally {
            stopFlushes(volume);
            letGo(volume);
        }
    }

    private static void stopFlushes(FileVolume volume) throws DeviceException {
        Completion idle = new Completion();
        volume.flushes().stop(idle);
        idle.await(volume.pool().threads());
    }

    static void letGo(FileVolume volume) {
        volume.pool().layers().readNoMore(volume);
        volume.pool().unsynced().remove(volume.unsynced());
        volume.unsynced().close();
    }

    static void closeGate(FileVolume volume) throws DeviceException {
        Completion quiet = new Completion();
        volume.admission().closeGate(quiet);
        quiet.await(volume.pool().threads());
    }

    static void drain(FileVolume volume) throws DeviceException {
        Completion quiet = new Completion();
        volume.admission().epochs().drain(() -> quiet.complete(null));
        quiet.await(volume.pool().threads());
    }

    static void become(FileVolume volume, Geometry geometry) {
        VolumeDescription now = volume.description();
        if (!geometry.equals(now.geometry())) {
            volume.describe(described(now, now.name(), geometry, now.writeCache()));
            volume.listeners().resized(geometry);
        }
    }

    private static VolumeDescription described(
            VolumeDescription now, String name, Geometry geometry, boolean writeCache) {
        return new VolumeDescription(
                now.id(),
                name,
                geometry,
                writeCache,
                now.naaLocallyAssigned(),
                now.serialNumber(),
                now.createdWallMillis());
    }

    static DeviceException failed(FileVolume volume, String act, IOException failed) {
        return new DeviceException(fault(act, volume.name(), failed));
    }

    static DeviceFault fault(String act, String where, IOException failed) {
        DeviceFault.Kind kind =
                Standing.isNoSpace(failed)
                        ? DeviceFault.Kind.SPACE_EXHAUSTED
                        : DeviceFault.Kind.MEDIUM;
        return DeviceFault.of(kind, act, where, failed);
    }
}
