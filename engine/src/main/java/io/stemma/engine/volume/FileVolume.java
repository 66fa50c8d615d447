package io.stemma.engine.volume;

import io.stemma.engine.block.BlockRequest;
import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.Geometry;
import io.stemma.engine.layer.BlockLocks;
import io.stemma.engine.layer.BlockState;
import io.stemma.engine.layer.Layer;
import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;

/**
 * A volume of the file backend. A request passes {@link Admission}, then takes its path by kind,
 * and ends in {@link #finish}. What changes the volume itself is {@link VolumeChanges}.
 */
final class FileVolume implements Volume {
    private static final Logger LOG = LoggerFactory.getLogger(FileVolume.class);

    private final Pool pool;
    private final int key;
    private final int blockShift;
    private final Admission admission = new Admission(this);
    private final Standing standing = new Standing(this);
    private final BlockLocks locks = new BlockLocks();
    private final boolean locksNothing;
    private final Listeners listeners = new Listeners();
    private final Unbarriered unbarriered = new Unbarriered();
    private final Unsynced unsynced;
    private final WriteGuard guard;
    private final VolumeThreads threads;
    private final Flushes flushes;
    private final PunchQueue punches;
    private final WritePath writes;
    private final UnmapPath unmaps;
    private final AtomicPath atomics;
    private final VolumeLayers layers;
    private volatile VolumeDescription description;
    private volatile long logicalBlocks;
    private volatile boolean writeCache;

    /**
     * A volume that serves at once.
     *
     * @param barriered number of its last barrier
     */
    @SuppressWarnings("this-escape") // Its parts only keep it, until a request comes.
    FileVolume(Pool pool, int key, Layer layer, VolumeDescription description, long barriered) {
        this.pool = pool;
        this.key = key;
        layers = new VolumeLayers(admission, layer);
        locksNothing = pool.makes(Plant.NO_BLOCK_LOCK);
        this.description = description;
        blockShift = Integer.numberOfTrailingZeros(description.geometry().logicalBlockBytes());
        logicalBlocks = description.geometry().blockCount();
        writeCache = description.writeCache();
        threads = new VolumeThreads(pool.threads());
        unsynced = new Unsynced(this);
        guard = new WriteGuard(this, pool.time());
        flushes = new Flushes(this, barriered);
        punches = new PunchQueue(this);
        writes = new WritePath(this);
        unmaps = new UnmapPath(this);
        atomics = new AtomicPath(this);
        pool.unsynced().add(unsynced);
        pool.layers().read(this);
    }

    @Override
    public boolean tryRead(long firstBlock, int blockCount, long address) {
        int epoch = admission.epochs().enter();
        try {
            long length = (long) blockCount << blockShift;
            return admission.readsNow()
                    && inside(firstBlock, blockCount)
                    && length <= Limits.TRANSFER_BYTES_MAX
                    && layer().readNow(firstBlock << blockShift, address, (int) length);
        } catch (IOException failed) {
            // The way through the pool finds out which block it is.
            return false;
        } catch (RuntimeException broken) {
            standing.brokenBy(broken);
            return false;
        } finally {
            admission.epochs().exit(epoch);
        }
    }

    @Override
    public void submit(BlockRequest request) {
        request.accept();
        admission.start(Operation.of(request, this));
    }

    @Override
    public void submitHolding(RangeLock lock, BlockRequest request) {
        request.accept();
        Operation operation = Operation.of(request, this);
        operation.holding = true;
        if (admission.ranges().covers(lock, operation)) {
            admission.start(operation);
        } else {
            finish(
                    operation,
                    standing.fault(DeviceFault.Kind.OUT_OF_RANGE, "use of a range not held"));
        }
    }

    @Override
    public void lockExclusive(RangeLock lock) {
        admission.ranges().claim(lock);
    }

    @Override
    public void unlock(RangeLock lock) {
        admission.ranges().release(lock);
    }

    @Override
    public void tap(@Nullable WriteTap tap) {
        admission.tap(tap);
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
        return standing.offline();
    }

