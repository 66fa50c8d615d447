package io.stemma.bench.layers;

import io.stemma.engine.block.BlockRequest;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.volume.PointsInTime;
import io.stemma.engine.volume.Volume;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Semaphore;

/** What hosts notice of snapshots: one writes blocks one after the other while they are taken. */
final class CutProgram {
    private static final long VOLUME_BYTES = 1L << 40;
    private static final int CUTS = 60;
    private static final int WRITTEN_BLOCKS = 50_000;

    private final Pool pool;
    private final long memory;
    private final PrintStream out;
    private volatile boolean ended;
    private volatile boolean cutting;

    CutProgram(Pool pool, long memory, PrintStream out) {
        this.pool = pool;
        this.memory = memory;
        this.out = out;
    }

    void run(int volumes) throws IOException {
        List<Volume> all = new ArrayList<>();
        for (int i = 0; i < volumes; i++) {
            all.add(pool.create("cut" + volumes + "-" + i, VOLUME_BYTES));
        }
        Histogram alone = new Histogram(3);
        Histogram during = new Histogram(3);
        ended = false;
        Thread host = new Thread(() -> host(all, alone, during), "host");
        host.start();
        Histogram takes = new Histogram(3);
        try {
            for (int i = 0; i < CUTS; i++) {
                pause();
                cutting = true;
                long began = System.nanoTime();
                try (PointsInTime.Cut cut = pool.points().prepare(all)) {
                    cut.cut();
                    cut.complete("s" + i);
                }
                takes.recordValue(System.nanoTime() - began);
                cutting = false;
            }
        } finally {
            ended = true;
            join(host);
        }
        out.printf(
                Locale.ROOT,
                "| %d of 1 TiB | %d | %.0f | %.0f | %.0f | %.0f | %.1f |%n",
                volumes,
                during.getTotalCount(),
                alone.getValueAtPercentile(99) / 1e3,
                during.getValueAtPercentile(99) / 1e3,
                (during.getValueAtPercentile(99) - alone.getValueAtPercentile(99)) / 1e3,
                during.getMaxValue() / 1e3,
                takes.getValueAtPercentile(50) / 1e6);
    }

    /** The head of the table. */
    void head() {
        out.println(
                "| volumes | writes during | p99 us without | p99 us during | more | longest us |"
                        + " snapshot ms |");
        out.println("| --- | --: | --: | --: | --: | --: | --: |");
    }

    private static void pause() {
        java.util.concurrent.locks.LockSupport.parkNanos(100_000_000);
    }

    private static void join(Thread host) {
        boolean interrupted = false;
        while (host.isAlive()) {
            try {
                host.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void host(List<Volume> volumes, Histogram alone, Histogram during) {
        Random random = new Random(1);
        Semaphore done = new Semaphore(0);
        BlockRequest request =
                new BlockRequest() {
                    @Override
                    protected void completed(@Nullable DeviceFault fault) {
                        if (fault != null) {
                            throw new IllegalStateException(fault.toString());
                        }
                        done.release();
                    }
                };
        while (!ended) {
            Volume volume = volumes.get(random.nextInt(volumes.size()));
            long block = random.nextInt(WRITTEN_BLOCKS) * 8L;
            boolean in = cutting;
            long began = System.nanoTime();
            request.write(block, 8, memory, false);
            volume.submit(request);
            done.acquireUninterruptibly();
            long took = System.nanoTime() - began;
            (in || cutting ? during : alone).recordValue(took);
        }
    }
}
