package io.stemma.engine.layer;

import static io.stemma.engine.layer.BlockState.ABSENT;
import static io.stemma.engine.layer.BlockState.DATA;
import static io.stemma.engine.layer.BlockState.ZERO;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stemma.engine.runtime.InvariantViolation;
import io.stemma.engine.runtime.Limits;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

class PresenceMapTest {
    private static final int CHUNK = PresenceChunk.BLOCKS;

    @Test
    void newBlocksAreAbsent() {
        PresenceMap map = new PresenceMap(100);
        assertThat(map.blockCount()).isEqualTo(100);
        assertThat(map.all(0, 100, ABSENT)).isTrue();
        assertThat(map.run(0, 100)).isEqualTo(100);
        assertThat(runs(map)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void agreesWithAnArrayOfStates(long seed) {
        Random random = new Random(seed);
        int blocks = CHUNK * 3 + random.nextInt(CHUNK);
        PresenceMap map = new PresenceMap(blocks);
        BlockState[] model = new BlockState[blocks];
        Arrays.fill(model, ABSENT);
        for (int step = 0; step < 400; step++) {
            int first = random.nextInt(model.length);
            int most = random.nextInt(3) == 0 ? model.length - first : 200;
            int count = Math.min(model.length - first, 1 + random.nextInt(most));
            BlockState state = BlockState.ofBits(random.nextInt(3));
            if (random.nextInt(20) == 0) {
                int size = CHUNK + random.nextInt(3 * CHUNK);
                int before = model.length;
                map.resize(size);
                model = Arrays.copyOf(model, size);
                if (size > before) {
                    Arrays.fill(model, before, size, ABSENT);
                }
            } else {
                map.set(first, count, state);
                Arrays.fill(model, first, first + count, state);
            }
            checkAround(random, map, model);
        }
        checkWhole(map, model, seed);
        checkWhole(map.copy(), model, seed);
    }

    private static void checkAround(Random random, PresenceMap map, BlockState[] model) {
        int first = random.nextInt(model.length);
        int limit = 1 + random.nextInt(model.length - first);
        int length = 1;
        while (length < limit && model[first + length] == model[first]) {
            length++;
        }
        assertThat(map.run(first, limit)).isEqualTo(length);
        assertThat(map.get(first)).isEqualTo(model[first]);
        assertThat(map.all(first, length, model[first])).isTrue();
        assertThat(map.all(first, limit, model[first])).isEqualTo(length == limit);
    }

    private static void checkWhole(PresenceMap map, BlockState[] model, long seed) {
        BlockState[] seen = new BlockState[model.length];
        Arrays.fill(seen, ABSENT);
        map.forEachRun(
                (first, count, state) ->
                        Arrays.fill(seen, (int) first, (int) (first + count), state));
        assertThat(seen).as("seed %d", seed).isEqualTo(model);
    }

    @Test
    void fillingBlockByBlockEndsInOneRun() {
        PresenceMap map = new PresenceMap(2L * CHUNK);
        for (int block = 0; block < 2 * CHUNK; block++) {
            map.set(block, 1, DATA);
        }
        assertThat(runs(map)).containsExactly("0+" + 2 * CHUNK + " DATA");
        map.set(5, 1, ZERO);
        assertThat(runs(map))
                .containsExactly("0+5 DATA", "5+1 ZERO", "6+" + (2 * CHUNK - 6) + " DATA");
    }

    @Test
    void theLargestLayerCostsLittleWhileItIsUniform() {
        PresenceMap map = new PresenceMap(Limits.LAYER_BLOCKS_MAX);
        map.set(0, Limits.LAYER_BLOCKS_MAX, DATA);
        map.set(Limits.LAYER_BLOCKS_MAX - 1, 1, ZERO);
        assertThat(map.run(0, Limits.LAYER_BLOCKS_MAX)).isEqualTo(Limits.LAYER_BLOCKS_MAX - 1);
    }

    @Test
    void cutBlocksComeBackAbsent() {
        PresenceMap map = new PresenceMap(1000);
        map.set(0, 1000, DATA);
        map.resize(500);
        map.resize(1000);
        assertThat(runs(map)).containsExactly("0+500 DATA");
    }

    @Test
    void blocksThatDoNotExistAreAnInvariantViolation() {
        PresenceMap map = new PresenceMap(10);
        assertThatThrownBy(() -> map.get(10)).isInstanceOf(InvariantViolation.class);
        assertThatThrownBy(() -> map.set(9, 2, DATA)).isInstanceOf(InvariantViolation.class);
        assertThatThrownBy(() -> map.all(-1, 1, DATA)).isInstanceOf(InvariantViolation.class);
        assertThatThrownBy(() -> map.run(0, 11)).isInstanceOf(InvariantViolation.class);
    }

    @Test
    void neighboursWrittenByDifferentThreadsLoseNothing() throws Exception {
        int threads = 4;
        int blocks = 2 * CHUNK;
        PresenceMap map = new PresenceMap(blocks);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        for (BlockState state : new BlockState[] {DATA, ZERO, ABSENT, DATA}) {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<?>> done = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int mine = t;
                done.add(
                        pool.submit(
                                () -> {
                                    start.await();
                                    for (int block = mine; block < blocks; block += threads) {
                                        map.set(block, 1, state);
                                    }
                                    return null;
                                }));
            }
            start.countDown();
            for (Future<?> one : done) {
                one.get();
            }
            assertThat(map.all(0, blocks, state)).isTrue();
        }
        pool.shutdown();
    }

    private static List<String> runs(PresenceMap map) {
        List<String> runs = new ArrayList<>();
        map.forEachRun((first, count, state) -> runs.add(first + "+" + count + " " + state));
        return runs;
    }
}
