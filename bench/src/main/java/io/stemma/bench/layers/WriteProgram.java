package io.stemma.bench.layers;

import io.stemma.engine.volume.Volume;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.Locale;

/**
 * Writes right after a snapshot beside the same writes once more: the first ones make blocks of the
 * new layer, the second ones overwrite them. On a volume that was written whole before.
 */
final class WriteProgram {
    private static final int DEPTH = 32;
    private static final int ROUNDS = 5;

    private final Pool pool;
    private final Volume volume;
    private final long bytes;
    private final long memory;
    private final PrintStream out;
    private int snapshots;

    WriteProgram(Pool pool, long bytes, long memory, PrintStream out) throws IOException {
        this.pool = pool;
        this.bytes = bytes;
        this.memory = memory;
        this.out = out;
        volume = pool.create("written", bytes);
        pool.fill(volume, bytes, memory);
    }

    void run() throws IOException {
        out.println(
                "| writes | flush | after a snapshot/s | once more/s | ratio | CPU us | CPU us |");
        out.println("| --- | --- | --: | --: | --: | --: | --: |");
        for (int flush : new int[] {0, 32, 1}) {
            int count = flush == 1 ? 500 : flush == 32 ? 8_000 : 60_000;
            row("4 KiB random", 4096, flush, count);
        }
        for (int flush : new int[] {0, 32, 1}) {
            int count = flush == 1 ? 300 : flush == 32 ? 2_000 : 8_000;
            row("64 KiB sequential", 65_536, flush, count);
        }
        out.println();
    }

    private void row(String name, int size, int flush, int wanted) throws IOException {
        int count = (int) Math.min(wanted, bytes / size);
        boolean random = size == 4096;
        Stream stream = new Stream(volume, size, DEPTH, memory);
        double[] ratios = new double[ROUNDS];
        Cost first = new Cost(1, 0, 1);
        Cost again = first;
        for (int round = -1; round < ROUNDS; round++) {
            long[] places =
                    random ? Pool.shuffled(bytes / size, count, round) : Pool.inOrder(count);
            pool.snapshot(volume, "s" + snapshots++);
            first = Cost.of(count, () -> stream.write(places, flush));
            stream.flush();
            again = Cost.of(count, () -> stream.write(places, flush));
            stream.flush();
            if (round >= 0) {
                ratios[round] = first.perSecond() / again.perSecond();
            }
        }
        Arrays.sort(ratios);
        out.printf(
                Locale.ROOT,
                "| %s | %s | %.0f | %.0f | %.2f (%.2f..%.2f) | %.1f | %.1f |%n",
                name,
                flush == 0 ? "none" : "each " + flush,
                first.perSecond(),
                again.perSecond(),
                ratios[ROUNDS / 2],
                ratios[0],
                ratios[ROUNDS - 1],
                first.cpuMicros(),
                again.cpuMicros());
    }
}
