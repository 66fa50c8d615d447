package io.stemma.engine.io;

import java.io.IOException;

/**
 * A file operation that failed: which file, which bytes, and the operating system's reason in
 * words.
 */
public final class FileException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Why an operation failed, as far as callers act on it. */
    public enum Reason {
        /** The file system, the quota or the largest file size is exhausted. */
        NO_SPACE,
        /** The device below did not do it. */
        MEDIUM,
        /** The file system cannot do this at all. */
        UNSUPPORTED,
        /** Anything else. */
        OTHER
    }

    private final Reason reason;

    /**
     * A failure.
     *
     * @param path file or folder
     * @param act what was tried, such as "write 4096 bytes at 8192"
     * @param errno the operating system's number
     */
    public FileException(String path, String act, int errno) {
        super(path + ": cannot " + act + ": " + Errno.words(errno));
        reason = Errno.reason(errno);
    }

    /** Why. */
    public Reason reason() {
        return reason;
    }
}
