package io.stemma.engine.journal;

/** A valid record that cannot follow the ones before it. Only replay meets it, and reports it. */
final class JournalDamage extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int UNKNOWN = -1;

    private final String file;
    private final long offset;

    JournalDamage(String what) {
        this("", UNKNOWN, what);
    }

    JournalDamage(String file, long offset, String what) {
        super(what);
        this.file = file;
        this.offset = offset;
    }

    /** Name of the segment; empty if it is no matter of one. */
    String file() {
        return file;
    }

    /** Where the group begins; -1 if it is no matter of one. */
    long offset() {
        return offset;
    }
}
