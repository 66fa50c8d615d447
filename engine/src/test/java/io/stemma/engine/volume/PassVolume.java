package io.stemma.engine.volume;

import io.stemma.engine.block.BlockRequest;
import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.Geometry;

import org.jspecify.annotations.Nullable;

/** A volume that passes everything on to another; subclasses change what they are about. */
public abstract class PassVolume implements Volume {
    private final Volume inner;

    /** Passes on to {@code inner}. */
    protected PassVolume(Volume inner) {
        this.inner = inner;
    }

    /** What is passed on to. */
    protected final Volume inner() {
        return inner;
    }

    /** The same operation on the inner volume, which answers for the one that it stands for. */
    protected static class Forwarded extends BlockRequest {
        private final BlockRequest original;

        /** To be submitted in the place of {@code original}. */
        @SuppressWarnings("this-escape") // Preparing a request keeps nothing of it.
        public Forwarded(BlockRequest original) {
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

    @Override
    public void submit(BlockRequest request) {
        inner.submit(request);
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
    public boolean scrubbed(boolean begin) throws DeviceException {
        return inner.scrubbed(begin);
    }

    @Override
    public boolean hasPast() {
        return inner.hasPast();
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
