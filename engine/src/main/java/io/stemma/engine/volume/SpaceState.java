package io.stemma.engine.volume;

/**
 * How full a pool is, as of the last look, in bytes.
 *
 * @param capacityBytes what its users can have altogether; 0 where nobody knows
 * @param usableBytes what is left of it
 * @param reserveBytes below this, writes that need new blocks are refused; 0 for never
 * @param ballastBytes what the ballast occupies
 * @param ballastWantedBytes what it occupies while there is room
 * @param softThresholdBytes used bytes at which hosts are told; 0 for never
 * @param overThreshold whether they were told and it has not been left since
 * @param refusing whether writes that need new blocks are refused
 */
public record SpaceState(
        long capacityBytes,
        long usableBytes,
        long reserveBytes,
        long ballastBytes,
        long ballastWantedBytes,
        long softThresholdBytes,
        boolean overThreshold,
        boolean refusing) {
    /** Of a pool whose size nobody knows. */
    public static final SpaceState UNKNOWN = new SpaceState(0, 0, 0, 0, 0, 0, false, false);

    /** Bytes that somebody occupies, whether of this pool or not. */
    public long usedBytes() {
        return capacityBytes - usableBytes;
    }

    /** The same in percent, rounded down. */
    public int usedPercent() {
        return percent(usedBytes());
    }

    /** The threshold in percent, rounded to the nearest. */
    public int softThresholdPercent() {
        return percent(softThresholdBytes + capacityBytes / 200);
    }

    private int percent(long bytes) {
        return capacityBytes <= 0 ? 0 : (int) (bytes * 100.0 / capacityBytes);
    }
}
