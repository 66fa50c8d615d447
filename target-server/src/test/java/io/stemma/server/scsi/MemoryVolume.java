package io.stemma.server.scsi;

import io.stemma.engine.block.BlockRequest;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.Geometry;
import io.stemma.engine.volume.RangeLock;
import io.stemma.engine.volume.SpaceUsage;
import io.stemma.engine.volume.Volume;
import io.stemma.engine.volume.VolumeDescription;
import io.stemma.engine.volume.VolumeId;
import io.stemma.engine.volume.VolumeListener;
import io.stemma.engine.volume.WriteTap;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.UUID;

/** A volume in memory that tests can slow down and make fail. */
public final class MemoryVolume implements Volume {
    /** The name of a volume that is the only one. */
    static final long NAA = 0x3abc_def0_1234_5678L;

    /** What was asked of it: kind, first block, number of blocks, FUA. */
    final List<String> log = new ArrayList<>();

    final List<VolumeListener> listeners = new ArrayList<>();
    final BitSet mapped = new BitSet();

    /** Whether small reads find what they want at once. */
    boolean cached = true;

    /** Whether requests wait until {@link #release}. */
    boolean holding;

    /** Whether it does nothing at all, for counting what others make. */
    boolean dry;

    /** Whether work in the background gets its locks at once. */
    boolean letGrant = true;

    /** How often it was asked to keep nothing of what is not mapped. */
    int scrubs;

    /** By which name copies find it. */
    long naa = NAA;

    @Nullable DeviceFault offline;
    @Nullable DeviceFault nextFault;
    boolean hasPast;
    boolean writeCache = true;
    @Nullable RangeLock locked;

    private MemorySegment blocks;
    private final Queue<BlockRequest> held = new ArrayDeque<>();
    private final Deque<PacedWork.Exclusive> waiting = new ArrayDeque<>();
    private Geometry geometry;
    private int countdown;
    private Runnable then = () -> {};

    /** What it says it is, where it is not the only one. */
    private @Nullable VolumeDescription identity;

    /** Whether it is a snapshot, which nobody may write. */
    private boolean frozen;

    MemoryVolume(long blockCount, int blockBytes) {
        geometry = new Geometry(blockCount, blockBytes, 4096);
        blocks = Arena.ofAuto().allocate(geometry.sizeBytes(), 4096);
    }

    /** One of several. */
    public static MemoryVolume of(VolumeDescription identity) {
        Geometry geometry = identity.geometry();
        MemoryVolume volume = new MemoryVolume(geometry.blockCount(), geometry.logicalBlockBytes());
        volume.identity = identity;
        return volume;
    }

    /** What it holds now, as a snapshot. */
    public MemoryVolume frozenAs(VolumeDescription description) {
        MemoryVolume copy = of(description);
        copy.become(this);
        copy.frozen = true;
        return copy;
    }

    /** Gets the size and content of another; who listens is told. */
    public void become(MemoryVolume other) {
        boolean resized = !geometry.equals(other.geometry);
        geometry = other.geometry;
        blocks = Arena.ofAuto().allocate(geometry.sizeBytes(), 4096).copyFrom(other.blocks);
        mapped.clear();
        mapped.or(other.mapped);
        for (VolumeListener listener : List.copyOf(listeners)) {
            if (resized) {
                listener.resized(geometry);
            }
            listener.contentChanged();
        }
    }

    /** The same volume under another name. */
    public void rename(String name) {
        VolumeDescription now = description();
        identity =
                new VolumeDescription(
                        now.id(),
                        name,
                        geometry,
                        now.writeCache(),
                        now.naaLocallyAssigned(),
                        now.serialNumber(),
                        now.createdWallMillis());
    }

    /** Writes a byte into each byte of a block. */
    public void fill(int block, int value) {
        int bytes = geometry.logicalBlockBytes();
        blocks.asSlice((long) block * bytes, bytes).fill((byte) value);
        mapped.set(block);
    }

    /** Which blocks hold something. */
    public BitSet mapped() {
        return (BitSet) mapped.clone();
    }

    /** Whether two hold the same in a block that both have. */
    public boolean same(MemoryVolume other, int block) {
        int bytes = geometry.logicalBlockBytes();
        long at = (long) block * bytes;
        return blocks.asSlice(at, bytes).mismatch(other.blocks.asSlice(at, bytes)) < 0;
    }

    /** All bytes. */
    MemorySegment bytes() {
        return blocks;
    }

    /** Changes the size, not the memory behind it. */
    public void resize(long blockCount) {
        geometry = geometry.withBlockCount(blockCount);
        List.copyOf(listeners).forEach(listener -> listener.resized(geometry));
    }

    /** Switches the write cache. */
    public void writeCache(boolean enabled) {
        writeCache = enabled;
        List.copyOf(listeners).forEach(listener -> listener.writeCacheChanged(enabled));
    }

    /** Does something just before a request, once. */
    void afterRequests(int count, Runnable what) {
        countdown = count;
        then = what;
    }

    /** Makes a later request fail. */
    void faultAfter(int count, DeviceFault fault) {
        afterRequests(count, () -> nextFault = fault);
    }

    /** Executes what was held. */
    void release() {
        holding = false;
        for (BlockRequest request = held.poll(); request != null; request = held.poll()) {
            execute(request);
        }
    }

