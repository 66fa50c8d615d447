package io.stemma.engine.layer;

import io.stemma.engine.io.BlockFile;
import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.foreign.Arena;

/**
 * One sparse file of a volume's whole size, in which block n lies at offset n, the map that says
 * which blocks it holds, and the layer below that shows through where it holds none. The file ends
 * on a whole block. Offsets and lengths are bytes, multiples of the volume's logical block. Any
 * thread that counts among the readers of a volume; who changes the state of blocks holds their
 * locks.
 */
public final class Layer {
    private static final int BLOCK = Limits.LAYER_BLOCK_BYTES;
    private static final int BLOCK_LOG2 = Integer.numberOfTrailingZeros(BLOCK);
    private static final int IN_REGION = Owners.BLOCKS - 1;

    /**
     * What a layer lies over.
     *
     * @param parent the layer below
     * @param visibleBlocks blocks of it that show through; behind them it is as if absent
     */
    public record Below(Layer parent, long visibleBlocks) {}

    private final int key;
    private final BlockFile file;
    private final PresenceMap presence;
    private final OwnerCache owners;
    private volatile @Nullable Below below;

    /** It gets the blocks of another layer, so that nobody may remember what it shows. */
    private volatile boolean changing;

    /** No write that began before the freeze is under way any more. */
    private volatile boolean sealed;

    /** A layer over an open file; the caller closes the file. */
    public Layer(int key, BlockFile file, PresenceMap presence, OwnerCache owners) {
        this.key = key;
        this.file = file;
        this.presence = presence;
        this.owners = owners;
    }

    /** Name of the file of a layer. */
    public static String fileName(int layerKey) {
        return String.format("layer.%016x", layerKey);
    }

    /** Blocks of a layer that has room for so many bytes. */
    public static long blocksFor(long sizeBytes) {
        return (sizeBytes + BLOCK - 1) >>> BLOCK_LOG2;
    }

    /** The block in which a byte lies. */
    public static long blockOf(long offset) {
        return offset >>> BLOCK_LOG2;
    }

    /** How many blocks the bytes touch. */
    public static long blocksTouched(long offset, long length) {
        return blockOf(offset + length - 1) - blockOf(offset) + 1;
    }

    /** The number of the layer in its pool, never used again. */
    public int key() {
        return key;
    }

    /** The file. */
    public BlockFile file() {
        return file;
    }

    /** The states of its blocks. */
    public PresenceMap presence() {
        return presence;
    }

    /** What it lies over; null if nothing. */
    public @Nullable Below below() {
        return below;
    }

    /** It lies over something else that shows the same from now on. */
    public void below(@Nullable Below next) {
        below = next;
    }

    /** Whether nobody writes it any more, so that what it shows can be remembered. */
    public boolean sealed() {
        return sealed;
    }

    /** The last write that knew it as a head has ended. */
    public void seal() {
        sealed = true;
    }

    /** It is a head again. Nobody remembers what it shows. */
    public void unseal() {
        sealed = false;
    }

    /** Whether what it shows must not be remembered. */
    boolean changing() {
        return changing;
    }

    /** What it shows is about to change, or will change no more. */
    public void changing(boolean now) {
        changing = now;
    }

    /** Whether writes to the layer below may still be under way. */
    public boolean belowUnsealed() {
        Below now = below;
        return now != null && !now.parent().sealed;
    }

    /**
     * Whether every block that the bytes touch is DATA, so that they can be overwritten in place.
     */
    public boolean holds(long offset, long length) {
        return presence.all(blockOf(offset), blocksTouched(offset, length), BlockState.DATA);
    }

    /** Whether something below may show through in a range, were the layer to hold nothing. */
    public boolean covers(long first, long count) {
        Below now = below;
        long end = first + count;
        while (now != null) {
            end = Math.min(end, now.visibleBlocks());
            if (end <= first) {
                return false;
            }
            Layer parent = now.parent();
            long there = Math.min(end, parent.presence.blockCount());
            boolean nothing =
                    parent.sealed
                            && (there <= first
                                    || parent.presence.all(
                                            first, there - first, BlockState.ABSENT));
            if (!nothing) {
                return true;
            }
            now = parent.below;
        }
        return false;
    }

