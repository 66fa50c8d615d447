package io.stemma.bench.micro;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.io.HostFolder;
import io.stemma.engine.journal.Journal;
import io.stemma.engine.journal.JournalThreads;
import io.stemma.engine.journal.Presence;
import io.stemma.engine.journal.StructuralRecord;
import io.stemma.engine.journal.SyncWaiter;
import io.stemma.engine.layer.BlockState;
import io.stemma.engine.runtime.TimeSource;

import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Appending to the pool's journal: presence records alone, as every first write of a block makes
 * one, and with the barrier that a flush asks for. Time is that of one record.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class JournalBenchmark {
    private static final int BATCH = 32;
    private static final int BATCHES_A_BARRIER = (64 << 20) / 4096 / BATCH;
    private static final long BLOCKS = 1 << 17;

    /** Where the journal lies: memory, or the disk. */
    @Param({"/dev/shm", "/var/tmp"})
    private String folder = "";

    private final AtomicInteger waiting = new AtomicInteger();
    private final FirstWrite[] records = new FirstWrite[BATCH];
    private final Flush flush = new Flush();
    private Path path = Path.of("");
    private @Nullable Journal opened;
    private int batches;
    private int volumeKey;
    private int layerKey;
    private long block;

    private final class FirstWrite extends Presence {
        @Override
        protected void written(@Nullable DeviceFault fault) {
            finish(fault);
        }
    }

    private final class Flush extends SyncWaiter {
        @Override
        protected void done(@Nullable DeviceFault fault) {
            finish(fault);
        }
    }

    private void finish(@Nullable DeviceFault fault) {
        if (fault != null) {
            throw new IllegalStateException(fault.toString());
        }
        waiting.decrementAndGet();
    }

    /** A journal with one volume. */
    @Setup
    public void open() throws IOException, DeviceException {
        path = BenchFolder.create(folder);
        Journal journal =
                Journal.open(HostFolder.open(path), JournalThreads.PLATFORM, TimeSource.SYSTEM);
        volumeKey = journal.nextVolumeKey();
        layerKey = journal.nextLayerKey();
        journal.commit(
                new StructuralRecord.VolumeCreated(
                        volumeKey,
                        layerKey,
                        UUID.randomUUID(),
                        "bench",
                        BLOCKS * 8,
                        512,
                        4096,
                        true,
                        0,
                        "bench",
                        0));
        for (int i = 0; i < BATCH; i++) {
            records[i] = new FirstWrite();
        }
        opened = journal;
    }

    /**
     * Records of one batch, each in the page cache at the end; with a barrier every 64 MiB of
     * blocks, as the engine makes them unasked.
     */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void presence() {
        Journal journal = Objects.requireNonNull(opened);
        publish(journal);
        if (++batches % BATCHES_A_BARRIER == 0) {
            barrier(journal);
        }
    }

    /** One batch and its barrier: what a flush of 32 first writes costs the journal. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void presenceAndBarrier() {
        Journal journal = Objects.requireNonNull(opened);
        publish(journal);
        barrier(journal);
    }

    private void publish(Journal journal) {
        waiting.set(BATCH);
        for (FirstWrite record : records) {
            block = (block + 7919) % BLOCKS;
            journal.publish(record.prepare(volumeKey, layerKey, block, 1, BlockState.DATA, false));
        }
        await();
    }

    private void barrier(Journal journal) {
        waiting.set(1);
        journal.barrier(volumeKey, journal.lastPublished(volumeKey), flush);
        await();
    }

    private void await() {
        while (waiting.get() > 0) {
            Thread.onSpinWait();
        }
    }

    /** Removes the journal. */
    @TearDown
    public void close() throws DeviceException {
        Objects.requireNonNull(opened).close();
        BenchFolder.remove(path);
    }
}
