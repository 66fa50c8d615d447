package io.stemma.engine.volume;

import io.stemma.engine.block.BlockDevice;
import io.stemma.engine.block.BlockRequest;
import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;

import org.jspecify.annotations.Nullable;

/**
 * A virtual disk that a backend has opened. Requests that touch blocks beyond the end complete with
 * OUT_OF_RANGE. A volume that went offline completes everything with OFFLINE and stays so until an
 * operator recovers it.
 */
public interface Volume extends BlockDevice {
    /** What it is now. */
    VolumeDescription description();

    /** Why it is offline, or null while it serves. */
    @Nullable DeviceFault offlineFault();

    /**
     * Whether unsynced bytes have reached the cap of the volume or the pool: whoever admits
     * commands should admit fewer until {@link VolumeListener#congestionChanged}. One volatile
     * read.
     */
    boolean congested();

    /** Registers for changes; at most 1,024 listeners. */
    void addListener(VolumeListener listener);

    /** Ends a registration. */
    void removeListener(VolumeListener listener);

    /**
     * Sets or clears the one tap on the write path.
     *
     * @throws IllegalStateException if another tap is set
     */
    void tap(@Nullable WriteTap tap);

    /**
     * How the blocks at the start of a range are provisioned (SBC-4, 5.9, GET LBA STATUS).
     *
     * @param firstBlock inside the volume
     * @param blockCount 1 or more
     */
    Extent extentAt(long firstBlock, long blockCount);

    /** Space figures of this volume. */
    SpaceUsage usage();

    /** Whether snapshots hold what the volume held, so that it cannot be destroyed in it. */
    boolean hasPast();

    /**
     * Sees to it that the store holds nothing any more of what blocks that are not mapped once
     * held. Call it after a flush and until it returns true. Does not block.
     *
     * @param begin whether this begins it; false asks how far it is
     * @return true when that is so; false while it goes on
     * @throws DeviceException where the store cannot do that, or the volume is deleted
     */
    boolean scrubbed(boolean begin) throws DeviceException;

    /** Waits until no host reads or writes the blocks, then holds them; see {@link RangeLock}. */
    void lockExclusive(RangeLock lock);

    /** Starts a request of the holder inside the held range; it does not wait for range locks. */
    void submitHolding(RangeLock lock, BlockRequest request);

    /** Ends an exclusive hold; requests that waited go on. */
    void unlock(RangeLock lock);

    /**
     * Blocks that share one provisioning state.
     *
     * @param firstBlock first block
     * @param blockCount blocks of that state, as many as known, 1 or more
     * @param mapped whether data is stored for them; false reads zero
     */
    record Extent(long firstBlock, long blockCount, boolean mapped) {}
}
