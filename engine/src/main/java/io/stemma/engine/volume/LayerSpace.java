package io.stemma.engine.volume;

import io.stemma.engine.layer.BlockState;
import io.stemma.engine.layer.Layer;
import io.stemma.engine.layer.PresenceMap;
import io.stemma.engine.runtime.Limits;

import java.util.List;

/** Counts blocks of layers and of pairs of them, in {@code Limits.LAYER_BLOCK_BYTES}. */
final class LayerSpace {
    private LayerSpace() {}

    /** What a snapshot takes whose layer has these over it. The caller has the turn. */
    static PointsInTime.SnapshotUsage usage(Layer layer, List<Layer> children) {
        long owned = held(layer);
        long freed =
                switch (children.size()) {
                    case 0 -> owned;
                    case 1 -> hidden(layer, children.getFirst());
                    default -> 0;
                };
        return new PointsInTime.SnapshotUsage(
                owned * Limits.LAYER_BLOCK_BYTES, freed * Limits.LAYER_BLOCK_BYTES);
    }

    /** Blocks that a layer holds as data. */
    static long held(Layer layer) {
        long[] blocks = {0};
        layer.presence()
                .forEachRun(
                        (first, count, state) -> blocks[0] += state == BlockState.DATA ? count : 0);
        return blocks[0];
    }

    /** Blocks of data that the child does not show, because it holds them itself or is shorter. */
    static long hidden(Layer parent, Layer child) {
        return held(parent) - shown(parent, child);
    }

    /** Blocks of data of a parent that show through a child. */
    static long shown(Layer parent, Layer child) {
        Layer.Below below = child.below();
        long end = below == null ? 0 : below.visibleBlocks();
        PresenceMap above = child.presence();
        long[] blocks = {0};
        parent.presence()
                .forEachRun(
                        (first, count, state) -> {
                            if (state == BlockState.DATA) {
                                blocks[0] += absent(above, first, Math.min(count, end - first));
                            }
                        });
        return blocks[0];
    }

    /** Blocks of a range that are absent in a map. */
    static long absent(PresenceMap map, long first, long count) {
        long absent = 0;
        long end = Math.min(first + count, map.blockCount());
        for (long block = first; block < end; ) {
            BlockState state = map.get(block);
            long run = Math.max(1, map.run(block, end - block, state));
            absent += state == BlockState.ABSENT ? run : 0;
            block += run;
        }
        return absent;
    }
}
