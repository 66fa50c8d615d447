package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.Geometry;
import io.stemma.engine.io.BlockFile;
import io.stemma.engine.journal.PoolState;
import io.stemma.engine.journal.PoolState.LayerState;
import io.stemma.engine.journal.PoolState.VolumeState;
import io.stemma.engine.journal.StructuralRecord.VolumeCreated;
import io.stemma.engine.journal.TreeRecord.HeadJoined;
import io.stemma.engine.layer.Layer;
import io.stemma.engine.layer.PresenceMap;
import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The layer files of a pool: made, found again, let go. Control threads. */
final class PoolFiles {
    private static final Logger LOG = LoggerFactory.getLogger(PoolFiles.class);
    private static final String LAYER_PREFIX = "layer.";

    /** Allocated bytes beyond the map's that are the file system's own and not worth a search. */
    private static final long STRAY_BYTES = 1 << 20;

    private static final long NAA_LOCALLY_ASSIGNED = 0x3L << 60;

    private final Pool pool;

    /** What is wrong with the file of a layer, by its key. */
    private final Map<Integer, String> damaged = new HashMap<>();

    PoolFiles(Pool pool) {
        this.pool = pool;
    }

    /** All volumes that the journal knows, each over its layers; what nobody knows is removed. */
    List<FileVolume> recovered() throws IOException {
        PoolState state = pool.journal().state();
        Map<Integer, Integer> joined = joinEmptyHeads(state);
        Set<Integer> heads = new HashSet<>();
        for (VolumeState volume : state.volumes()) {
            heads.add(headOf(volume, joined));
        }
        for (LayerState layer : state.layers().values()) {
            if (!joined.containsKey(layer.key())) {
                open(layer, heads.contains(layer.key()), state.readOnlyReason() == null);
            }
        }
        for (LayerState layer : state.layers().values()) {
            if (layer.parentKey() != 0 && !joined.containsKey(layer.key())) {
                Layer parent = pool.layers().layer(layer.parentKey());
                pool.layers()
                        .layer(layer.key())
                        .below(new Layer.Below(parent, layer.visibleBlocks()));
            }
        }
        List<FileVolume> found = new ArrayList<>();
        for (VolumeState volume : state.volumes()) {
            Layer head = pool.layers().layer(headOf(volume, joined));
            found.add(recovered(volume, head, state.readOnlyReason()));
        }
        if (state.whole()) {
            removeOrphans();
        }
        return found;
    }

    private static int headOf(VolumeState volume, Map<Integer, Integer> joined) {
        int head = volume.description().layerKey();
        return joined.getOrDefault(head, head);
    }

    /**
     * Takes back preparations of cuts that never came: the empty head goes, and the layer below,
     * which has no name and nothing else over it, is the head again.
     *
     * @return by key of such a head the layer below it
     */
    private Map<Integer, Integer> joinEmptyHeads(PoolState state) throws DeviceException {
        Map<Integer, Integer> joined = new HashMap<>();
        if (state.readOnlyReason() != null) {
            return joined;
        }
        Map<Integer, Integer> users = new HashMap<>();
        state.layers().values().forEach(layer -> users.merge(layer.parentKey(), 1, Integer::sum));
        state.snapshots().forEach(snapshot -> users.merge(snapshot.layerKey(), 1, Integer::sum));
        List<HeadJoined> records = new ArrayList<>();
        for (VolumeState volume : state.volumes()) {
            LayerState head = state.head(volume);
            LayerState below = state.layers().get(head.parentKey());
            if (below != null
                    && head.presence().isEmpty()
                    && users.getOrDefault(below.key(), 0) == 1
                    && below.presence().blockCount() == head.presence().blockCount()
                    && head.visibleBlocks() == below.presence().blockCount()) {
                records.add(new HeadJoined(volume.description().volumeKey()));
                joined.put(head.key(), below.key());
            }
        }
        if (!records.isEmpty()) {
            pool.journal().commit(records.toArray(HeadJoined[]::new));
        }
        return joined;
    }

    private void open(LayerState state, boolean head, boolean mayChange) {
        String name = Layer.fileName(state.key());
        long bytes = state.presence().blockCount() * Limits.LAYER_BLOCK_BYTES;
        BlockFile file;
        try {
            file = pool.folder().open(name);
            if (file.size() > bytes && mayChange) {
                // The end of a shrink that a crash cut short.
                file.resize(bytes);
            } else if (file.size() < bytes) {
                damaged.put(
                        state.key(), name + " has " + file.size() + " bytes instead of " + bytes);
            }
        } catch (IOException missing) {
            file = new AbsentFile(name);
            damaged.put(state.key(), "no layer file: " + missing.getMessage());
        }
        // The journal's own object is not for a layer that is written.
        PresenceMap presence = head && state.shared() ? state.presence().copy() : state.presence();
        Layer layer = new Layer(state.key(), file, presence, pool.layers().owners());
        pool.layers().add(layer);
        if (!head) {
            layer.seal();
            if (state.shared()) {
                pool.layers().adoptedAlready(layer);
            }
        }
    }

