package io.stemma.engine.layer;

import io.stemma.engine.io.BlockFile;
import io.stemma.engine.runtime.Limits;

import java.io.IOException;

/**
 * One sparse file of a volume's whole size, in which block n lies at offset n, and the map that
 * says which blocks it holds. The file ends on a whole block. Offsets and lengths are bytes,
 * multiples of the volume's logical block. Any thread; who changes the state of blocks holds their
 * locks.
 */
public final class Layer {
    private static final int BLOCK = Limits.LAYER_BLOCK_BYTES;
    private static final int BLOCK_LOG2 = Integer.numberOfTrailingZeros(BLOCK);

    private final int key;
    private final BlockFile file;
    private final PresenceMap presence;

    /** A layer over an open file; the caller closes the file. */
    public Layer(int key, BlockFile file, PresenceMap presence) {
        this.key = key;
        this.file = file;
        this.presence = presence;
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

    /**
     * Whether every block that the bytes touch is DATA, so that they can be overwritten in place.
     */
    public boolean holds(long offset, long length) {
        return presence.all(blockOf(offset), blocksTouched(offset, length), BlockState.DATA);
    }

    /** Reads bytes; what the layer does not hold reads as {@link #readBelow} says. May wait. */
    public void read(long offset, long address, int length) throws IOException {
        int done = 0;
        while (done < length) {
            int here = runBytes(offset + done, length - done);
            if (presence.get(blockOf(offset + done)) == BlockState.DATA) {
                file.read(offset + done, address + done, here);
            } else {
                readBelow(address + done, here);
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
            int here = runBytes(offset + done, length - done);
            if (presence.get(blockOf(offset + done)) == BlockState.DATA) {
                if (!file.readNow(offset + done, address + done, here)) {
                    return false;
                }
            } else {
                readBelow(address + done, here);
            }
            done += here;
        }
        return true;
    }

    /**
     * The one place where a parent's blocks will show through; a layer without parent reads zero.
     */
    private static void readBelow(long address, int length) {
        Zeroes.fill(address, length);
    }

    private int runBytes(long offset, int length) {
        long run = presence.run(blockOf(offset), blocksTouched(offset, length));
        long end = (blockOf(offset) + run) << BLOCK_LOG2;
        return (int) Math.min(length, end - offset);
    }

    /**
     * Writes bytes whose blocks may be new: a block of which only a part is written and that the
     * layer does not hold gets its rest from below, so that all of it is the layer's afterwards.
     * The caller holds the locks of the blocks and changes their state when this has returned.
     *
     * @param durable whether to wait until the bytes are on stable storage
     */
    public void writeWhole(long offset, long address, int length, boolean durable)
            throws IOException {
        int head = (int) (offset & (BLOCK - 1));
        if (head != 0 && isNew(offset)) {
            writeZeroes(offset - head, head, durable);
        }
        write(offset, address, length, durable);
        long end = offset + length;
        int tail = (int) (-end & (BLOCK - 1));
        if (tail != 0 && isNew(end)) {
            writeZeroes(end, tail, durable);
        }
    }

    private boolean isNew(long offset) {
        return presence.get(blockOf(offset)) != BlockState.DATA;
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
