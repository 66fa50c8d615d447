package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.Geometry;
import io.stemma.engine.io.BlockFile;
import io.stemma.engine.journal.PoolState;
import io.stemma.engine.journal.PoolState.VolumeState;
import io.stemma.engine.journal.StructuralRecord.VolumeCreated;
import io.stemma.engine.layer.Layer;
import io.stemma.engine.layer.PresenceMap;
import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The layer files of a pool: made, found again, let go. Control threads. */
final class PoolFiles {
    private static final Logger LOG = LoggerFactory.getLogger(PoolFiles.class);
    private static final String LAYER_PREFIX = "layer.";

    /** Allocated bytes beyond the map's that are the file system's own and not worth a search. */
    private static final long STRAY_BYTES = 1 << 20;

    private static final long NAA_LOCALLY_ASSIGNED = 0x3L << 60;

    private final Pool pool;

    PoolFiles(Pool pool) {
        this.pool = pool;
    }

    /** All volumes that the journal knows, each over its file; what nobody knows is removed. */
    List<FileVolume> recovered() throws IOException {
        PoolState state = pool.journal().state();
        List<FileVolume> found = new ArrayList<>();
        Set<String> known = new HashSet<>();
        for (VolumeState volume : state.volumes()) {
            PresenceMap head = state.head(volume).presence();
            found.add(recovered(volume, head, state.readOnlyReason()));
        }
        for (int layerKey : state.layers().keySet()) {
            known.add(Layer.fileName(layerKey));
        }
        if (state.whole()) {
            removeOrphans(known);
        }
        return found;
    }

    private FileVolume recovered(
            VolumeState state, PresenceMap head, @Nullable String readOnlyReason) {
        VolumeCreated created = state.description();
        String reason = state.offlineReason();
        String name = Layer.fileName(created.layerKey());
        long bytes = head.blockCount() * Limits.LAYER_BLOCK_BYTES;
        BlockFile file;
        try {
            file = pool.folder().open(name);
            if (file.size() > bytes && readOnlyReason == null) {
                // The end of a shrink that a crash cut short.
                file.resize(bytes);
            } else if (file.size() < bytes) {
                reason = name + " has " + file.size() + " bytes instead of " + bytes;
            }
        } catch (IOException missing) {
            file = new AbsentFile(name);
            reason = "no layer file: " + missing.getMessage();
        }
        Layer layer = new Layer(created.layerKey(), file, head);
        FileVolume volume =
                new FileVolume(
                        pool, created.volumeKey(), layer, described(created), state.barriered());
        if (readOnlyReason != null) {
            volume.standing().readOnly(readOnlyReason);
        }
        if (reason != null) {
            LOG.error("Volume {} is offline: {}", created.name(), reason);
            volume.standing().foundOffline(reason);
            return volume;
        }
        if (readOnlyReason == null) {
            replayIntents(volume);
        }
        if (volume.usage().reclaimableBytes() > STRAY_BYTES) {
            volume.punches().add(0, layer.presence().blockCount());
        }
        return volume;
    }

    /** Without what they hold, blocks of an atomic write may be old and new at once. */
    private static void replayIntents(FileVolume volume) {
        try {
            volume.atomics().replay();
        } catch (IOException failed) {
            volume.standing().syncFailed(failed);
        }
    }

    private void removeOrphans(Set<String> known) throws IOException {
        boolean removed = false;
        for (String name : pool.folder().names()) {
            if (name.startsWith(LAYER_PREFIX) && !known.contains(name)) {
                LOG.info("Pool {}: {} belongs to no volume", pool.folder().path(), name);
                pool.folder().unlink(name);
                removed = true;
            }
        }
        if (removed) {
            pool.folder().sync();
        }
    }

    /** Makes a volume: first a durable file, then the record that it exists. */
    FileVolume create(VolumeSpecification specification) throws DeviceException {
        Geometry geometry = specification.geometry();
        VolumeId id = VolumeId.random();
        long bits = id.uuid().getMostSignificantBits() ^ id.uuid().getLeastSignificantBits();
        VolumeCreated created =
                new VolumeCreated(
                        pool.journal().nextVolumeKey(),
                        pool.journal().nextLayerKey(),
                        id.uuid(),
                        specification.name(),
                        geometry.blockCount(),
                        geometry.logicalBlockBytes(),
                        geometry.physicalBlockBytes(),
                        specification.writeCache(),
                        NAA_LOCALLY_ASSIGNED | bits >>> 4,
                        String.format("%016x", id.uuid().getLeastSignificantBits()),
                        pool.time().wallMillis());
        long blocks = Layer.blocksFor(geometry.sizeBytes());
        String name = Layer.fileName(created.layerKey());
        BlockFile file = newFile(name, blocks * Limits.LAYER_BLOCK_BYTES);
        try {
            pool.journal().commit(created);
        } catch (DeviceException failed) {
            // Perhaps it is on record all the same: the file stays, the next start decides.
            closeAfter(failed, file);
            throw failed;
        }
        Layer layer = new Layer(created.layerKey(), file, new PresenceMap(blocks));
        return new FileVolume(pool, created.volumeKey(), layer, described(created), 0);
    }

    private BlockFile newFile(String name, long bytes) throws DeviceException {
        BlockFile file;
        try {
            file = pool.folder().create(name, bytes);
        } catch (IOException failed) {
            throw cannotCreate(name, bytes, failed);
        }
        try {
            file.dataSync();
            pool.folder().sync();
            return file;
        } catch (IOException failed) {
            closeAfter(failed, file);
            try {
                pool.folder().unlink(name);
            } catch (IOException second) {
                failed.addSuppressed(second);
            }
            throw cannotCreate(name, bytes, failed);
        }
    }

    private DeviceException cannotCreate(String name, long bytes, IOException failed) {
        String where = pool.folder().path() + "/" + name;
        return new DeviceException(
                VolumeChanges.fault("creation of a file of " + bytes + " bytes", where, failed));
    }

    private static void closeAfter(IOException failed, BlockFile file) {
        try {
            file.close();
        } catch (IOException second) {
            failed.addSuppressed(second);
        }
    }

    private static VolumeDescription described(VolumeCreated created) {
        return new VolumeDescription(
                new VolumeId(created.id()),
                created.name(),
                new Geometry(
                        created.blockCount(),
                        created.logicalBlockBytes(),
                        created.physicalBlockBytes()),
                created.writeCache(),
                created.naa(),
                created.serial(),
                created.createdWallMillis());
    }

    /** Lets go of everything; notes a clean end only where all went well before. */
    void close(Collection<FileVolume> volumes, boolean clean) throws IOException {
        if (clean && !pool.journal().failed()) {
            pool.journal().endCleanly();
        }
        pool.journal().close();
        for (FileVolume volume : volumes) {
            // With unsynced bytes it stays open: closing it could lose the news that a sync failed.
            if (!volume.unsynced().any()) {
                volume.layer().file().close();
            }
        }
        pool.folder().close();
    }
}
