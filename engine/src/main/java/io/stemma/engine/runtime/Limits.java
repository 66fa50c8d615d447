package io.stemma.engine.runtime;

/** Every bound of the engine: unit in the name, the consequence of reaching it in the comment. */
public final class Limits {
    /** Presence is kept per block of this many bytes, whatever the logical block of the volume. */
    public static final int LAYER_BLOCK_BYTES = 4096;

    /** Blocks of one layer, 1 PiB; larger volumes are refused. The empty map of it costs 32 KiB. */
    public static final long LAYER_BLOCKS_MAX = 1L << 38;

    /**
     * The largest single read or write a volume accepts; larger ones are refused by SCSI before.
     */
    public static final int TRANSFER_BYTES_MAX = 16 << 20;

    /**
     * The largest atomic write, whose bytes go through the journal; larger ones are refused by SCSI
     * before. Twice {@link #SYNC_THREADS} of them are the most memory that open ones take.
     */
    public static final int ATOMIC_WRITE_BYTES_MAX = 128 << 10;

    /** Volumes in one pool; creating one more is refused. */
    public static final int VOLUMES_MAX = 4096;

    /** Volumes of one set of snapshots, which is one record; a larger set is refused. */
    public static final int SNAPSHOT_SET_MAX = 1024;

    /** Snapshots in one pool; one more is refused. */
    public static final int SNAPSHOTS_MAX = 65_536;

    /** Holds of one snapshot; one more is refused. */
    public static final int SNAPSHOT_HOLDS_MAX = 64;

    /** Memory for what is known of who holds which block; what is used least is forgotten. */
    public static final long OWNER_CACHE_BYTES_MAX = 32L << 20;

    /** Layer blocks that one step of a merge moves, as one record. */
    public static final int MERGE_BLOCKS_MAX = 1024;

    /** Layer blocks that one step of a merge looks at, moved or not. */
    public static final long MERGE_LOOK_BLOCKS_MAX = 1 << 18;

    /** Layer blocks that a merge copies under one lock; larger pieces make host writes dear. */
    public static final int MERGE_PIECE_BLOCKS = 16;

    /**
     * Hidden blocks of a layer that are worth giving back while nothing else is to be done; of a
     * small layer a 64th of its blocks is.
     */
    public static final long TRIM_BLOCKS_WORTH = 256;

    /** Runs of blocks that one step of a trim gives back; the others are for the next one. */
    public static final int TRIM_RUNS_MAX = 256;

    /** Ticks after which a merge that met a fault, or found nothing to do, looks again. */
    public static final int MERGE_RETRY_TICKS = 20;

    /** Length of a volume's name in characters; a longer one is refused. */
    public static final int VOLUME_NAME_CHARS_MAX = 64;

    /** Entries in a pool's registry; one more is refused. */
    public static final int REGISTRY_ENTRIES_MAX = 65_536;

    /** Bytes of one registry value; a longer one is refused. */
    public static final int REGISTRY_VALUE_BYTES_MAX = 64 << 10;

    /** Requests of one volume that wait for a pool of threads; the next is refused as TRANSIENT. */
    public static final int POOL_QUEUE_MAX = 65_536;

    /**
     * Requests of one volume that wait for locks of its blocks; the next is refused as TRANSIENT.
     */
    public static final int BLOCK_LOCK_WAITERS_MAX = 65_536;

    /** Requests of one volume held back by an exclusive range; the next is refused as TRANSIENT. */
    public static final int RANGE_WAITERS_MAX = 4096;

    /** Requests of one volume held back by its closed gate; the next is refused as TRANSIENT. */
    public static final int GATE_WAITERS_MAX = 65_536;

    /** Listeners of one volume; one more is refused. */
    public static final int VOLUME_LISTENERS_MAX = 1024;

    /** Threads that read and write layers where an event loop must not wait. */
    public static final int IO_THREADS = 8;

    /** Threads that wait for the disk: syncs and durable writes. */
    public static final int SYNC_THREADS = 8;

    /** Either pool grows to this while disks do not answer; what comes then waits. */
    public static final int IO_THREADS_MAX = 64;

    /** Threads of either pool that one volume has at most; its further work waits. */
    public static final int VOLUME_THREADS = 3;

    /**
     * Bytes written to one volume and not yet synced at which it asks for fewer commands; chosen so
     * that a flush stays below 5 s on a disk that writes 50 MB/s. Write-back starts at half of it.
     */
    public static final long UNSYNCED_VOLUME_BYTES_MAX = 256L << 20;

    /** The same for all volumes of a pool together. */
    public static final long UNSYNCED_POOL_BYTES_MAX = 512L << 20;

