package io.stemma.engine.journal;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The layers of a pool and the snapshots that name them. A layer is there while a volume has it as
 * its head, a snapshot names it or another layer lies over it. Guarded by the journal's lock.
 */
final class LayerTree {
    private final Map<Integer, TreeLayer> layers = new TreeMap<>();
    private final Map<Integer, SnapshotState> snapshots = new TreeMap<>();

    /** The layer of a key, or null. */
    @Nullable TreeLayer layer(int key) {
        return layers.get(key);
    }

    TreeLayer existing(int key) {
        TreeLayer layer = layers.get(key);
        if (layer == null) {
            throw new JournalDamage("a record speaks of layer key " + key + " that is not there");
        }
        return layer;
    }

    Collection<TreeLayer> layers() {
        return layers.values();
    }

    Set<Integer> layerKeys() {
        return Set.copyOf(layers.keySet());
    }

    @Nullable SnapshotState snapshot(int key) {
        return snapshots.get(key);
    }

    SnapshotState existingSnapshot(int key) {
        SnapshotState snapshot = snapshots.get(key);
        if (snapshot == null) {
            throw new JournalDamage("a record speaks of snapshot key " + key + ", which is gone");
        }
        return snapshot;
    }

    Collection<SnapshotState> snapshots() {
        return snapshots.values();
    }

    void clear() {
        layers.clear();
        snapshots.clear();
    }

    /** Puts in what a checkpoint says; {@link #count} follows when all of it is there. */
    void load(TreeLayer layer) {
        if (layers.putIfAbsent(layer.key(), layer) != null) {
            throw new JournalDamage("layer key " + layer.key() + " is there twice");
        }
    }

    void load(SnapshotState snapshot) {
        if (snapshots.putIfAbsent(snapshot.key(), snapshot) != null) {
            throw new JournalDamage("snapshot key " + snapshot.key() + " is there twice");
        }
    }

    /** Counts who uses what; throws {@link JournalDamage} if something used is not there. */
    void count(List<VolumeChain> volumes) {
        layers.values().forEach(layer -> layer.users(0));
        volumes.forEach(volume -> use(volume.description().layerKey()));
        snapshots.values().forEach(snapshot -> use(snapshot.layerKey()));
        for (TreeLayer layer : layers.values()) {
            if (layer.parentKey() != 0) {
                use(layer.parentKey());
            }
        }
    }

    /** A new layer, which its parent is used by. */
    void add(TreeLayer layer) {
        if (layer.parentKey() != 0) {
            existing(layer.parentKey());
        }
        load(layer);
        if (layer.parentKey() != 0) {
            use(layer.parentKey());
        }
    }

    void use(int key) {
        TreeLayer layer = existing(key);
        layer.users(layer.users() + 1);
    }

    /** One user less: the layer goes with the last one, and may be the last of its parent. */
    void release(int key) {
        int next = key;
        while (next != 0) {
            TreeLayer layer = existing(next);
            layer.users(layer.users() - 1);
            if (layer.users() > 0) {
                return;
            }
            layers.remove(next);
            next = layer.parentKey();
        }
    }

    /** Lays a layer over another one, or over none. */
    void move(TreeLayer layer, int parentKey, long visibleBlocks) {
        int before = layer.parentKey();
        if (parentKey != 0) {
            use(parentKey);
        }
        layer.lieOver(parentKey, visibleBlocks);
        if (before != 0) {
            release(before);
        }
    }

    /** A layer that just lost its only user to another one. */
    void remove(int key) {
        layers.remove(key);
    }

    void name(SnapshotState snapshot) {
        existing(snapshot.layerKey());
        load(snapshot);
        use(snapshot.layerKey());
    }

    void unname(int snapshotKey) {
        SnapshotState snapshot = existingSnapshot(snapshotKey);
        snapshots.remove(snapshotKey);
        release(snapshot.layerKey());
    }

    /** The same snapshot with something changed; its layer is not counted again. */
    void replace(SnapshotState snapshot) {
        snapshots.put(snapshot.key(), snapshot);
    }

    /** The one layer over a layer that nothing else uses; null if it has other users. */
    @Nullable TreeLayer onlyChild(TreeLayer parent) {
        if (parent.users() != 1) {
            return null;
        }
        for (TreeLayer layer : layers.values()) {
            if (layer.parentKey() == parent.key()) {
                return layer;
            }
        }
        return null;
    }

    /** What lies below a layer, nearest first, with what is seen of each. */
    List<LayerMoves.Seen> below(TreeLayer layer) {
        List<LayerMoves.Seen> below = new ArrayList<>();
        TreeLayer upper = layer;
        while (upper.parentKey() != 0) {
            TreeLayer lower = existing(upper.parentKey());
            below.add(new LayerMoves.Seen(lower.shadow(), upper.visibleBlocks()));
            upper = lower;
        }
        return below;
    }

    /** All layers, each after the one that it lies over. */
    List<TreeLayer> parentsFirst() {
        List<TreeLayer> ordered = new ArrayList<>(layers.size());
        Set<Integer> done = new HashSet<>();
        Deque<TreeLayer> path = new ArrayDeque<>();
        for (TreeLayer layer : layers.values()) {
            TreeLayer at = layer;
            while (at != null && done.add(at.key())) {
                path.push(at);
                at = layers.get(at.parentKey());
            }
            while (!path.isEmpty()) {
                ordered.add(path.pop());
            }
        }
        return ordered;
    }
}
