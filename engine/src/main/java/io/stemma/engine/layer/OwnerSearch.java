package io.stemma.engine.layer;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * Finds out who owns the blocks of one region below a frozen layer: from the newest layer down,
 * until every block is found or something already known goes on. One use, one thread.
 */
final class OwnerSearch {
    private static final short UNKNOWN = -1;

    private final Layer top;
    private final long region;
    private final long first;
    private final short[] indices = new short[Owners.BLOCKS];
    private @Nullable Layer[] layers = new @Nullable Layer[8];
    private int count;
    private int unknown = Owners.BLOCKS;

    OwnerSearch(Layer top, long region) {
        this.top = top;
        this.region = region;
        first = region << Owners.BLOCKS_LOG2;
        Arrays.fill(indices, UNKNOWN);
    }

    Owners search(OwnerCache known) {
        // Blocks behind this one are shown by no deeper layer.
        long end = top.presence().blockCount();
        Layer layer = top;
        while (unknown > 0) {
            cutAt(end);
            Owners below = layer == top || layer.changing() ? null : known.get(layer, region);
            if (below != null) {
                takeOver(below);
                break;
            }
            look(layer, end);
            Layer.Below next = layer.below();
            if (next == null) {
                break;
            }
            end = Math.min(end, next.visibleBlocks());
            layer = next.parent();
        }
        fill(0, Owners.BLOCKS, null);
        return found();
    }

    /** Blocks that are not known yet and lie behind an end read zero. */
    private void cutAt(long end) {
        int from = Math.clamp(end - first, 0, Owners.BLOCKS);
        fill(from, Owners.BLOCKS, null);
    }

    private void look(Layer layer, long end) {
        long last = Math.min(Math.min(end, first + Owners.BLOCKS), layer.presence().blockCount());
        long block = first;
        while (block < last && unknown > 0) {
            BlockState state = layer.presence().get(block);
            // One at least: of a layer that is being merged a block may change its state meanwhile.
            long run = Math.max(1, layer.presence().run(block, last - block, state));
            if (state != BlockState.ABSENT) {
                int at = (int) (block - first);
                fill(at, at + (int) run, state == BlockState.DATA ? layer : null);
            }
            block += run;
        }
    }

    private void takeOver(Owners below) {
        int at = 0;
        while (at < Owners.BLOCKS) {
            int run = below.run(at, Owners.BLOCKS - at);
            fill(at, at + run, below.owner(at));
            at += run;
        }
    }

    private void fill(int from, int to, @Nullable Layer owner) {
        if (unknown == 0) {
            return;
        }
        short index = UNKNOWN;
        for (int block = from; block < to; block++) {
            if (indices[block] == UNKNOWN) {
                index = index == UNKNOWN ? indexOf(owner) : index;
                indices[block] = index;
                unknown--;
            }
        }
    }

    private short indexOf(@Nullable Layer owner) {
        for (int i = count - 1; i >= 0; i--) {
            if (layers[i] == owner) {
                return (short) i;
            }
        }
        if (count == layers.length) {
            layers = Arrays.copyOf(layers, 2 * count);
        }
        layers[count] = owner;
        return (short) count++;
    }

    private Owners found() {
        @Nullable Layer[] distinct = Arrays.copyOf(layers, count);
        return new Owners(top, region, distinct, count == 1 ? null : indices);
    }
}
