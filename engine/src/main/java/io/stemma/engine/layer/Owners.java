package io.stemma.engine.layer;

import org.jspecify.annotations.Nullable;

/**
 * Which layer's file holds each block of one region as a frozen layer shows it. Immutable but for
 * the mark that it was used.
 */
final class Owners {
    /** Blocks of a region: 4 MiB. */
    static final int BLOCKS_LOG2 = 10;

    static final int BLOCKS = 1 << BLOCKS_LOG2;

    private static final int BYTES = 64;

    final Layer top;
    final long region;

    /** Distinct owners; null stands for blocks that read zero. */
    private final @Nullable Layer[] layers;

    /** For each block the index of its owner; null if all have the first. */
    private final short @Nullable [] indices;

    /** Cleared by whoever looks for something to forget. */
    volatile boolean used = true;

    Owners(Layer top, long region, @Nullable Layer[] layers, short @Nullable [] indices) {
        this.top = top;
        this.region = region;
        this.layers = layers;
        this.indices = indices;
    }

    /** Whose file holds the block, null if it reads zero. */
    @Nullable Layer owner(int block) {
        return layers[indices == null ? 0 : indices[block]];
    }

    /** Blocks from one on, at most {@code limit} and all in the region, that have its owner. */
    int run(int block, int limit) {
        short[] of = indices;
        if (of == null) {
            return limit;
        }
        short first = of[block];
        int length = 1;
        while (length < limit && of[block + length] == first) {
            length++;
        }
        return length;
    }

    /** Whether a layer is the top or owns something. */
    boolean concerns(Layer layer) {
        if (top == layer) {
            return true;
        }
        for (Layer owner : layers) {
            if (owner == layer) {
                return true;
            }
        }
        return false;
    }

    /** How many distinct owners there are, that of zeroes included. */
    int distinct() {
        return layers.length;
    }

    /** About what it takes in memory. */
    int memoryBytes() {
        return BYTES + layers.length * Integer.BYTES + (indices == null ? 0 : 16 + 2 * BLOCKS);
    }
}
