package io.stemma.engine.runtime;

/** Every bound of the engine: unit in the name, the consequence of reaching it in the comment. */
public final class Limits {
    /** Presence is kept per block of this many bytes, whatever the logical block of the volume. */
    public static final int LAYER_BLOCK_BYTES = 4096;

    /** Blocks of one layer, 1 PiB; larger volumes are refused. The empty map of it costs 8 MiB. */
    public static final long LAYER_BLOCKS_MAX = 1L << 38;

    /**
     * The largest single read or write a volume accepts; larger ones are refused by SCSI before.
     */
    public static final int TRANSFER_BYTES_MAX = 16 << 20;

    /** Volumes in one pool; creating one more is refused. */
    public static final int VOLUMES_MAX = 4096;

    /** Length of a volume's name in characters; a longer one is refused. */
    public static final int VOLUME_NAME_CHARS_MAX = 64;

    /** Entries in a pool's registry; one more is refused. */
    public static final int REGISTRY_ENTRIES_MAX = 65_536;

    /** Bytes of one registry value; a longer one is refused. */
    public static final int REGISTRY_VALUE_BYTES_MAX = 64 << 10;

    /** Requests that wait for the I/O pool of one backend; the next is refused as TRANSIENT. */
    public static final int POOL_QUEUE_MAX = 65_536;

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

    private Limits() {}
}
