package io.stemma.engine.journal;

/** Mistakes that tests outside of this room can ask a journal to make; see {@link Mutation}. */
public enum PlantedBug {
    BARRIER_NUMBER_READ_AFTER_SYNC,
    VOID_RECORDS_REVIVED,
    PENDING_STATE_IN_CHECKPOINT,
    STALE_RECORD_BELIEVED,
    NO_FOLDER_SYNC,
    NO_JOURNAL_SYNC,
    NO_INTENT,
    INTENT_NOT_IN_CHECKPOINT;

    Mutation mutation() {
        return Mutation.valueOf(name());
    }
}
