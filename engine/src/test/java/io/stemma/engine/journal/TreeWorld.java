package io.stemma.engine.journal;

import io.stemma.engine.journal.PoolState.LayerState;
import io.stemma.engine.journal.PoolState.VolumeState;
import io.stemma.engine.layer.BlockState;
import io.stemma.engine.layer.PresenceMap;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * One way a pool of layers may be after what was asked of its journal, block by block and without
 * regard for cost. The same rules as the journal's, from their descriptions.
 */
final class TreeWorld {
    private static final char[] LETTERS = {'.', 'D', 'Z'};

    /** A layer as of the last barriers. */
    static final class Layer {
        int parent;
        int visible;
        BlockState[] blocks;

        Layer(int parent, int visible, int blocks) {
            this.parent = parent;
            this.visible = visible;
            this.blocks = new BlockState[blocks];
            Arrays.fill(this.blocks, BlockState.ABSENT);
        }

        Layer(Layer other) {
            parent = other.parent;
            visible = other.visible;
            blocks = other.blocks.clone();
        }

        void resize(int count) {
            int before = blocks.length;
            blocks = Arrays.copyOf(blocks, count);
            if (count > before) {
                Arrays.fill(blocks, before, count, BlockState.ABSENT);
            }
            visible = Math.min(visible, count);
        }
    }

    /** A volume, of which only the head and what no barrier covers change. */
    record Volume(String name, int blocks, int head, List<Pending> pending) {
        Volume over(int newHead) {
            return new Volume(name, blocks, newHead, pending);
        }
    }

    /** A record of blocks that no barrier covers; its number is the program's. */
    record Pending(
            long number, int layer, int first, int count, BlockState state, boolean durable) {
        Pending cut(int cutLayer, int blocks) {
            int end = layer == cutLayer ? Math.min(blocks, first + count) : first + count;
            return new Pending(number, layer, first, Math.max(0, end - first), state, durable);
        }
    }

    /** A snapshot. */
    record Snapshot(int volume, String name, String origin, int layer, int blocks, String holds) {
        Snapshot on(int newLayer) {
            return new Snapshot(volume, name, origin, newLayer, blocks, holds);
        }
    }

    final Map<Integer, Layer> layers = new TreeMap<>();
    final Map<Integer, Volume> volumes = new TreeMap<>();
    final Map<Integer, Snapshot> snapshots = new TreeMap<>();

    TreeWorld copy() {
        TreeWorld copy = new TreeWorld();
        layers.forEach((key, layer) -> copy.layers.put(key, new Layer(layer)));
        volumes.forEach(
                (key, v) ->
                        copy.volumes.put(
                                key,
                                new Volume(v.name, v.blocks, v.head, new ArrayList<>(v.pending))));
        copy.snapshots.putAll(snapshots);
        return copy;
    }

    Layer layer(int key) {
        return Objects.requireNonNull(layers.get(key));
    }

    Volume volume(int key) {
        return Objects.requireNonNull(volumes.get(key));
    }

    Snapshot snapshot(int key) {
        return Objects.requireNonNull(snapshots.get(key));
    }

    boolean isHead(int layer) {
        return volumes.values().stream().anyMatch(volume -> volume.head == layer);
    }

    boolean settled(int layer) {
        return volumes.values().stream()
                .flatMap(volume -> volume.pending.stream())
                .noneMatch(record -> record.layer == layer);
    }

    /** Heads, names and layers over it. */
    long users(int key) {
        return volumes.values().stream().filter(volume -> volume.head == key).count()
                + snapshots.values().stream().filter(snapshot -> snapshot.layer == key).count()
                + layers.values().stream().filter(layer -> layer.parent == key).count();
    }

    void dropUnneeded() {
        while (layers.keySet().removeIf(key -> users(key) == 0)) {
            // Once more: what went may have been the last that needed another one.
        }
    }

    void create(int key, int layer, String name, int blocks) {
        layers.put(layer, new Layer(0, 0, blocks));
        volumes.put(key, new Volume(name, blocks, layer, new ArrayList<>()));
    }