    /**
     * How many blocks from {@code first} on nothing below shows through, were the layer to hold
     * nothing; 0 if the first one does.
     */
    public long uncovered(long first, long limit) {
        long free = limit;
        long end = first + limit;
        for (Below now = below; now != null && free > 0; now = now.parent().below) {
            end = Math.min(end, now.visibleBlocks());
            Layer parent = now.parent();
            long there = Math.min(Math.min(end, parent.presence.blockCount()), first + free);
            if (there <= first) {
                break;
            }
            if (!parent.sealed) {
                return 0;
            }
            long run = parent.presence.run(first, there - first, BlockState.ABSENT);
            free = first + run < there ? run : free;
        }
        return free;
    }

    /** Reads bytes as they show. May wait. */
    public void read(long offset, long address, int length) throws IOException {
        int done = 0;
        while (done < length) {
            long at = offset + done;
            BlockState state = presence.get(blockOf(at));
            int here = runBytes(at, length - done, state);
            switch (state) {
                case DATA -> file.read(at, address + done, here);
                case ZERO -> Zeroes.fill(address + done, here);
                case ABSENT -> readBelow(at, address + done, here);
            }
            done += here;
        }
    }

    /**
     * Reads bytes without waiting for a disk.
     *
     * @return false if that is impossible now; memory then holds rubbish
     */
    public boolean readNow(long offset, long address, int length) throws IOException {
        if (holds(offset, length)) {
            return file.readNow(offset, address, length);
        }
        int done = 0;
        while (done < length) {
            long at = offset + done;
            BlockState state = presence.get(blockOf(at));
            int here = runBytes(at, length - done, state);
            switch (state) {
                case DATA -> {
                    if (!file.readNow(at, address + done, here)) {
                        return false;
                    }
                }
                case ZERO -> Zeroes.fill(address + done, here);
                case ABSENT -> {
                    if (!readBelowNow(at, address + done, here)) {
                        return false;
                    }
                }
            }
            done += here;
        }
        return true;
    }

    /**
     * Bytes from an offset on whose blocks have the state, up to a length; 0 if the first one has
     * another by now.
     */
    private int runBytes(long offset, int length, BlockState state) {
        long run = presence.run(blockOf(offset), blocksTouched(offset, length), state);
        long end = (blockOf(offset) + run) << BLOCK_LOG2;
        return Math.clamp(end - offset, 0, length);
    }

    private void readBelow(long offset, long address, int length) throws IOException {
        Below now = below;
        int visible = visible(now, offset, length);
        if (now != null && visible > 0) {
            now.parent().readFrozen(offset, address, visible);
        }
        Zeroes.fill(address + visible, length - visible);
    }

    private boolean readBelowNow(long offset, long address, int length) throws IOException {
        Below now = below;
        int visible = visible(now, offset, length);
        if (now != null && visible > 0 && !now.parent().readFrozenNow(offset, address, visible)) {
            return false;
        }
        Zeroes.fill(address + visible, length - visible);
        return true;
    }

    private static int visible(@Nullable Below now, long offset, int length) {
        return now == null
                ? 0
                : Math.clamp((now.visibleBlocks() << BLOCK_LOG2) - offset, 0, length);
    }

    /** Reads as a layer that is frozen, whether all of its writes have ended or not. */
    private void readFrozen(long offset, long address, int length) throws IOException {
        if (!sealed || changing) {
            read(offset, address, length);
            return;
        }
        int done = 0;
        while (done < length) {
            long at = offset + done;
            Owners region = owners.of(this, regionOf(at));
            int here = ownedBytes(region, at, length - done);
            Layer owner = region.owner(inRegion(at));
            if (owner == null) {
                Zeroes.fill(address + done, here);
            } else {
                owner.file.read(at, address + done, here);
            }
            done += here;
        }
    }

    private boolean readFrozenNow(long offset, long address, int length) throws IOException {
        if (!sealed || changing) {
            return readNow(offset, address, length);
        }
        int done = 0;
        while (done < length) {
            long at = offset + done;
            Owners region = owners.get(this, regionOf(at));
            if (region == null) {
                // To find it out is work for a thread that may take its time.
                return false;
            }
            int here = ownedBytes(region, at, length - done);
            Layer owner = region.owner(inRegion(at));
            if (owner == null) {
                Zeroes.fill(address + done, here);
            } else if (!owner.file.readNow(at, address + done, here)) {
                return false;
            }
            done += here;
        }
        return true;
    }

