package io.stemma.server.scsi;

/** SAM-5, 8.6: how a task is ordered among the others of its task set. */
public enum TaskAttribute {
    /** Untagged, treated as SIMPLE. */
    UNTAGGED,
    /** Any order. */
    SIMPLE,
    /** After all older, before all younger tasks. */
    ORDERED,
    /** Before all tasks not yet started. */
    HEAD_OF_QUEUE,
    /** Auto contingent allegiance; refused, since NormACA is 0. */
    ACA
}