    /** Bytes written between two looks at the bounds of unsynced bytes, for each counter stripe. */
    public static final int UNSYNCED_LOOK_BYTES = 1 << 20;

    /** Newly present bytes of one volume that start a barrier, asked for or not. */
    public static final long UNBARRIERED_BYTES_MAX = 64L << 20;

    /** Longest time that something published or unsynced waits for its barrier, in nanoseconds. */
    public static final long BARRIER_INTERVAL_NANOS = 5_000_000_000L;

    /** How often a backend looks after its volumes, in milliseconds. */
    public static final int TICK_MILLIS = 500;

    /**
     * Two inline writes that took longer, within the penalty's time, send the volume's writes to
     * the I/O pool, in nanoseconds.
     */
    public static final long INLINE_WRITE_NANOS_MAX = 1_000_000L;

    /** For how long writes then stay away from event loops, in nanoseconds. */
    public static final long INLINE_PENALTY_NANOS = 100_000_000L;

    /** Layer blocks that an event loop makes absent or zero in one go; more goes to the pool. */
    public static final long INLINE_UNMAP_BLOCKS_MAX = 1 << 15;

    /** Layer blocks that the pool makes absent or zero in one go, before others get a turn. */
    public static final long UNMAP_PIECE_BLOCKS = 1 << 20;

    /**
     * Layer blocks that are made zero in one go where something may show through from below; as
     * many of which nothing does are made absent apart from others.
     */
    public static final long UNMAP_APART_BLOCKS = 1024;

    /** Ranges of one volume that wait to be punched; more are joined into one that covers them. */
    public static final int PUNCH_RANGES_MAX = 1024;

    /** Layer blocks punched in one call, under their locks. */
    public static final int PUNCH_BLOCKS_MAX = 2048;

    /** Punches of one volume in one tick: the rate limit. */
    public static final int PUNCHES_PER_TICK_MAX = 256;

    /** The largest reserve and the largest ballast that a pool takes without being told. */
    public static final long SPACE_KEPT_BYTES_MAX = 1L << 30;

    /** The least of either, so that the journal can go on for a while; small disks give less. */
    public static final long SPACE_KEPT_BYTES_MIN = 64L << 20;

    /** Either is at most one part in so many of the file system, unless it is told otherwise. */
    public static final int SPACE_KEPT_PARTS_MIN = 8;

    /** Bytes by which the ballast grows in one turn, and shrinks where it is spent. */
    public static final long BALLAST_STEP_BYTES = 16L << 20;

    /** Bytes of a segment of the journal. */
    public static final int JOURNAL_SEGMENT_BYTES = 4 << 20;

    /** Bytes of the largest segment that is believed; a larger one is taken for damage. */
    public static final int JOURNAL_SEGMENT_BYTES_MAX = 64 << 20;

    /** Bytes of one group of journal records; what waits beyond it goes into the next group. */
    public static final int JOURNAL_GROUP_BYTES_MAX = 256 << 10;

    /** Segments written since the last checkpoint; then a new one is written. */
    public static final int JOURNAL_SEGMENTS_PER_CHECKPOINT = 16;

    /** Segments that are kept for reuse; further ones are removed. */
    public static final int JOURNAL_SEGMENTS_SPARE_MAX = 2;

    /**
     * Presence records of one volume that no barrier covers; the next is refused as TRANSIENT. At
     * half of it the journal asks for a barrier.
     */
    public static final int JOURNAL_PENDING_MAX = 1 << 20;

    /** Groups that one thread writes for others before it leaves the rest to the committer. */
    public static final int JOURNAL_GROUPS_INLINE_MAX = 8;

    /** Largest volume or layer key, so that keys can index arrays; creation is refused beyond. */
    public static final int JOURNAL_KEY_MAX = 1 << 22;

    /** Bytes of volume data in one record of a stream; a longer record is refused as damage. */
    public static final int STREAM_RECORD_BYTES_MAX = 1 << 20;

    /** Records of one stream that are read or written at one time; the next waits for the first. */
    public static final int STREAM_PIECES = 8;

    /** Runs of a difference that an export keeps; for more it looks at the maps again. */
    public static final int STREAM_RUNS_MAX = 1 << 18;

    /** Bytes that an import has written when it flushes and notes how far it is. */
    public static final long STREAM_UNFLUSHED_BYTES_MAX = 64L << 20;

    /** The same in records, which may have no bytes. */
    public static final long STREAM_UNFLUSHED_RECORDS_MAX = 1 << 16;

    private Limits() {}
}
