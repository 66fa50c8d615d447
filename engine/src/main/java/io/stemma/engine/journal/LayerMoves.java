package io.stemma.engine.journal;

import io.stemma.engine.layer.BlockState;
import io.stemma.engine.layer.PresenceMap;

import java.util.ArrayList;
import java.util.List;

/**
 * What merges, trims and hydration do to the maps of layers. A range may reach beyond a layer; what
 * does is left out. Readers may look at the maps meanwhile: a block is never absent above before it
 * is present below.
 */
final class LayerMoves {
    /**
     * A layer as the one over it sees it.
     *
     * @param map its blocks
     * @param visibleBlocks how many of them show through, from the first on
     */
    record Seen(PresenceMap map, long visibleBlocks) {}

    /** Told of a run of blocks. */
    @FunctionalInterface
    private interface Run {
        void of(long first, long count);
    }

    private LayerMoves() {}

    /** What the child sees in the range and does not hold, it holds as the parent does. */
    static void intoChild(
            PresenceMap parent, PresenceMap child, long childVisible, long first, long count) {
        long end = end(first, count, Math.min(child.blockCount(), seen(parent, childVisible)));
        absent(child, first, end, (from, length) -> copyHeld(parent, child, from, length));
    }

    /**
     * What the child holds in the range, the parent holds as the child does. What the child neither
     * holds nor sees reads zero in the parent. Then the child holds only what lies behind the
     * blocks that it sees, since there it would not see them in the parent.
     */
    static void intoParent(
            PresenceMap parent,
            long parentVisible,
            PresenceMap child,
            long childVisible,
            long first,
            long count) {
        if (parent.blockCount() < child.blockCount()) {
            parent.resize(child.blockCount());
        }
        long end = end(first, count, child.blockCount());
        absent(
                child,
                Math.max(first, childVisible),
                end,
                (from, length) -> hide(parent, parentVisible, from, length));
        copyHeld(child, parent, first, Math.max(0, end - first));
        long seenEnd = Math.min(end, childVisible);
        if (first < seenEnd) {
            child.set(first, seenEnd - first, BlockState.ABSENT);
        }
    }

    /** What the child holds in the range, or does not see, the parent does not hold. */
    static void trim(
            PresenceMap parent, PresenceMap child, long childVisible, long first, long count) {
        long unseen = Math.max(first, childVisible);
        long last = end(first, count, parent.blockCount());
        if (unseen < last) {
            parent.set(unseen, last - unseen, BlockState.ABSENT);
        }
        long end = end(first, count, Math.min(parent.blockCount(), child.blockCount()));
        for (long block = first; block < end; ) {
            long length = child.run(block, end - block);
            if (child.get(block) != BlockState.ABSENT) {
                parent.set(block, length, BlockState.ABSENT);
            }
            block += length;
        }
    }

    /** What a layer sees in the range and does not hold, it holds as the layers below do. */
    static void hydrate(PresenceMap layer, List<Seen> below, long first, long count) {
        List<long[]> open = new ArrayList<>();
        absent(
                layer,
                first,
                end(first, count, layer.blockCount()),
                (from, length) -> open.add(new long[] {from, length}));
        List<long[]> looking = open;
        for (Seen lower : below) {
            long limit = seen(lower.map, lower.visibleBlocks);
            List<long[]> deeper = new ArrayList<>();
            for (long[] run : looking) {
                long end = end(run[0], run[1], limit);
                copyHeld(lower.map, layer, run[0], Math.max(0, end - run[0]));
                absent(
                        lower.map,
                        run[0],
                        end,
                        (from, length) -> deeper.add(new long[] {from, length}));
            }
            if (deeper.isEmpty()) {
                return;
            }
            looking = deeper;
        }
    }

    private static long seen(PresenceMap lower, long visible) {
        return Math.min(lower.blockCount(), visible);
    }

    private static long end(long first, long count, long limit) {
        if (first < 0 || count < 0) {
            throw new JournalDamage("a range of " + count + " blocks from block " + first);
        }
        return count > limit - first ? limit : first + count;
    }

    /** Reads zero from now on, whatever lies below. */
    private static void hide(PresenceMap map, long visible, long first, long count) {
        long zero = Math.clamp(visible - first, 0, count);
        map.set(first, zero, BlockState.ZERO);
        map.set(first + zero, count - zero, BlockState.ABSENT);
    }

    private static void absent(PresenceMap map, long first, long end, Run visitor) {
        for (long block = first; block < end; ) {
            long length = map.run(block, end - block);
            if (map.get(block) == BlockState.ABSENT) {
                visitor.of(block, length);
            }
            block += length;
        }
    }

    private static void copyHeld(PresenceMap from, PresenceMap to, long first, long count) {
        long end = first + count;
        for (long block = first; block < end; ) {
            BlockState state = from.get(block);
            long length = from.run(block, end - block);
            if (state != BlockState.ABSENT) {
                to.set(block, length, state);
            }
            block += length;
        }
    }
}
