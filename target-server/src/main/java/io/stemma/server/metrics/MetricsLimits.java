package io.stemma.server.metrics;

/** The bounds of this room: what is counted, how many, and what happens at the bound. */
public final class MetricsLimits {
    /** Logical units that one event loop keeps apart; further ones are counted together. */
    public static final int UNITS_MAX = 4096;

    /**
     * Rows of latency counts, 1 KiB each, of all sessions, units and operations together. A latency
     * for which there is no row is counted, but missing among the percentiles.
     */
    public static final int LATENCY_ROWS_MAX = 24 << 10;

    /**
     * Ended commands of one event loop whose answers wait to be sent; further ones have no latency.
     */
    static final int ENDED_MAX = 2048;

    /** Shortest time between two log lines about slow commands of one logical unit, nanoseconds. */
    static final long SLOW_LINE_NANOS = 1_000_000_000L;

    /** Logical units whose slow commands are logged apart; further ones share a line. */
    static final int SLOW_UNITS_MAX = 1024;

    /** Highest threshold of slow commands, milliseconds: a minute. */
    public static final int SLOW_MILLIS_MAX = 60_000;

    /** Rows of each kind that one answer to {@code stemma top} holds, the busiest first. */
    public static final int SHOWN_MAX = 1024;

    /**
     * Sessions, and as many logical units, that have meters of their own in the registry: the
     * busiest. A hundred meters and 20 KiB of text each, all made at one time by a scrape.
     */
    public static final int METERED_MAX = 128;

    private MetricsLimits() {}
}