    void delete(int key) {
        volumes.remove(key);
        dropUnneeded();
    }

    void rename(int key, String name) {
        Volume v = volume(key);
        volumes.put(key, new Volume(name, v.blocks, v.head, v.pending));
        snapshots.replaceAll(
                (k, s) ->
                        s.volume == key
                                ? new Snapshot(key, s.name, name, s.layer, s.blocks, s.holds)
                                : s);
    }

    void resize(int key, int blocks) {
        Volume v = volume(key);
        layer(v.head).resize(blocks);
        v.pending.replaceAll(record -> record.cut(v.head, blocks));
        volumes.put(key, new Volume(v.name, blocks, v.head, v.pending));
    }

    void publish(int key, Pending record) {
        volume(key).pending.add(record);
    }

    void barrier(int key, long upTo) {
        Volume v = volume(key);
        v.pending.stream().filter(record -> record.number <= upTo).forEach(this::fold);
        v.pending.removeIf(record -> record.number <= upTo);
    }

    private void fold(Pending record) {
        Layer layer = layers.get(record.layer);
        if (layer != null && record.count > 0) {
            Arrays.fill(layer.blocks, record.first, record.first + record.count, record.state);
        }
    }

    void losePower() {
        for (Volume v : volumes.values()) {
            v.pending.stream().filter(Pending::durable).forEach(this::fold);
            v.pending.clear();
        }
    }

    void split(int key, int newLayer) {
        Volume v = volume(key);
        layers.put(newLayer, new Layer(v.head, v.blocks, v.blocks));
        volumes.put(key, v.over(newLayer));
    }

    void join(int key) {
        Volume v = volume(key);
        volumes.put(key, v.over(layer(v.head).parent));
        dropUnneeded();
    }

    void clone(int key, int newLayer, String name, int snapshot) {
        int parent = snapshot(snapshot).layer;
        int blocks = snapshot(snapshot).blocks;
        layers.put(newLayer, new Layer(parent, layer(parent).blocks.length, blocks));
        volumes.put(key, new Volume(name, blocks, newLayer, new ArrayList<>()));
    }

    void revert(int key, int newLayer, int snapshot) {
        Snapshot s = snapshot(snapshot);
        layers.put(newLayer, new Layer(s.layer, layer(s.layer).blocks.length, s.blocks));
        volumes.put(key, new Volume(volume(key).name, s.blocks, newLayer, volume(key).pending));
        dropUnneeded();
        volume(key).pending.removeIf(record -> !layers.containsKey(record.layer));
    }

    void merge(int childKey, boolean intoChild, int first, int count) {
        Layer child = layer(childKey);
        Layer parent = layer(child.parent);
        if (!intoChild && parent.blocks.length < child.blocks.length) {
            parent.resize(child.blocks.length);
        }
        for (int i = first; i < Math.min(first + count, child.blocks.length); i++) {
            boolean held = child.blocks[i] != BlockState.ABSENT;
            boolean seen = i < child.visible;
            if (intoChild && !held && seen && i < parent.blocks.length) {
                child.blocks[i] = parent.blocks[i];
            } else if (!intoChild && held) {
                parent.blocks[i] = child.blocks[i];
                child.blocks[i] = seen ? BlockState.ABSENT : child.blocks[i];
            } else if (!intoChild && !seen) {
                parent.blocks[i] = i < parent.visible ? BlockState.ZERO : BlockState.ABSENT;
            }
        }
    }

    void close(int childKey, boolean intoChild) {
        Layer child = layer(childKey);
        int parentKey = child.parent;
        Layer parent = layer(parentKey);
        int visible = parent.parent == 0 ? 0 : Math.min(child.visible, parent.visible);
        if (intoChild) {
            child.parent = parent.parent;
            child.visible = visible;
        } else {
            volumes.replaceAll((key, v) -> v.head == childKey ? v.over(parentKey) : v);
            snapshots.replaceAll((key, s) -> s.layer == childKey ? s.on(parentKey) : s);
            layers.values().stream()
                    .filter(layer -> layer.parent == childKey)
                    .forEach(layer -> layer.parent = parentKey);
            parent.visible = visible;
            parent.resize(child.blocks.length);
            layers.remove(childKey);
        }
        dropUnneeded();
    }

