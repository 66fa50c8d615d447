package io.stemma.engine.volume;

/**
 * How a pool keeps clear of the end of its file system.
 *
 * @param reserveBytes usable bytes below which writes that need new blocks are refused; 0 never
 *     refuses, {@link #AUTOMATIC} goes by the size of the file system
 * @param ballastBytes size of the file whose space only the journal and what gives space back may
 *     take; {@link #AUTOMATIC} as above, {@link #AS_FOUND} neither grows nor shrinks it
 * @param softThresholdPercent how full the file system is when hosts are told; 0 never
 */
public record SpaceSettings(long reserveBytes, long ballastBytes, int softThresholdPercent) {
    /** 1 % of the file system, within {@code Limits.SPACE_KEPT_BYTES_MIN} and its maximum. */
    public static final long AUTOMATIC = -1;

    /** A size that stays what it is. */
    public static final long AS_FOUND = -2;

    /** What a server has unless its configuration says something else. */
    public static final SpaceSettings STANDARD = new SpaceSettings(AUTOMATIC, AUTOMATIC, 80);

    /** Nothing is kept and nobody is told; a ballast that is there stays, and may be spent. */
    public static final SpaceSettings NONE = new SpaceSettings(0, AS_FOUND, 0);

    /** Checks the ranges. */
    public SpaceSettings {
        if (reserveBytes < AUTOMATIC || ballastBytes < AS_FOUND) {
            throw new IllegalArgumentException("a size of less than nothing");
        }
        if (softThresholdPercent < 0 || softThresholdPercent > 100) {
            throw new IllegalArgumentException("a percentage is from 0 to 100");
        }
    }
}
