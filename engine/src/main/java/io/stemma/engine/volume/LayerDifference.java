package io.stemma.engine.volume;

import io.stemma.engine.layer.BlockState;
import io.stemma.engine.layer.Layer;
import io.stemma.engine.layer.PresenceMap;
import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where two layers of a tree show different things, from their maps: what is recorded on both ways
 * down to the first layer that they have in common, and what only one of them sees of that one. The
 * caller has the turn, so that no layer goes meanwhile.
 */
final class LayerDifference {
    private final Layer to;
    private final PresenceMap differs;

    private LayerDifference(Layer to) {
        this.to = to;
        differs = new PresenceMap(to.presence().blockCount());
    }

    /** Told of layer blocks in their order. */
    @FunctionalInterface
    interface BlockRuns {
        void run(long firstBlock, long blockCount, boolean data);
    }

    /** Tells where {@code to} may differ from {@code from}; all that it stores if that is null. */
    static void between(@Nullable Layer from, Layer to, BlockRuns told) {
        LayerDifference difference = new LayerDifference(to);
        if (from == null) {
            difference.stored(told);
        } else if (from != to) {
            difference.compare(from);
            difference.tell(told);
        }
    }

    /** The same in logical blocks of the later point, up to its end. */
    static void between(
            @Nullable Layer from,
            Layer to,
            int logicalBlockBytes,
            long endBlock,
            PointsInTime.RunVisitor told) {
        int perBlock = Limits.LAYER_BLOCK_BYTES / logicalBlockBytes;
        between(
                from,
                to,
                (first, count, data) -> {
                    long begin = first * perBlock;
                    long blocks = Math.min(count * perBlock, endBlock - begin);
                    if (blocks > 0) {
                        told.run(begin, blocks, data);
                    }
                });
    }

    private void stored(BlockRuns told) {
        long end = differs.blockCount();
        for (long block = 0; block < end; ) {
            Layer.Stored stored = to.stored(block, end - block);
            if (stored.data()) {
                told.run(block, stored.blockCount(), true);
            }
            block += stored.blockCount();
        }
    }

    private void compare(Layer from) {
        Map<Layer, Long> ofFrom = new LinkedHashMap<>();
        long seen = from.presence().blockCount();
        for (Layer layer = from; layer != null; layer = parent(layer)) {
            ofFrom.put(layer, seen);
            seen = Math.min(seen, visible(layer));
        }
        long toSees = to.presence().blockCount();
        Layer layer = to;
        while (layer != null && !ofFrom.containsKey(layer)) {
            add(layer, toSees);
            toSees = Math.min(toSees, visible(layer));
            layer = parent(layer);
        }
        Layer common = layer;
        for (Map.Entry<Layer, Long> entry : ofFrom.entrySet()) {
            if (entry.getKey() == common) {
                break;
            }
            add(entry.getKey(), entry.getValue());
        }
        if (common == null) {
            throw new IllegalArgumentException(
                    "the two points have nothing in common: name points of one tree, or leave the"
                            + " first one out to get all of the second");
        } else {
            long fromSees = ofFrom.getOrDefault(common, 0L);
            long least = Math.min(fromSees, toSees);
            long most = Math.min(Math.max(fromSees, toSees), differs.blockCount());
            if (most > least) {
                differs.set(least, most - least, BlockState.DATA);
            }
        }
    }

    private static @Nullable Layer parent(Layer layer) {
        Layer.Below below = layer.below();
        return below == null ? null : below.parent();
    }

    private static long visible(Layer layer) {
        Layer.Below below = layer.below();
        return below == null ? 0 : below.visibleBlocks();
    }

    private void add(Layer layer, long seen) {
        long end = Math.min(seen, differs.blockCount());
        layer.presence()
                .forEachRun(
                        (first, count, state) -> {
                            long here = Math.min(count, end - first);
                            if (here > 0) {
                                differs.set(first, here, BlockState.DATA);
                            }
                        });
    }

    private void tell(BlockRuns told) {
        differs.forEachRun(
                (first, count, state) -> {
                    long block = first;
                    long end = first + count;
                    while (block < end) {
                        Layer.Stored stored = to.stored(block, end - block);
                        told.run(block, stored.blockCount(), stored.data());
                        block += stored.blockCount();
                    }
                });
    }
}
