package io.stemma.engine.layer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;

/** What a presence map should hold, kept as plainly as a terabyte of blocks allows. */
final class StateModel {
    /** Where each run begins; neighbours may be alike. */
    private final TreeMap<Long, BlockState> begins = new TreeMap<>();

    private long blocks;

    StateModel(long blocks) {
        begins.put(0L, BlockState.ABSENT);
        this.blocks = blocks;
    }

    StateModel copy() {
        StateModel copy = new StateModel(blocks);
        copy.begins.putAll(begins);
        return copy;
    }

    long blocks() {
        return blocks;
    }

    BlockState get(long block) {
        return begins.floorEntry(block).getValue();
    }

    void set(long first, long count, BlockState state) {
        cut(first);
        cut(first + count);
        begins.subMap(first, first + count).clear();
        begins.put(first, state);
    }

    void setWhere(long first, long count, BlockState from, BlockState to) {
        cut(first);
        cut(first + count);
        begins.subMap(first, first + count).replaceAll((at, is) -> is == from ? to : is);
    }

    private void cut(long block) {
        begins.putIfAbsent(block, get(block));
    }

    void resize(long newBlocks) {
        if (newBlocks < blocks) {
            begins.tailMap(newBlocks, false).clear();
            begins.put(newBlocks, BlockState.ABSENT);
        }
        blocks = newBlocks;
    }

    /** The runs of a range that are not ABSENT, in words. */
    List<String> runs(long first, long count) {
        List<String> runs = new ArrayList<>();
        long block = first;
        long end = first + count;
        while (block < end) {
            long next = Math.min(end, endOfRun(block));
            if (get(block) != BlockState.ABSENT) {
                runs.add(block + "+" + (next - block) + " " + get(block));
            }
            block = next;
        }
        return runs;
    }

    /** First block behind that has another state, as far as there are blocks. */
    long endOfRun(long block) {
        BlockState state = get(block);
        NavigableMap<Long, BlockState> later = begins.tailMap(block, false);
        for (Map.Entry<Long, BlockState> begin : later.entrySet()) {
            if (begin.getValue() != state) {
                return Math.min(blocks, begin.getKey());
            }
        }
        return blocks;
    }

    long count(BlockState state) {
        long count = 0;
        for (long block = 0; block < blocks; block = endOfRun(block)) {
            count += get(block) == state ? endOfRun(block) - block : 0;
        }
        return count;
    }

    /** The runs of a range of a map in the same words. */
    static List<String> runs(PresenceMap map, long first, long count) {
        List<String> runs = new ArrayList<>();
        map.forEachRun(
                first, count, (at, length, state) -> runs.add(at + "+" + length + " " + state));
        return runs;
    }

    /** A map with parts of each kind: empty, whole, few runs, many runs. */
    static PresenceMap random(Random random, long blocks) {
        PresenceMap map = new PresenceMap(blocks);
        long chunk = PresenceMap.CHUNK_BLOCKS;
        for (long first = 0; first < blocks; first += chunk) {
            int count = (int) Math.min(chunk, blocks - first);
            BlockState state = BlockState.ofBits(random.nextInt(3));
            int scattered =
                    switch (random.nextInt(4)) {
                        case 0 -> 0;
                        case 1 -> random.nextInt(20);
                        case 2 -> 1500 + random.nextInt(1500);
                        default -> 20_000;
                    };
            map.set(first, count, state);
            for (int i = 0; i < scattered; i++) {
                long at = first + random.nextInt(count);
                map.set(at, 1, BlockState.ofBits(random.nextInt(3)));
            }
        }
        return map;
    }
}
