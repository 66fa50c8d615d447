package io.stemma.engine.volume;

/**
 * Mistakes that this room could make. None is ever made outside of tests, which plant them to see
 * whether the crash programs find them; there is no way to ask for one from outside this package.
 */
enum Plant {
    /** A snapshot gets its name before the frozen layers are synced. */
    SNAPSHOT_NAMED_BEFORE_SYNC,
    /** Holes are punched before the record that makes their blocks superfluous is durable. */
    PUNCH_BEFORE_RECORD,
    /** Moved or newly present blocks are on record before they are written and synced. */
    RECORD_BEFORE_DATA,
    /** A write of a part of an absent block does not fill the rest from below. */
    PART_WRITE_INTO_ABSENT_BLOCK,
    /** First writes, merges and punches take no locks of blocks. */
    NO_BLOCK_LOCK,
    /** A merge relies on records of presence that no barrier covers. */
    MERGE_TRUSTS_PENDING,
    /** Holes are punched and files removed while readers of the layer are still under way. */
    READER_OF_PUNCHED_LAYER
}
