package io.stemma.engine.volume;

import io.stemma.engine.block.BlockRequest;
import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.Geometry;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Queue;

/** A volume in which a test plants faults: requests that fail, and a disk that does not answer. */
public final class FaultyVolume implements Volume {
    private final Volume inner;
    private final Queue<DeviceFault.Kind> planted = new ArrayDeque<>();
    private final Queue<Runnable> held = new ArrayDeque<>();
    private boolean holding;

    FaultyVolume(Volume inner) {
        this.inner = inner;
    }

    Volume inner() {
        return inner;
    }

    /** The next request fails so, and does nothing; several of these queue up. */
    public synchronized void failNext(DeviceFault.Kind kind) {
        planted.add(kind);
    }

    /** From now on nothing is answered: requests wait, and so do reads that would be at once. */
    public synchronized void hold() {
        holding = true;
    }

    /** How many requests wait. */
    public synchronized int heldCount() {
        return held.size();
    }

    /** Everything that was held goes on, in its order. */
    public void release() {
        synchronized (this) {
            holding = false;
        }
        while (true) {
            Runnable next;
            synchronized (this) {
                next = held.poll();
            }
            if (next == null) {
                return;
            }
            next.run();
        }
    }

    @Override
    public void submit(BlockRequest request) {
        start(request, forwarded -> inner.submit(forwarded));
    }

    @Override
    public void submitHolding(RangeLock lock, BlockRequest request) {
        start(request, forwarded -> inner.submitHolding(lock, forwarded));
    }

    private interface Way {
        void submit(BlockRequest forwarded);
    }

    /** The same operation on the inner volume, which answers for the one that it stands for. */
    private static final class Forwarded extends BlockRequest {
        private final BlockRequest original;

        Forwarded(BlockRequest original) {
            this.original = original;
            long first = original.firstBlock();
            long count = original.blockCount();
            boolean durable = original.forceUnitAccess();
            switch (original.kind()) {
                case READ -> read(first, count, original.address());
                case WRITE -> {
                    if (original.atomic()) {
                        writeAtomic(first, count, original.address(), durable);
                    } else {
                        write(first, count, original.address(), durable);
                    }
                }
                case FLUSH -> flush();
                case UNMAP -> unmap(first, count);
                case WRITE_ZEROES -> writeZeroes(first, count, durable);
            }
        }

        @Override
        protected void completed(@Nullable DeviceFault fault) {
            original.complete(fault);
        }
    }

    private void start(BlockRequest request, Way way) {
        request.accept();
        DeviceFault.Kind kind;
        synchronized (this) {
            if (holding) {
                held.add(() -> forward(request, way));
                return;
            }
            kind = planted.poll();
        }
        if (kind != null) {
            request.complete(DeviceFault.of(kind, "planted fault", "test"));
        } else {
            forward(request, way);
        }
    }

    private static void forward(BlockRequest request, Way way) {
        Forwarded forwarded = new Forwarded(request);
        if (request.cancelled()) {
            forwarded.cancel();
        }
        way.submit(forwarded);
    }

    @Override
    public boolean tryRead(long firstBlock, int blockCount, long address) {
        synchronized (this) {
            if (holding || !planted.isEmpty()) {
                return false;
            }
        }
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
    public boolean scrubbed(boolean begin) throws DeviceException {
        return inner.scrubbed(begin);
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
}
