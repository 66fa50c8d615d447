package io.stemma.bench.micro;

import io.stemma.engine.block.BlockRequest;
import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.Geometry;
import io.stemma.engine.volume.FileBackend;
import io.stemma.engine.volume.Volume;
import io.stemma.engine.volume.VolumeSpecification;

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
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Reads and writes of a volume of the file backend without a network: 32 requests at drawn places
 * are submitted, then all are awaited. Time is that of one request. Every block is present, as
 * after a first fill; no snapshot, no tap, no flush.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class VolumeBenchmark {
    private static final int BATCH = 32;
    private static final int FILL_BYTES = 4096;
    private static final long VOLUME_BYTES = 256L << 20;

    /** Where the pool lies: memory, or the disk. */
    @Param({"/dev/shm", "/var/tmp"})
    private String folder = "";

    /** Bytes of each request. */
    @Param({"4096", "131072"})
    private int bytes;

    private final AtomicInteger waiting = new AtomicInteger();
    private final Request[] requests = new Request[BATCH];
    private Path path = Path.of("");
    private long address;
    private @Nullable FileBackend backend;
    private @Nullable Volume volume;
    private long random = 7;

    private final class Request extends BlockRequest {
        @Override
        protected void completed(@Nullable DeviceFault fault) {
            if (fault != null) {
                throw new IllegalStateException(fault.toString());
            }
            waiting.decrementAndGet();
        }
    }

    /** A filled volume. */
    @Setup
    public void open() throws IOException, DeviceException {
        path = BenchFolder.create(folder);
        // For as long as the trial's own process lives.
        address = Arena.global().allocate((long) BATCH * bytes, 4096).address();
        FileBackend opened = FileBackend.open(path);
        backend = opened;
        Geometry geometry = new Geometry(VOLUME_BYTES / 512, 512, 4096);
        volume = opened.create(new VolumeSpecification("bench", geometry, true));
        for (int i = 0; i < BATCH; i++) {
            requests[i] = new Request();
        }
        for (long block = 0; block < VOLUME_BYTES / 512; block += FILL_BYTES / 512) {
            waiting.set(1);
            volume().submit(requests[0].write(block, FILL_BYTES / 512, address, false));
            await();
        }
    }

    private Volume volume() {
        return Objects.requireNonNull(volume);
    }

    private long place() {
        random ^= random << 13;
        random ^= random >>> 7;
        random ^= random << 17;
        return Long.remainderUnsigned(random, VOLUME_BYTES / bytes) * (bytes / 512);
    }

    /** Reads as an event loop tries them first; those that would wait are submitted. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void read() {
        Volume device = volume();
        waiting.set(0);
        for (int i = 0; i < BATCH; i++) {
            long block = place();
            long at = address + (long) i * bytes;
            if (!device.tryRead(block, bytes / 512, at)) {
                waiting.incrementAndGet();
                device.submit(requests[i].read(block, bytes / 512, at));
            }
        }
        await();
    }

    /** Writes over blocks that are there. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void write() {
        waiting.set(BATCH);
        for (int i = 0; i < BATCH; i++) {
            volume().submit(
                            requests[i].write(
                                    place(), bytes / 512, address + (long) i * bytes, false));
        }
        await();
    }

    private void await() {
        while (waiting.get() > 0) {
            Thread.onSpinWait();
        }
    }

    /** Removes the pool. */
    @TearDown
    public void close() throws DeviceException {
        Objects.requireNonNull(backend).close();
        BenchFolder.remove(path);
    }
}