    @Override
    public Geometry geometry() {
        return geometry;
    }

    @Override
    public boolean tryRead(long firstBlock, int blockCount, long address) {
        if (!cached || nextFault != null) {
            return false;
        }
        if (dry) {
            return true;
        }
        log.add("TRY_READ " + firstBlock + " " + blockCount);
        transfer(firstBlock, blockCount, address, false);
        return true;
    }

    private void transfer(long firstBlock, long count, long address, boolean write) {
        long at = firstBlock * geometry.logicalBlockBytes();
        long bytes = count * geometry.logicalBlockBytes();
        MemorySegment memory = MemorySegment.ofAddress(address).reinterpret(bytes);
        if (write) {
            MemorySegment.copy(memory, 0, blocks, at, bytes);
            mapped.set((int) firstBlock, (int) (firstBlock + count));
        } else {
            MemorySegment.copy(blocks, at, memory, 0, bytes);
        }
    }

    @Override
    public void submit(BlockRequest request) {
        request.accept();
        if (holding) {
            held.add(request);
        } else {
            execute(request);
        }
    }

    private void execute(BlockRequest request) {
        if (request.cancelled()) {
            request.complete(DeviceFault.of(DeviceFault.Kind.ABORTED, "request", "memory"));
            return;
        }
        if (countdown-- == 0) {
            then.run();
        }
        DeviceFault fault = nextFault;
        if (fault != null) {
            nextFault = null;
            request.complete(fault);
            return;
        }
        if (dry) {
            request.complete(null);
            return;
        }
        log.add(
                request.kind()
                        + (request.atomic() ? " ATOMIC " : " ")
                        + request.firstBlock()
                        + " "
                        + request.blockCount()
                        + (request.forceUnitAccess() ? " FUA" : ""));
        perform(request);
        request.complete(null);
    }

    private void perform(BlockRequest request) {
        long first = request.firstBlock();
        long count = request.blockCount();
        if (frozen
                && request.kind() != BlockRequest.Kind.READ
                && request.kind() != BlockRequest.Kind.FLUSH) {
            throw new AssertionError(request.kind() + " of a snapshot");
        }
        switch (request.kind()) {
            case READ -> transfer(first, count, request.address(), false);
            case WRITE -> transfer(first, count, request.address(), true);
            case FLUSH -> {}
            case UNMAP, WRITE_ZEROES -> {
                int block = geometry.logicalBlockBytes();
                blocks.asSlice(first * block, count * block).fill((byte) 0);
                mapped.clear((int) first, (int) (first + count));
            }
        }
    }

    @Override
    public VolumeDescription description() {
        VolumeDescription is = identity;
        if (is != null) {
            return new VolumeDescription(
                    is.id(),
                    is.name(),
                    geometry,
                    writeCache,
                    is.naaLocallyAssigned(),
                    is.serialNumber(),
                    is.createdWallMillis());
        }
        return new VolumeDescription(
                new VolumeId(new UUID(1, 2)),
                "demo",
                geometry,
                writeCache,
                naa,
                String.format("%016x", naa == NAA ? 0x0011_2233_aabb_ccddL : naa),
                0);
    }

    @Override
    public @Nullable DeviceFault offlineFault() {
        return offline;
    }

    @Override
    public boolean congested() {
        return false;
    }

    @Override
    public void addListener(VolumeListener listener) {
        listeners.add(listener);
    }

    @Override
    public void removeListener(VolumeListener listener) {
        listeners.remove(listener);
    }

    @Override
    public void tap(@Nullable WriteTap tap) {}

    @Override
    public Extent extentAt(long firstBlock, long blockCount) {
        int first = (int) firstBlock;
        boolean isMapped = mapped.get(first);
        int change = isMapped ? mapped.nextClearBit(first) : mapped.nextSetBit(first);
        long end = change < 0 ? geometry.blockCount() : change;
        // Tells of at most eight blocks, so that whoever wants more has to join pieces.
        long count = Math.min(8, Math.min(end - firstBlock, blockCount));
        return new Extent(firstBlock, count, isMapped);
    }

    @Override
    public boolean hasPast() {
        return hasPast;
    }

    @Override
    public SpaceUsage usage() {
        return new SpaceUsage(0, 0, 0);
    }

    @Override
    public void lockExclusive(RangeLock lock) {
        locked = lock;
        log.add("LOCK " + lock.range().firstBlock() + " " + lock.range().blockCount());
        if (lock instanceof PacedWork.Exclusive hold && !letGrant) {
            waiting.add(hold);
        } else if (lock instanceof PacedWork.Exclusive hold) {
            hold.granted();
        } else {
            ((Hold) lock).granted();
        }
    }

    /** Grants the lock that was asked for first of those that wait. */
    void grantFirst() {
        waiting.removeFirst().granted();
    }

    @Override
    public boolean scrubbed(boolean begin) {
        scrubs += begin ? 1 : 0;
        return true;
    }

    @Override
    public void submitHolding(RangeLock lock, BlockRequest request) {
        submit(request);
    }

    @Override
    public void unlock(RangeLock lock) {
        locked = null;
        log.add("UNLOCK");
    }
}
