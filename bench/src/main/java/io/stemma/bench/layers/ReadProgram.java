package io.stemma.bench.layers;

import io.stemma.engine.volume.Volume;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.Locale;

/** Reads of a volume with many snapshots beside one of the same size without any. */
final class ReadProgram {
    private static final int ROUNDS = 7;

    private final Pool pool;
    private final long bytes;
    private final long memory;
    private final PrintStream out;

    ReadProgram(Pool pool, long bytes, long memory, PrintStream out) {
        this.pool = pool;
        this.bytes = bytes;
        this.memory = memory;
        this.out = out;
    }

    void run(int snapshots) throws IOException {
        Volume plain = pool.create("plain", bytes);
        pool.fill(plain, bytes, memory);
        Volume deep = pool.create("deep", bytes);
        pool.fill(deep, bytes, memory);
        long blocks = bytes / Pool.BLOCK;
        long[] all = Pool.shuffled(blocks, (int) blocks, 7);
        int each = (int) Math.min(blocks / 1000, blocks / snapshots);
        Stream writes = new Stream(deep, Pool.BLOCK, 32, memory);
        long began = System.nanoTime();
        for (int i = 0; i < snapshots; i++) {
            writes.write(Arrays.copyOfRange(all, i * each, (i + 1) * each), 0);
            pool.snapshot(deep, "s" + i);
        }
        out.printf(
                Locale.ROOT,
                "%d snapshots of %d random blocks each, taken in %.1f s.%n%n",
                snapshots,
                each,
                (System.nanoTime() - began) / 1e9);
        out.println("| reads | with snapshots/s | without/s | ratio | CPU us | CPU us |");
        out.println("| --- | --: | --: | --: | --: | --: |");
        long[] random = Pool.shuffled(blocks, (int) Math.min(blocks, 200_000), 11);
        row("4 KiB random, cached", deep, plain, Pool.BLOCK, random);
        row("128 KiB sequential, cached", deep, plain, 131_072, Pool.inOrder(bytes / 131_072));
        out.println();
    }

    private void row(String name, Volume deep, Volume plain, int size, long[] places)
            throws IOException {
        Stream with = new Stream(deep, size, 1, memory);
        Stream without = new Stream(plain, size, 1, memory);
        with.read(places);
        without.read(places);
        double[] ratios = new double[ROUNDS];
        Cost one = new Cost(1, 0, 1);
        Cost other = one;
        for (int round = 0; round < ROUNDS; round++) {
            one = Cost.of(places.length, () -> with.read(places));
            other = Cost.of(places.length, () -> without.read(places));
            ratios[round] = one.perSecond() / other.perSecond();
        }
        Arrays.sort(ratios);
        out.printf(
                Locale.ROOT,
                "| %s | %.0f | %.0f | %.2f (%.2f..%.2f) | %.2f | %.2f |%n",
                name,
                one.perSecond(),
                other.perSecond(),
                ratios[ROUNDS / 2],
                ratios[0],
                ratios[ROUNDS - 1],
                one.cpuMicros(),
                other.cpuMicros());
    }
}
