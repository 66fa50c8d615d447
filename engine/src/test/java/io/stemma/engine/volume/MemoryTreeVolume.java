package io.stemma.engine.volume;

import io.stemma.engine.block.BlockRequest;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.Geometry;
import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** A volume or an opened snapshot of a {@link MemoryTree}: one array. */
final class MemoryTreeVolume implements Volume {
    final MemoryTree tree;
    final Object root;
    final boolean readOnly;
    VolumeDescription description;
    byte[] content;

    /** What the volume was before it shrank. */
    byte[] cut = new byte[0];

    boolean gone;

    /** The snapshot that it lies over, which may be gone. */
    @Nullable MemoryTreeSnapshot below;

    MemoryTreeVolume(
            MemoryTree tree,
            Object root,
            VolumeDescription description,
            byte[] content,
            boolean readOnly) {
        this.tree = tree;
        this.root = root;
        this.description = description;
        this.content = content;
        this.readOnly = readOnly;
    }

    int blockBytes() {
        return geometry().logicalBlockBytes();
    }

    @Override
    public Geometry geometry() {
        return description.geometry();
    }

    @Override
    public VolumeDescription description() {
        return description;
    }

    @Override
    public @Nullable DeviceFault offlineFault() {
        return null;
    }

    @Override
    public boolean congested() {
        return false;
    }

    @Override
    public void addListener(VolumeListener listener) {}

    @Override
    public void removeListener(VolumeListener listener) {}

    @Override
    public void tap(@Nullable WriteTap tap) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean tryRead(long firstBlock, int blockCount, long address) {
        if (gone || !geometry().contains(firstBlock, blockCount)) {
            return false;
        }
        int length = blockCount * blockBytes();
        MemorySegment.copy(
                MemorySegment.ofArray(content),
                firstBlock * blockBytes(),
                memory(address, length),
                0,
                length);
        return true;
    }

    @Override
    public void submit(BlockRequest request) {
        request.accept();
        request.complete(done(request));
    }

    private @Nullable DeviceFault done(BlockRequest request) {
        if (gone) {
            return fault(DeviceFault.Kind.GONE);
        }
        if (request.kind() == BlockRequest.Kind.FLUSH) {
            return null;
        }
        if (!geometry().contains(request.firstBlock(), request.blockCount())) {
            return fault(DeviceFault.Kind.OUT_OF_RANGE);
        }
        if (request.kind() == BlockRequest.Kind.READ) {
            tryRead(request.firstBlock(), (int) request.blockCount(), request.address());
            return null;
        }
        if (readOnly && !tree.lies(MemoryLie.SNAPSHOT_TAKES_WRITES)) {
            return fault(DeviceFault.Kind.MEDIUM);
        }
        tree.touch.run();
        change(request);
        tree.touch.run();
        return null;
    }

    private void change(BlockRequest request) {
        int offset = (int) request.firstBlock() * blockBytes();
        int length = (int) request.blockCount() * blockBytes();
        if (request.kind() == BlockRequest.Kind.WRITE) {
            MemorySegment target = MemorySegment.ofArray(content);
            MemorySegment.copy(memory(request.address(), length), 0, target, offset, length);
            if (tree.lies(MemoryLie.PART_WRITE_LOSES_THE_REST)) {
                int end = Math.min(content.length, offset + length + -(offset + length) % 4096);
                Arrays.fill(content, offset - offset % 4096, offset, (byte) 0);
                Arrays.fill(content, Math.min(end, offset + length), end, (byte) 0);
            }
            return;
        }
        Arrays.fill(content, offset, offset + length, (byte) 0);
        MemoryTreeSnapshot parent = below;
        if (tree.lies(MemoryLie.UNMAP_SHOWS_PARENT) && parent != null) {
            int end = Math.min(offset + length, parent.content.length);
            System.arraycopy(parent.content, offset, content, offset, Math.max(0, end - offset));
        }
    }

    private static MemorySegment memory(long address, int length) {
        return MemorySegment.ofAddress(address).reinterpret(length);
    }

    private DeviceFault fault(DeviceFault.Kind kind) {
        return DeviceFault.of(kind, "request", description.name());
    }

    boolean zero(long block) {
        int start = (int) block * blockBytes();
        for (int i = start; i < start + blockBytes(); i++) {
            if (content[i] != 0) {
                return false;
            }
        }
        return true;
    }

    boolean differs(@Nullable MemoryTreeVolume from, long block) {
        if (from == null || block >= from.geometry().blockCount()) {
            return !zero(block);
        }
        int start = (int) block * blockBytes();
        int end = start + blockBytes();
        return !Arrays.equals(from.content, start, end, content, start, end);
    }

    @Override
    public Extent extentAt(long firstBlock, long blockCount) {
        boolean mapped = !zero(firstBlock);
        long count = 1;
        while (count < blockCount && zero(firstBlock + count) != mapped) {
            count++;
        }
        boolean lie = tree.lies(MemoryLie.EXTENT_CALLS_DATA_UNMAPPED) && count == 1;
        return new Extent(firstBlock, count, mapped && !lie);
    }

    @Override
    public boolean hasPast() {
        return below != null;
    }

    @Override
    public SpaceUsage usage() {
        return new SpaceUsage(content.length, 0, 0);
    }

    @Override
    public boolean scrubbed(boolean begin) {
        return true;
    }

    @Override
    public void lockExclusive(RangeLock lock) {
        lock.granted();
    }

    @Override
    public void submitHolding(RangeLock lock, BlockRequest request) {
        int most = Limits.ATOMIC_WRITE_BYTES_MAX / blockBytes();
        request.accept();
        boolean tooLong = request.atomic() && request.blockCount() > most;
        request.complete(tooLong ? fault(DeviceFault.Kind.OUT_OF_RANGE) : done(request));
    }

    @Override
    public void unlock(RangeLock lock) {}
}
