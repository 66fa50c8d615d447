package io.stemma.engine.journal;

/**
 * Mistakes that an implementation of the journal could make. None is ever made outside of tests,
 * which plant them to see whether the crash harness finds them; there is no way to ask for one from
 * outside this package.
 */
enum Mutation {
    /** A barrier covers what was published while it synced, instead of what was before. */
    BARRIER_NUMBER_READ_AFTER_SYNC,
    /** Replay does not hold an earlier run's records void that were judged so. */
    VOID_RECORDS_REVIVED,
    /** A checkpoint contains what no barrier covers. */
    PENDING_STATE_IN_CHECKPOINT,
    /** Groups are believed for their checksum alone, whatever their incarnation and number. */
    STALE_RECORD_BELIEVED,
    /** A new segment's name is not made durable. */
    NO_FOLDER_SYNC,
    /** A flush is answered without the journal's own sync. */
    NO_JOURNAL_SYNC,
    /** An atomic write goes in place without an intent on record. */
    NO_INTENT,
    /** A checkpoint forgets the intents that are open. */
    INTENT_NOT_IN_CHECKPOINT
}