    @Override
    public boolean congested() {
        return unsynced.congested();
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
    public Extent extentAt(long firstBlock, long blockCount) {
        int epoch = admission.epochs().enter();
        try {
            return admission.mapsNow() && inside(firstBlock, blockCount)
                    ? extentNow(firstBlock, blockCount)
                    : new Extent(firstBlock, blockCount, true);
        } finally {
            admission.epochs().exit(epoch);
        }
    }

    private Extent extentNow(long firstBlock, long blockCount) {
        long offset = firstBlock << blockShift;
        long length = blockCount << blockShift;
        long block = Layer.blockOf(offset);
        Layer.Stored stored = layer().stored(block, Layer.blocksTouched(offset, length));
        long end = ((block + stored.blockCount()) * Limits.LAYER_BLOCK_BYTES) >>> blockShift;
        return new Extent(firstBlock, Math.min(blockCount, end - firstBlock), stored.data());
    }

    @Override
    public boolean scrubbed(boolean begin) throws DeviceException {
        if (admission.has(Admission.DELETED)) {
            throw new DeviceException(standing.refusal());
        }
        if (begin) {
            punches.scrub(layer().presence().blockCount());
        }
        punches.tick();
        // A layer below without a name goes once nothing of it shows.
        boolean done = punches.scrubbed() && layer().below() == null;
        if (done) {
            // The next flush is to sync the file, though no byte was written.
            unsynced.add(Limits.LAYER_BLOCK_BYTES);
        } else if (punches.awaitsFlush()) {
            flushes.unlessDirty();
        }
        return done;
    }

    @Override
    public boolean hasPast() {
        return pool.layers().names().parent(layer()) != null;
    }

    @Override
    public SpaceUsage usage() {
        int epoch = admission.epochs().enter();
        try {
            long allocated = layer().file().allocatedBytes();
            // Behind a closed gate the map itself may be changing: then nothing is called garbage.
            boolean changing = admission.has(Admission.GATE);
            long held = changing ? allocated : dataBytes();
            return new SpaceUsage(allocated, 0, Math.max(0, allocated - held));
        } catch (IOException failed) {
            LOG.warn("Volume {}: its space is not known: {}", name(), failed.toString());
            return new SpaceUsage(0, 0, 0);
        } finally {
            admission.epochs().exit(epoch);
        }
    }

    /** Bytes of blocks that hold data; the caller has entered the epoch and saw the gate open. */
    long dataBytes() {
        long[] blocks = {0};
        layer().presence()
                .forEachRun(
                        (first, count, state) -> blocks[0] += state == BlockState.DATA ? count : 0);
        return blocks[0] * Limits.LAYER_BLOCK_BYTES;
    }

    /** From time to time. Does not block. */
    void tick() {
        if (admission.serves()) {
            unsynced.look();
            flushes.tick(pool.time().nanos());
            punches.tick();
        }
    }

    /** The record of an operation is written, or the journal failed. */
    void recorded(Operation operation, @Nullable DeviceFault fault) {
        if (fault != null) {
            if (fault.kind() == DeviceFault.Kind.OFFLINE) {
                standing.journalFailed(fault);
            }
            finish(operation, fault);
        } else if (operation.request().kind() == BlockRequest.Kind.WRITE) {
            writes.recorded(operation);
        } else {
            unmaps.recorded(operation);
        }
    }

    /** The effects are there, as durable as promised, unless a flush has to follow first. */
    void done(Operation operation) {
        if (operation.thenFlush) {
            operation.thenFlush = false;
            flushes.join(operation);
        } else {
            finish(operation, null);
        }
    }

    /** Answers a request, wherever it stands. */
    void finish(Operation operation, @Nullable DeviceFault fault) {
        BlockRequest request = operation.request();
        unlockBlocks(operation);
        WriteTap told = operation.tap;
        if (told != null) {
            operation.tap = null;
            told.after(request, fault);
        }
        if (operation.registered) {
            admission.ranges().ended(operation);
        }
        admission.leave(operation);
        operation.open = false;
        try {
            request.complete(fault);
        } catch (RuntimeException theirs) {
            LOG.error("Volume {}: the continuation of a request failed", name(), theirs);
        }
    }

    /** Takes the locks of layer blocks for an operation, which else tries its step again later. */
    BlockLocks.Outcome lockBlocks(Operation operation, long first, long count) {
        BlockLocks.Outcome outcome =
                locksNothing ? BlockLocks.Outcome.HELD : locks.lock(first, count, operation);
        // With WAITING the operation may run elsewhere by now: it is not touched any more.
        if (outcome == BlockLocks.Outcome.HELD) {
            operation.lockedFirst = first;
            operation.lockedCount = count;
        } else if (outcome == BlockLocks.Outcome.REFUSED) {
            finish(operation, standing.busy("a block"));
        }
        return outcome;
    }

    /** The same for an operation that will go elsewhere instead of waiting. */
    boolean tryLockBlocks(Operation operation, long first, long count) {
        if (!locksNothing && !locks.tryLock(first, count)) {
            return false;
        }
        operation.lockedFirst = first;
        operation.lockedCount = count;
        return true;
    }

    void unlockBlocks(Operation operation) {
        long count = operation.lockedCount;
        if (count > 0) {
            operation.lockedCount = 0;
            if (!locksNothing) {
                locks.unlock(operation.lockedFirst, count);
            }
        }
    }

    /** Works out which bytes a request concerns. */
    void measure(Operation operation) {
        operation.offset = operation.request().firstBlock() << blockShift;
        operation.length = operation.request().blockCount() << blockShift;
    }

    boolean inside(long first, long count) {
        return first >= 0 && count > 0 && first <= logicalBlocks - count;
    }

    /** The volume is something else now; the caller has seen to what that needs. */
    void describe(VolumeDescription next) {
        description = next;
        logicalBlocks = next.geometry().blockCount();
        writeCache = next.writeCache();
    }

    int logicalBlockBytes() {
        return 1 << blockShift;
    }

    long sizeBytes() {
        return logicalBlocks << blockShift;
    }

    boolean writeCache() {
        return writeCache;
    }

    String name() {
        return description.name();
    }

    Pool pool() {
        return pool;
    }

    int key() {
        return key;
    }

    /** The layer that is read, and written, by whoever looks now and is counted. */
    Layer layer() {
        return layers.now();
    }

    VolumeLayers layers() {
        return layers;
    }

    /** Refuses a change while a snapshot is being taken; the caller has the monitor. */
    void requireNoCut() {
        if (layers.cutting()) {
            throw new IllegalArgumentException(
                    "a snapshot of volume \"" + name() + "\" is being taken: try again after it");
        }
    }

    Admission admission() {
        return admission;
    }

    Standing standing() {
        return standing;
    }

    Listeners listeners() {
        return listeners;
    }

    Unbarriered unbarriered() {
        return unbarriered;
    }

    Unsynced unsynced() {
        return unsynced;
    }

    VolumeThreads threads() {
        return threads;
    }

    WriteGuard guard() {
        return guard;
    }

    Flushes flushes() {
        return flushes;
    }

    PunchQueue punches() {
        return punches;
    }

    WritePath writes() {
        return writes;
    }

    UnmapPath unmaps() {
        return unmaps;
    }

    AtomicPath atomics() {
        return atomics;
    }
}