    private static long regionOf(long offset) {
        return blockOf(offset) >>> Owners.BLOCKS_LOG2;
    }

    private static int inRegion(long offset) {
        return (int) blockOf(offset) & IN_REGION;
    }

    private static int ownedBytes(Owners region, long offset, int length) {
        int block = inRegion(offset);
        int touched = (int) Math.min(Owners.BLOCKS - block, blocksTouched(offset, length));
        int bytes = region.run(block, touched) * BLOCK - (int) (offset & (BLOCK - 1));
        return Math.min(bytes, length);
    }

    /** Blocks that are stored in the same way. */
    public record Stored(long blockCount, boolean data) {}

    /**
     * How the first blocks of a range are stored, here or below: as data, or as nothing, which
     * reads zero.
     *
     * @param limit blocks to look at, 1 or more
     */
    public Stored stored(long first, long limit) {
        BlockState state = presence.get(first);
        long run = Math.max(1, presence.run(first, limit, state));
        if (state != BlockState.ABSENT) {
            return new Stored(run, state == BlockState.DATA);
        }
        Below now = below;
        long visible = now == null ? 0 : Math.clamp(now.visibleBlocks() - first, 0, run);
        if (now == null || visible == 0) {
            return new Stored(run, false);
        }
        if (!now.parent().sealed || now.parent().changing) {
            return now.parent().stored(first, visible);
        }
        int at = (int) first & IN_REGION;
        Owners region = owners.of(now.parent(), first >>> Owners.BLOCKS_LOG2);
        int same = region.run(at, (int) Math.min(visible, Owners.BLOCKS - at));
        return new Stored(same, region.owner(at) != null);
    }

    /** How many layers lie below. */
    public int depth() {
        int depth = 0;
        for (Below now = below; now != null; now = now.parent().below) {
            depth++;
        }
        return depth;
    }

    /** Whether another layer is this one or lies somewhere below it. */
    public boolean standsOn(Layer other) {
        Layer layer = this;
        while (layer != other) {
            Below now = layer.below;
            if (now == null) {
                return false;
            }
            layer = now.parent();
        }
        return true;
    }

    /**
     * Writes bytes whose blocks may be new: a block of which only a part is written and that the
     * layer does not hold gets its rest from below, so that all of it is the layer's afterwards.
     * The caller holds the locks of the blocks and changes their state when this has returned. May
     * wait, if such a block shows through.
     *
     * @param durable whether to wait until the bytes are on stable storage
     */
    public void writeWhole(long offset, long address, int length, boolean durable)
            throws IOException {
        int head = (int) (offset & (BLOCK - 1));
        if (head != 0 && isNew(offset)) {
            fill(offset - head, head, durable);
        }
        write(offset, address, length, durable);
        long end = offset + length;
        int tail = (int) (-end & (BLOCK - 1));
        if (tail != 0 && isNew(end)) {
            fill(end, tail, durable);
        }
    }

    private boolean isNew(long offset) {
        return presence.get(blockOf(offset)) != BlockState.DATA;
    }

    /** Writes a part of a block that the layer does not hold as it shows. */
    private void fill(long offset, int length, boolean durable) throws IOException {
        if (below == null || presence.get(blockOf(offset)) == BlockState.ZERO) {
            writeZeroes(offset, length, durable);
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            long shown = arena.allocate(length, Long.BYTES).address();
            readBelow(offset, shown, length);
            write(offset, shown, length, durable);
        }
    }

    /** Writes bytes in place. */
    public void write(long offset, long address, int length, boolean durable) throws IOException {
        if (durable) {
            file.writeDurable(offset, address, length);
        } else {
            file.write(offset, address, length);
        }
    }

    /**
     * Writes zeroes in place.
     *
     * @param length at most {@code Limits.LAYER_BLOCK_BYTES}
     */
    public void writeZeroes(long offset, int length, boolean durable) throws IOException {
        write(offset, Zeroes.address(), length, durable);
    }
}
