package io.stemma.server.server;

import io.stemma.engine.block.BlockRequest;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.Geometry;
import io.stemma.engine.volume.RangeLock;
import io.stemma.engine.volume.SpaceUsage;
import io.stemma.engine.volume.Volume;
import io.stemma.engine.volume.VolumeDescription;
import io.stemma.engine.volume.VolumeListener;
import io.stemma.engine.volume.WriteTap;

import org.jspecify.annotations.Nullable;

import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A volume on a slow disk: a write reaches it after a random time, in any order, and nothing stops
 * one that was issued, whoever cancels it.
 */
final class LateVolume implements Volume, AutoCloseable {
    private static final int LATEST_MICROS = 20_000;

    private final Volume inner;
    private final Random random;
    private final ScheduledExecutorService disk = Executors.newScheduledThreadPool(2);
    private final AtomicInteger underWay = new AtomicInteger();

    LateVolume(Volume inner, long seed) {
        this.inner = inner;
        random = new Random(seed);
    }

    /** The write as the disk has it, deaf to cancellation. */
    private static final class Deaf extends BlockRequest {
        private final BlockRequest original;
        private final AtomicInteger underWay;

        Deaf(BlockRequest original, AtomicInteger underWay) {
            this.original = original;
            this.underWay = underWay;
            write(
                    original.firstBlock(),
                    original.blockCount(),
                    original.address(),
                    original.forceUnitAccess());
        }

        @Override
        protected void completed(@Nullable DeviceFault fault) {
            underWay.decrementAndGet();
            original.complete(fault);
        }
    }

    /** Whether every write that was issued has ended. */
    boolean idle() {
        return underWay.get() == 0;
    }

    @Override
    public void submit(BlockRequest request) {
        if (request.kind() != BlockRequest.Kind.WRITE) {
            inner.submit(request);
            return;
        }
        request.accept();
        underWay.incrementAndGet();
        int micros;
        synchronized (random) {
            micros = random.nextInt(LATEST_MICROS);
        }
        disk.schedule(
                () -> inner.submit(new Deaf(request, underWay)), micros, TimeUnit.MICROSECONDS);
    }

    @Override
    public void submitHolding(RangeLock lock, BlockRequest request) {
        inner.submitHolding(lock, request);
    }

    @Override
    public boolean tryRead(long firstBlock, int blockCount, long address) {
        return inner.tryRead(firstBlock, blockCount, address);
    }

    @Override
    public Geometry geometry() {
        return inner.geometry();
    }

    @Override
    public VolumeDescription description() {
        return inner.description();
    }

    @Override
    public @Nullable DeviceFault offlineFault() {
        return inner.offlineFault();
    }

    @Override
    public boolean congested() {
        return inner.congested();
    }

    @Override
    public void addListener(VolumeListener listener) {
        inner.addListener(listener);
    }

    @Override
    public void removeListener(VolumeListener listener) {
        inner.removeListener(listener);
    }

    @Override
    public void tap(@Nullable WriteTap tap) {
        inner.tap(tap);
    }

    @Override
    public Extent extentAt(long firstBlock, long blockCount) {
        return inner.extentAt(firstBlock, blockCount);
    }

    @Override
    public SpaceUsage usage() {
        return inner.usage();
    }

    @Override
    public void lockExclusive(RangeLock lock) {
        inner.lockExclusive(lock);
    }

    @Override
    public void unlock(RangeLock lock) {
        inner.unlock(lock);
    }

    @Override
    public void close() {
        disk.shutdown();
    }
}
