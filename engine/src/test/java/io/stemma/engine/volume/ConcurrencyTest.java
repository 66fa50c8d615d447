package io.stemma.engine.volume;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.block.BlockRange;
import io.stemma.engine.block.Geometry;
import io.stemma.engine.io.Memory;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Real threads on real files. */
class ConcurrencyTest {
    private static final int THREADS = 8;
    private static final int LAYER_BLOCKS = 128;

    @TempDir Path folder;
    private FileBackend backend;
    private Volume volume;
    private ExecutorService pool;

    @BeforeEach
    void open() throws Exception {
        backend = FileBackend.open(folder);
        volume =
                backend.create(
                        new VolumeSpecification(
                                "v", new Geometry(LAYER_BLOCKS * 8, 512, 4096), true));
        pool = Executors.newFixedThreadPool(THREADS + 1);
    }

    @AfterEach
    void close() throws Exception {
        pool.shutdown();
        backend.close();
    }

    /**
     * Each thread owns one sector of every layer block, so all of them fight for the same blocks.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void sectorsOfOneLayerBlockWrittenByDifferentThreadsAreAllKept(long seed) throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        Future<?> flusher = pool.submit(() -> flushUntil(stop));
        List<Callable<byte[]>> tasks = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            int sector = t;
            tasks.add(() -> ownSector(new Random(seed * 100 + sector), sector));
        }
        byte[][] models = new byte[THREADS][];
        List<Future<byte[]>> results = pool.invokeAll(tasks);
        for (int t = 0; t < THREADS; t++) {
            models[t] = results.get(t).get();
        }
        stop.set(true);
        flusher.get();
        checkSectors(models, seed);
        backend.close();
        backend = FileBackend.open(folder);
        volume = backend.volume("v").orElseThrow();
        checkSectors(models, seed);
    }

    private void flushUntil(AtomicBoolean stop) {
        while (!stop.get()) {
            TestRequest flush = new TestRequest();
            flush.flush();
            assertThat(flush.on(volume).await()).isNull();
        }
    }

    private byte[] ownSector(Random random, int sector) {
        byte[] model = new byte[LAYER_BLOCKS];
        Memory memory = new Memory(512);
        TestRequest request = new TestRequest();
        for (int step = 0; step < 1500; step++) {
            int block = random.nextInt(LAYER_BLOCKS);
            long lba = block * 8L + sector;
            byte value = (byte) random.nextInt(100);
            byte[] bytes = new byte[512];
            java.util.Arrays.fill(bytes, value);
            memory.put(bytes);
            switch (random.nextInt(12)) {
                case 0 -> {
                    request.unmap(lba, 1);
                    value = 0;
                }
                case 1 -> {
                    request.writeZeroes(lba, 1, random.nextInt(10) == 0);
                    value = 0;
                }
                case 2 -> {
                    request.read(lba, 1, memory.address());
                    assertThat(request.on(volume).await()).isNull();
                    assertThat(memory.get(512)).containsOnly(model[block]);
                    continue;
                }
                default -> request.write(lba, 1, memory.address(), random.nextInt(40) == 0);
            }
            assertThat(request.on(volume).await()).isNull();
            model[block] = value;
        }
        return model;
    }

    private void checkSectors(byte[][] models, long seed) {
        Memory memory = new Memory(LAYER_BLOCKS * 4096);
        TestRequest request = new TestRequest();
        request.read(0, LAYER_BLOCKS * 8, memory.address());
        assertThat(request.on(volume).await()).isNull();
        byte[] all = memory.get(LAYER_BLOCKS * 4096);
        for (int i = 0; i < all.length; i++) {
            int sector = i / 512 % 8;
            assertThat(all[i])
                    .as("seed %d block %d sector %d", seed, i / 4096, sector)
                    .isEqualTo(models[sector][i / 4096]);
        }
    }

    /**
     * Whole-block unmaps and first writes of neighbouring blocks, with a shrink and growth between.
     */
    @Test
    void resizingUnderLoadLosesNothingOfWhatStays() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        List<Future<Integer>> writers = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            int mine = t;
            writers.add(pool.submit(() -> rewriteUntil(stop, mine)));
        }
        for (int i = 0; i < 20; i++) {
            backend.resize(volume, LAYER_BLOCKS * 8 - 100, true);
            backend.resize(volume, LAYER_BLOCKS * 8 + 1000, false);
        }
        stop.set(true);
        for (int t = 0; t < 4; t++) {
            int value = writers.get(t).get();
            Memory memory = new Memory(4096);
            TestRequest request = new TestRequest();
            request.read(t * 8L, 8, memory.address());
            assertThat(request.on(volume).await()).isNull();
            assertThat(memory.get(4096)).containsOnly(value);
        }
    }

    private int rewriteUntil(AtomicBoolean stop, int block) {
        int value = 0;
        TestRequest request = new TestRequest();
        Memory memory = new Memory(4096);
        byte[] bytes = new byte[4096];
        while (!stop.get()) {
            request.unmap(block * 8L, 8);
            assertThat(request.on(volume).await()).isNull();
            value = (value + 1) % 100;
            java.util.Arrays.fill(bytes, (byte) value);
            memory.put(bytes);
            request.write(block * 8L, 8, memory.address(), false);
            assertThat(request.on(volume).await()).isNull();
        }
        return value;
    }

    /** Counters in blocks that threads read, add to, and write back under an exclusive lock. */
    @Test
    void exclusiveHoldersNeverMeetEachOtherOrPlainWrites() throws Exception {
        int rounds = 300;
        AtomicInteger plainWrites = new AtomicInteger();
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            tasks.add(
                    () -> {
                        for (int i = 0; i < rounds; i++) {
                            addOneUnderLock();
                        }
                        return null;
                    });
        }
        tasks.add(
                () -> {
                    // Rewrites of neighbours go on throughout, some of them overlapping the lock.
                    TestRequest request = new TestRequest();
                    Memory memory = new Memory(4096);
                    for (int i = 0; i < rounds; i++) {
                        request.write(i % 2 == 0 ? 8 : 1, 2, memory.address(), false);
                        assertThat(request.on(volume).await()).isNull();
                        plainWrites.incrementAndGet();
                    }
                    return null;
                });
        for (Future<Void> each : pool.invokeAll(tasks)) {
            each.get();
        }
        Memory memory = new Memory(512);
        TestRequest request = new TestRequest();
        request.read(0, 1, memory.address());
        assertThat(request.on(volume).await()).isNull();
        byte[] counter = memory.get(4);
        int sum = (counter[0] & 0xff) | (counter[1] & 0xff) << 8;
        assertThat(sum).isEqualTo(4 * rounds);
        assertThat(plainWrites.get()).isEqualTo(rounds);
    }

    private void addOneUnderLock() throws InterruptedException {
        CountDownLatch granted = new CountDownLatch(1);
        RangeLock lock =
                new RangeLock(new BlockRange(0, 2)) {
                    @Override
                    protected void granted() {
                        granted.countDown();
                    }
                };
        volume.lockExclusive(lock);
        granted.await();
        Memory memory = new Memory(512);
        TestRequest request = new TestRequest();
        request.read(0, 1, memory.address());
        assertThat(request.on(volume, lock).await()).isNull();
        byte[] bytes = memory.get(512);
        int next = ((bytes[0] & 0xff) | (bytes[1] & 0xff) << 8) + 1;
        bytes[0] = (byte) next;
        bytes[1] = (byte) (next >> 8);
        memory.put(bytes);
        request.write(0, 1, memory.address(), false);
        assertThat(request.on(volume, lock).await()).isNull();
        volume.unlock(lock);
    }
}