    void trim(int key, int first, int count) {
        Layer parent = layer(key);
        Layer child = layers.values().stream().filter(layer -> layer.parent == key).findAny().get();
        int end = Math.min(first + count, parent.blocks.length);
        for (int i = first; i < end; i++) {
            boolean held = i < child.blocks.length && child.blocks[i] != BlockState.ABSENT;
            if (held || i >= child.visible) {
                parent.blocks[i] = BlockState.ABSENT;
            }
        }
    }

    void hydrate(int key, int first, int count) {
        Layer layer = layer(key);
        for (int i = first; i < Math.min(first + count, layer.blocks.length); i++) {
            Layer at = layer;
            while (at.blocks[i] == BlockState.ABSENT
                    && i < at.visible
                    && i < layer(at.parent).blocks.length) {
                at = layer(at.parent);
            }
            layer.blocks[i] = at.blocks[i];
        }
    }

    void cutParent(int key) {
        layer(key).parent = 0;
        layer(key).visible = 0;
        dropUnneeded();
    }

    /** The pool as a start in the same boot has to find it. */
    String found() {
        TreeWorld all = copy();
        all.volumes.values().forEach(v -> v.pending.forEach(all::fold));
        StringBuilder text = new StringBuilder();
        volumes.forEach((k, v) -> text.append(line("v", k, v.name, v.blocks, v.head)));
        all.layers.forEach((k, l) -> text.append(line("l", k, l.parent, l.visible, map(l.blocks))));
        snapshots.forEach(
                (k, s) ->
                        text.append(
                                line(
                                        "s", k, s.volume, s.name, s.origin, s.layer, s.blocks,
                                        s.holds)));
        return text.toString();
    }

    /** All that makes this world different from others. */
    String all() {
        StringBuilder text = new StringBuilder(found());
        layers.forEach((key, layer) -> text.append(line("shadow", key, map(layer.blocks))));
        volumes.forEach((key, volume) -> text.append(line("pending", key, volume.pending)));
        return text.toString();
    }

    /** The same of a pool that was found. */
    static String found(PoolState state) {
        StringBuilder text = new StringBuilder();
        for (VolumeState v : state.volumes()) {
            StructuralRecord.VolumeCreated d = v.description();
            text.append(line("v", d.volumeKey(), d.name(), d.blockCount(), d.layerKey()));
        }
        for (LayerState l : state.layers().values()) {
            text.append(line("l", l.key(), l.parentKey(), l.visibleBlocks(), map(l.presence())));
        }
        for (SnapshotState s : state.snapshots()) {
            String holds = String.join(",", s.holds());
            text.append(
                    line(
                            "s",
                            s.key(),
                            s.volumeKey(),
                            s.name(),
                            s.originName(),
                            s.layerKey(),
                            s.blockCount(),
                            holds));
        }
        return text.toString();
    }

    private static String line(Object... fields) {
        return Arrays.toString(fields) + "\n";
    }

    private static String map(BlockState[] blocks) {
        StringBuilder text = new StringBuilder();
        for (BlockState state : blocks) {
            text.append(LETTERS[state.bits()]);
        }
        return text.toString();
    }

    static String map(PresenceMap map) {
        BlockState[] blocks = new BlockState[(int) map.blockCount()];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = map.get(i);
        }
        return map(blocks);
    }

    /** A map that says the same. */
    PresenceMap mapOf(int key) {
        BlockState[] blocks = layer(key).blocks;
        PresenceMap map = new PresenceMap(blocks.length);
        for (int i = 0; i < blocks.length; i++) {
            map.set(i, 1, blocks[i]);
        }
        return map;
    }
}
