package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.Geometry;
import io.stemma.engine.io.BlockFile;
import io.stemma.engine.journal.StructuralRecord.VolumeDeleted;
import io.stemma.engine.journal.StructuralRecord.VolumeRecovered;
import io.stemma.engine.journal.StructuralRecord.VolumeRenamed;
import io.stemma.engine.journal.StructuralRecord.VolumeResized;
import io.stemma.engine.journal.StructuralRecord.VolumeWriteCache;
import io.stemma.engine.layer.Layer;
import io.stemma.engine.runtime.Limits;

import java.io.IOException;

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

    /** Holds all requests while blocks go; those that want them after that are out of range. */
    static void shrink(FileVolume volume, Geometry smaller) throws DeviceException {
        long blocks = Layer.blocksFor(smaller.sizeBytes());
        closeGate(volume);
        try {
            ControlFlush.run(volume);
            volume.pool().journal().commit(new VolumeResized(volume.key(), smaller.blockCount()));
            volume.punches().clear();
            volume.layer().presence().resize(blocks);
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
        String name = Layer.fileName(volume.layer().key());
        try {
            volume.layer().file().close();
            if (volume.pool().folder().exists(name)) {
                volume.pool().folder().unlink(name);
                volume.pool().folder().sync();
            }
        } catch (IOException failed) {
            throw failed(volume, "remove the file of the deleted volume", failed);
        }
    }

    /** Serves again with what the rule of lost power leaves. */
    static void recover(FileVolume volume) throws DeviceException {
        restoreLength(volume);
        closeGate(volume);
        stopFlushes(volume);
        try {
            dropCache(volume);
            volume.pool().journal().commit(new VolumeRecovered(volume.key()));
            volume.layer().presence().become(volume.pool().journal().barriered(volume.key()));
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
            volume.layer().file().dropCache();
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

    private static void letGo(FileVolume volume) {
        volume.pool().unsynced().remove(volume.unsynced());
        volume.unsynced().close();
    }

    private static void closeGate(FileVolume volume) throws DeviceException {
        Completion quiet = new Completion();
        volume.admission().closeGate(quiet);
        quiet.await(volume.pool().threads());
    }

    private static void drain(FileVolume volume) throws DeviceException {
        Completion quiet = new Completion();
        volume.admission().epochs().drain(() -> quiet.complete(null));
        quiet.await(volume.pool().threads());
    }

    private static void become(FileVolume volume, Geometry geometry) {
        VolumeDescription now = volume.description();
        volume.describe(described(now, now.name(), geometry, now.writeCache()));
        volume.listeners().resized(geometry);
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
