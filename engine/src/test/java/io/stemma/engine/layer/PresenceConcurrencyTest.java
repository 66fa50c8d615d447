package io.stemma.engine.layer;

import static io.stemma.engine.layer.BlockState.ABSENT;
import static io.stemma.engine.layer.BlockState.DATA;
import static io.stemma.engine.layer.BlockState.ZERO;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;

/** Writers of different blocks, readers and growth beside each other. */
class PresenceConcurrencyTest {
    private static final int CHUNK = PresenceChunk.BLOCKS;
    private static final long SEGMENT = (long) CHUNK << ChunkDirectory.SEGMENT_CHUNKS_LOG2;
    private static final long SEED = Long.getLong("stemma.seed", System.nanoTime());
    private static final int WRITERS = 4;
    private static final int OWNED = CHUNK / WRITERS;
    private static final int ROUNDS = 6;

    private final ExecutorService pool = Executors.newCachedThreadPool();
    private final AtomicBoolean ended = new AtomicBoolean();

    @AfterEach
    void endThreads() {
        pool.shutdownNow();
    }

    /**
     * Each writer gives its blocks one state after the other, in an order of its own, so that the
     * chunk goes from empty over runs and dense to uniform in each round. A reader that knows how
     * far a writer was before and after it looked knows which states it may have seen.
     */
    @Test
    void readersSeeOnlyStatesThatWereThere() throws Exception {
        PresenceMap map = new PresenceMap(CHUNK + 10);
        int[][] orders = new int[WRITERS][];
        AtomicLongArray done = new AtomicLongArray(WRITERS);
        List<Future<?>> writers = new ArrayList<>();
        for (int w = 0; w < WRITERS; w++) {
            orders[w] = order(w);
        }
        List<Future<?>> readers =
                List.of(start(() -> read(map, orders, done)), start(() -> read(map, orders, done)));
        for (int w = 0; w < WRITERS; w++) {
            int writer = w;
            writers.add(start(() -> write(map, writer, orders[writer], done)));
        }
        for (Future<?> writer : writers) {
            writer.get();
        }
        ended.set(true);
        for (Future<?> reader : readers) {
            reader.get();
        }
        assertThat(map.all(0, CHUNK, state(ROUNDS))).isTrue();
        assertThat(map.chunk(0)).isSameAs(RunChunk.uniform(state(ROUNDS)));
        assertThat(map.all(CHUNK, 10, ABSENT)).isTrue();
    }

    private static BlockState state(long round) {
        return BlockState.ofBits((int) (round % 3));
    }

    /** The blocks of a writer: shuffled, so that a chunk becomes dense. */
    private static int[] order(int writer) {
        Random random = new Random(SEED + writer);
        int[] order = new int[OWNED];
        for (int i = 0; i < OWNED; i++) {
            order[i] = i * WRITERS + writer;
            int other = random.nextInt(i + 1);
            int swapped = order[other];
            order[other] = order[i];
            order[i] = swapped;
        }
        return order;
    }

    private static Void write(PresenceMap map, int writer, int[] order, AtomicLongArray done) {
        for (int round = 1; round <= ROUNDS; round++) {
            BlockState before = state(round - 1);
            BlockState after = state(round);
            for (int i = 0; i < OWNED; i++) {
                if ((i & 1) == 0) {
                    map.set(order[i], 1, after);
                } else {
                    map.setWhere(order[i], 1, after, before);
                    map.setWhere(order[i], 1, before, after);
                }
                done.set(writer, (long) (round - 1) * OWNED + i + 1);
            }
        }
        return null;
    }

    private Void read(PresenceMap map, int[][] orders, AtomicLongArray done) {
        Random random = new Random(SEED - 1);
        while (!ended.get()) {
            int writer = random.nextInt(WRITERS);
            int i = random.nextInt(OWNED);
            int block = orders[writer][i];
            long before = done.get(writer);
            BlockState seen = look(random, map, block);
            long after = done.get(writer);
            long least = rounds(before, i);
            long most = rounds(after + 1, i);
            if (most - least < 2) {
                assertThat(seen)
                        .as("stemma.seed=%d, block %d, rounds %d to %d", SEED, block, least, most)
                        .isIn(state(least), state(most));
            }
        }
        return null;
    }

    /** How often a writer that did so many steps has written the block at that place. */
    private static long rounds(long steps, int place) {
        return steps <= place ? 0 : (steps - place - 1) / OWNED + 1;
    }

    private static BlockState look(Random random, PresenceMap map, int block) {
        if (random.nextBoolean()) {
            return map.get(block);
        }
        BlockState[] seen = {ABSENT};
        map.forEachRun(block, 1, (first, count, state) -> seen[0] = state);
        return seen[0];
    }

    /** A sweep that changes one state touches every word, and may not take back what others do. */
    @Test
    void aSweepLeavesTheBlocksOfOthersAlone() throws Exception {
        PresenceMap map = new PresenceMap(CHUNK);
        Future<?> sweeper =
                start(
                        () -> {
                            for (int round = 0; round < 20; round++) {
                                for (int block = 0; block < CHUNK; block += 8) {
                                    map.set(block, 1, ZERO);
                                }
                                map.setWhere(0, CHUNK, ZERO, DATA);
                            }
                            return null;
                        });
        Future<?> writer =
                start(
                        () -> {
                            while (!sweeper.isDone()) {
                                toggle(map, DATA);
                                toggle(map, ABSENT);
                            }
                            toggle(map, DATA);
                            return null;
                        });
        sweeper.get();
        writer.get();
        for (int block = 0; block < CHUNK; block++) {
            boolean owned = (block & 7) == 0 || (block & 7) == 3;
            assertThat(map.get(block)).isEqualTo(owned ? DATA : ABSENT);
        }
    }

    private static void toggle(PresenceMap map, BlockState state) {
        for (int block = 3; block < CHUNK; block += 8) {
            map.set(block, 1, state);
            assertThat(map.get(block)).isEqualTo(state);
        }
    }

    @Test
    void growthLosesNothingThatIsWrittenMeanwhile() throws Exception {
        int segments = 64;
        for (int round = 0; round < 20; round++) {
            PresenceMap map = new PresenceMap(segments * SEGMENT);
            Future<?> growth =
                    start(
                            () -> {
                                for (int i = 1; i <= 200; i++) {
                                    map.resize((segments + i) * SEGMENT);
                                }
                                return null;
                            });
            List<Future<?>> writers = new ArrayList<>();
            for (int w = 0; w < WRITERS; w++) {
                int writer = w;
                writers.add(
                        start(
                                () -> {
                                    for (int s = 0; s < segments; s++) {
                                        map.set(s * SEGMENT + 7L * writer, 1, DATA);
                                        map.set((s + 1) * SEGMENT - 1 - writer, 1, ZERO);
                                    }
                                    return null;
                                }));
            }
            growth.get();
            for (Future<?> writer : writers) {
                writer.get();
            }
            assertThat(map.count(DATA)).isEqualTo((long) WRITERS * segments);
            assertThat(map.count(ZERO)).isEqualTo((long) WRITERS * segments);
        }
    }

    private Future<?> start(Callable<?> work) {
        return pool.submit(work);
    }
}