    /** Why what stands on a layer cannot be read; null if it can. */
    @Nullable String damage(Layer top) {
        Layer layer = top;
        while (true) {
            String reason = damaged.get(layer.key());
            Layer.Below below = layer.below();
            if (reason != null || below == null) {
                return reason;
            }
            layer = below.parent();
        }
    }

    private FileVolume recovered(VolumeState state, Layer head, @Nullable String readOnlyReason) {
        VolumeCreated created = state.description();
        FileVolume volume =
                new FileVolume(
                        pool, created.volumeKey(), head, described(created), state.barriered());
        volume.layers().alsoUnsynced(unnamedBelow(head));
        if (readOnlyReason != null) {
            volume.standing().readOnly(readOnlyReason);
        }
        String damage = damage(head);
        String reason = damage == null ? state.offlineReason() : damage;
        if (reason != null) {
            LOG.error("Volume {} is offline: {}", created.name(), reason);
            volume.standing().foundOffline(reason);
            return volume;
        }
        if (readOnlyReason == null) {
            replayIntents(volume);
        }
        if (volume.usage().reclaimableBytes() > STRAY_BYTES) {
            volume.punches().add(0, head.presence().blockCount());
        }
        return volume;
    }

    /**
     * Frozen layers of a volume without a name: the run that made them may not have synced them.
     */
    private List<Layer> unnamedBelow(Layer head) {
        Set<Integer> named = new HashSet<>();
        pool.journal().state().snapshots().forEach(snapshot -> named.add(snapshot.layerKey()));
        List<Layer> unnamed = new ArrayList<>();
        Layer.Below below = head.below();
        while (below != null && !named.contains(below.parent().key())) {
            unnamed.add(below.parent());
            below = below.parent().below();
        }
        return unnamed;
    }

    /** Without what they hold, blocks of an atomic write may be old and new at once. */
    private static void replayIntents(FileVolume volume) {
        try {
            volume.atomics().replay();
        } catch (IOException failed) {
            volume.standing().syncFailed(failed);
        }
    }

    private void removeOrphans() throws IOException {
        Set<String> known = new HashSet<>();
        pool.layers().layers().forEach(layer -> known.add(Layer.fileName(layer.key())));
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
        long blocks = Layer.blocksFor(specification.geometry().sizeBytes());
        Layer layer = pool.layers().makeFirst(blocks);
        VolumeCreated created =
                created(
                        specification,
                        pool.journal().nextVolumeKey(),
                        layer.key(),
                        pool.time().wallMillis());
        try {
            pool.journal().commit(created);
        } catch (DeviceException failed) {
            pool.layers().notRecorded(List.of(layer), failed.fault());
            throw failed;
        }
        pool.layers().add(layer);
        return new FileVolume(pool, created.volumeKey(), layer, described(created), 0);
    }

    /** The record of a new volume, with an identity that nobody has. */
    static VolumeCreated created(
            VolumeSpecification specification, int key, int layerKey, long wallMillis) {
        Geometry geometry = specification.geometry();
        VolumeId id = VolumeId.random();
        return new VolumeCreated(
                key,
                layerKey,
                id.uuid(),
                specification.name(),
                geometry.blockCount(),
                geometry.logicalBlockBytes(),
                geometry.physicalBlockBytes(),
                specification.writeCache(),
                naa(id),
                serial(id),
                wallMillis);
    }

    /** The NAA designator that goes with an identity. */
    static long naa(VolumeId id) {
        long bits = id.uuid().getMostSignificantBits() ^ id.uuid().getLeastSignificantBits();
        return NAA_LOCALLY_ASSIGNED | bits >>> 4;
    }

    /** The unit serial number that goes with an identity. */
    static String serial(VolumeId id) {
        return String.format("%016x", id.uuid().getLeastSignificantBits());
    }

    static VolumeDescription described(VolumeCreated created) {
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
        Set<Layer> unsynced = new HashSet<>();
        for (FileVolume volume : volumes) {
            if (volume.unsynced().any()) {
                unsynced.addAll(volume.layers().unsynced());
            }
        }
        pool.layers().close(unsynced);
        pool.folder().close();
    }
}
