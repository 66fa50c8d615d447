package io.stemma.engine.layer;

import static io.stemma.engine.layer.BlockState.ABSENT;
import static io.stemma.engine.layer.BlockState.DATA;
import static io.stemma.engine.layer.BlockState.ZERO;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Random;

/** Compares a presence map with a plain model; {@code -Dstemma.seed} repeats one run. */
class PresenceModelTest {
    private static final long CHUNK = PresenceChunk.BLOCKS;
    private static final long SEGMENT = CHUNK << ChunkDirectory.SEGMENT_CHUNKS_LOG2;
    private static final long TEBIBYTE = 1L << 28;
    private static final long SEED = Long.getLong("stemma.seed", System.nanoTime());

    @ParameterizedTest
    @ValueSource(
            longs = {
                1,
                100,
                CHUNK - 1,
                CHUNK,
                CHUNK + 1,
                5 * CHUNK + 7,
                SEGMENT - 1,
                SEGMENT,
                SEGMENT + 1,
                3 * SEGMENT + 77
            })
    void agreesWithThePlainModel(long blocks) {
        Random random = new Random(SEED + blocks);
        String run = "stemma.seed=" + SEED + ", " + blocks + " blocks, step ";
        PresenceMap map = new PresenceMap(blocks);
        StateModel model = new StateModel(blocks);
        PresenceMap earlier = map.copy();
        StateModel earlierModel = model.copy();
        for (int step = 0; step < 300; step++) {
            switch (random.nextInt(12)) {
                case 0 -> {
                    long size = Math.max(1, place(random, 2 * blocks));
                    map.resize(size);
                    model.resize(size);
                }
                case 1 -> {
                    check(earlier, earlierModel, "copy, " + run + step);
                    earlier = map.copy();
                    earlierModel = model.copy();
                    if (random.nextBoolean()) {
                        PresenceMap other = map;
                        map = earlier;
                        earlier = other;
                    }
                }
                case 2 -> scatter(random, map, model);
                default -> change(random, map, model);
            }
            checkAround(random, map, model, run + step);
        }
        check(map, model, run + "last");
        earlier.become(map);
        check(earlier, model, run + "become");
    }

    /** A block that is likely to lie at a border or where others were. */
    private static long place(Random random, long blocks) {
        long border = random.nextInt(3) == 0 ? SEGMENT : CHUNK;
        long near = random.nextInt(4) * border + random.nextInt(41) - 20;
        long block = random.nextInt(4) == 0 ? (long) (random.nextDouble() * blocks) : near;
        return Math.max(0, Math.min(blocks - 1, block));
    }

    private static long length(Random random, long most) {
        long wanted =
                switch (random.nextInt(5)) {
                    case 0 -> 1;
                    case 1 -> CHUNK;
                    case 2 -> 1 + random.nextInt((int) (3 * CHUNK));
                    case 3 -> 1 + (long) (random.nextDouble() * most);
                    default -> 1 + random.nextInt(64);
                };
        return Math.min(most, wanted);
    }

    private static void change(Random random, PresenceMap map, StateModel model) {
        long first = place(random, model.blocks());
        long count = length(random, model.blocks() - first);
        BlockState to = BlockState.ofBits(random.nextInt(3));
        if (random.nextInt(3) > 0) {
            map.set(first, count, to);
            model.set(first, count, to);
        } else {
            BlockState from = BlockState.ofBits(random.nextInt(3));
            map.setWhere(first, count, from, to);
            model.setWhere(first, count, from, to);
        }
    }

    /** So many single blocks that a chunk becomes dense, or nearly so. */
    private static void scatter(Random random, PresenceMap map, StateModel model) {
        long first = place(random, model.blocks());
        int span = (int) Math.min(CHUNK, model.blocks() - first);
        int times = random.nextInt(RunChunk.RUNS_MAX);
        for (int i = 0; i < times; i++) {
            long block = first + random.nextInt(span);
            BlockState state = BlockState.ofBits(random.nextInt(3));
            map.set(block, 1, state);
            model.set(block, 1, state);
        }
    }

    private static void checkAround(
            Random random, PresenceMap map, StateModel model, String about) {
        long first = place(random, model.blocks());
        long limit = length(random, model.blocks() - first);
        long length = Math.min(limit, model.endOfRun(first) - first);
        BlockState state = model.get(first);
        assertThat(map.get(first)).as(about).isEqualTo(state);
        assertThat(map.run(first, limit)).as(about).isEqualTo(length);
        assertThat(map.all(first, length, state)).as(about).isTrue();
        assertThat(map.all(first, limit, state)).as(about).isEqualTo(length == limit);
        assertThat(StateModel.runs(map, first, limit))
                .as(about)
                .isEqualTo(model.runs(first, limit));
    }

    private static void check(PresenceMap map, StateModel model, String about) {
        long blocks = model.blocks();
        assertThat(map.blockCount()).as(about).isEqualTo(blocks);
        assertThat(StateModel.runs(map, 0, blocks)).as(about).isEqualTo(model.runs(0, blocks));
        for (BlockState state : BlockState.values()) {
            assertThat(map.count(state)).as(about).isEqualTo(model.count(state));
        }
        assertThat(map.isEmpty()).as(about).isEqualTo(model.runs(0, blocks).isEmpty());
    }

    @Test
    void anEmptyMapOfATebibyteCostsNextToNothing() {
        PresenceMap map = new PresenceMap(TEBIBYTE);
        assertThat(map.memoryBytes()).isLessThan(128);
        map.set(0, TEBIBYTE, ABSENT);
        map.setWhere(0, TEBIBYTE, DATA, ZERO);
        assertThat(map.memoryBytes()).isLessThan(128);
        assertThat(map.isEmpty()).isTrue();
    }

    @Test
    void aThousandthOfAGibibyteCostsAFewKibibytes() {
        PresenceMap map = new PresenceMap(TEBIBYTE >>> 10);
        Random random = new Random(SEED);
        for (int i = 0; i < 262; i++) {
            map.set(random.nextInt(1 << 18), 1, DATA);
        }
        assertThat(map.memoryBytes()).as("stemma.seed=%d", SEED).isLessThan(4 << 10);
    }

    @Test
    void aChunkWithManyRunsIsDenseUntilItIsUniform() {
        PresenceMap map = new PresenceMap(2 * CHUNK);
        for (int i = 0; i < RunChunk.RUNS_MAX; i++) {
            map.set(2L * i, 1, ZERO);
        }
        assertThat(map.chunk(0)).isInstanceOf(DenseChunk.class);
        assertThat(map.chunk(1)).isSameAs(RunChunk.uniform(ABSENT));
        map.setWhere(0, CHUNK, ZERO, DATA);
        assertThat(map.chunk(0)).isInstanceOf(DenseChunk.class);
        map.setWhere(0, CHUNK, ABSENT, DATA);
        assertThat(map.chunk(0)).isSameAs(RunChunk.uniform(DATA));
    }

    @Test
    void copiesShareWhatNeverChanges() {
        PresenceMap map = new PresenceMap(2 * CHUNK);
        map.set(5, 1, DATA);
        for (int i = 0; i < RunChunk.RUNS_MAX; i++) {
            map.set(CHUNK + 2L * i, 1, ZERO);
        }
        PresenceMap copy = map.copy();
        assertThat(copy.chunk(0)).isSameAs(map.chunk(0));
        assertThat(copy.chunk(1)).isInstanceOf(DenseChunk.class).isNotSameAs(map.chunk(1));
    }
}
