package io.stemma.engine.block;

import io.stemma.engine.runtime.Invariant;

/**
 * The shape of a block device (SBC-4, 4.4 to 4.6).
 *
 * @param blockCount logical blocks, 1 or more
 * @param logicalBlockBytes 512 or 4096
 * @param physicalBlockBytes a power-of-two multiple of the logical block
 */
public record Geometry(long blockCount, int logicalBlockBytes, int physicalBlockBytes) {
    public Geometry {
        Invariant.check(
                logicalBlockBytes == 512 || logicalBlockBytes == 4096,
                "a logical block has 512 or 4096 bytes");
        Invariant.check(
                physicalBlockBytes >= logicalBlockBytes
                        && Integer.bitCount(physicalBlockBytes) == 1,
                "a physical block is a power-of-two multiple of the logical block");
        Invariant.check(blockCount > 0, "a device has at least one block");
        Invariant.check(
                blockCount <= Long.MAX_VALUE / logicalBlockBytes, "a device is below 2^63 bytes");
    }

    /** Size of the device in bytes. */
    public long sizeBytes() {
        return blockCount * logicalBlockBytes;
    }

    /** Whether the blocks exist; overflow-safe for any arguments. */
    public boolean contains(long firstBlock, long count) {
        return firstBlock >= 0 && count >= 0 && firstBlock <= blockCount - count;
    }

    /** The same device with another number of blocks. */
    public Geometry withBlockCount(long newBlockCount) {
        return new Geometry(newBlockCount, logicalBlockBytes, physicalBlockBytes);
    }
}
