package io.stemma.engine.check;

import io.stemma.engine.journal.PoolState;
import io.stemma.engine.layer.PresenceMap;
import io.stemma.engine.runtime.Limits;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/**
 * A tree of layers and what stands on it, from wherever it comes: a journal that was read, or a
 * pool that runs.
 *
 * @param layers by key
 * @param tops what is read: volumes and snapshots
 */
public record CheckedPool(Map<Integer, LayerNode> layers, List<Top> tops) {
    /** Names that a finding tells; of more it tells how many. */
    private static final int NAMES_TOLD_MAX = 8;

    /**
     * One layer.
     *
     * @param key its key
     * @param parentKey the layer that it lies over; 0 for none
     * @param visibleBlocks blocks of that layer which show through
     * @param presence the states of its blocks
     */
    public record LayerNode(int key, int parentKey, long visibleBlocks, PresenceMap presence) {
        /** Bytes of its file. */
        long fileBytes() {
            return presence.blockCount() * Limits.LAYER_BLOCK_BYTES;
        }
    }

    /**
     * A volume or a snapshot.
     *
     * @param name as people write it, {@code volume} or {@code volume@snapshot}
     * @param volume whether it is a volume
     * @param id identity
     * @param naa designator
     * @param layerKey the layer on which it stands
     * @param sizeBytes its size
     */
    public record Top(
            String name, boolean volume, UUID id, long naa, int layerKey, long sizeBytes) {
        /** Layer blocks that it needs. */
        long blocks() {
            return Math.ceilDiv(sizeBytes, Limits.LAYER_BLOCK_BYTES);
        }

        String words() {
            return (volume ? "volume " : "snapshot ") + name;
        }
    }

    /** What a journal says. */
    public static CheckedPool of(PoolState state) {
        Map<Integer, LayerNode> layers = new TreeMap<>();
        for (PoolState.LayerState layer : state.layers().values()) {
            layers.put(
                    layer.key(),
                    new LayerNode(
                            layer.key(),
                            layer.parentKey(),
                            layer.visibleBlocks(),
                            layer.presence()));
        }
        List<Top> tops = new ArrayList<>();
        state.volumes()
                .forEach(
                        volume -> {
                            var made = volume.description();
                            tops.add(
                                    new Top(
                                            made.name(),
                                            true,
                                            made.id(),
                                            made.naa(),
                                            made.layerKey(),
                                            made.blockCount() * made.logicalBlockBytes()));
                        });
        state.snapshots()
                .forEach(
                        snapshot ->
                                tops.add(
                                        new Top(
                                                snapshot.originName() + "@" + snapshot.name(),
                                                false,
                                                snapshot.id(),
                                                snapshot.naa(),
                                                snapshot.layerKey(),
                                                snapshot.blockCount()
                                                        * snapshot.logicalBlockBytes())));
        return new CheckedPool(layers, tops);
    }

    /** Everything that stands on a layer, in words. */
    String standingOn(int layerKey) {
        Map<Integer, List<Integer>> children = new HashMap<>();
        layers.values()
                .forEach(
                        layer ->
                                children.computeIfAbsent(
                                                layer.parentKey(), key -> new ArrayList<>())
                                        .add(layer.key()));
        Set<Integer> over = new HashSet<>();
        Deque<Integer> open = new ArrayDeque<>();
        open.add(layerKey);
        while (!open.isEmpty()) {
            int key = open.remove();
            if (over.add(key)) {
                open.addAll(children.getOrDefault(key, List.of()));
            }
        }
        return words(tops.stream().filter(top -> over.contains(top.layerKey())).toList());
    }

    /** Names of volumes and snapshots for people; "nothing" of none. */
    static String words(List<Top> concerned) {
        if (concerned.isEmpty()) {
            return "nothing";
        }
        StringBuilder words = new StringBuilder();
        for (int i = 0; i < Math.min(concerned.size(), NAMES_TOLD_MAX); i++) {
            words.append(i == 0 ? "" : ", ").append(concerned.get(i).words());
        }
        int more = concerned.size() - NAMES_TOLD_MAX;
        return more > 0 ? words + " and " + more + " more" : words.toString();
    }
}
