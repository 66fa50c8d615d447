package io.stemma.engine.block;

import org.jspecify.annotations.Nullable;

/**
 * The world's fault: what failed, where, and how far it got. A value, because it travels through
 * completions; {@link DeviceException} carries it where a call returns.
 *
 * @param kind decides what the host is told
 * @param what the act that failed, in words: "write of 4096 bytes"
 * @param where file or device and offset, for the log and the administrator, never for the host
 * @param firstBlock the logical block concerned, or -1 where none is known
 * @param bytesDone bytes that certainly were done before the fault
 * @param cause the exception behind it, if any
 */
public record DeviceFault(
        Kind kind,
        String what,
        String where,
        long firstBlock,
        long bytesDone,
        @Nullable Throwable cause) {

    /** What sort of fault it is; SCSI maps each to one sense. */
    public enum Kind {
        /** No room for a block that would be new. */
        SPACE_EXHAUSTED,
        /** The medium does not give the block back. */
        MEDIUM,
        /** May succeed when tried again: queue full, shutting down. */
        TRANSIENT,
        /** It is only read, as a snapshot is. */
        WRITE_PROTECTED,
        /** Somebody else owns the volume now; final for this process. */
        FENCED,
        /** The volume does not exist any more. */
        GONE,
        /** The volume was taken offline after a failed sync or a broken invariant. */
        OFFLINE,
        /** The request was cancelled before it was issued. */
        ABORTED,
        /** Blocks beyond the end, for example after a shrink overtook the request. */
        OUT_OF_RANGE
    }

    /** A fault without a known block or progress. */
    public static DeviceFault of(Kind kind, String what, String where) {
        return new DeviceFault(kind, what, where, -1, 0, null);
    }

    /** A fault caused by an exception. */
    public static DeviceFault of(Kind kind, String what, String where, Throwable cause) {
        return new DeviceFault(kind, what, where, -1, 0, cause);
    }
}
