package io.stemma.engine.check;

/**
 * One thing that is not as it should be.
 *
 * @param severity how bad it is
 * @param file name of the file inside the pool; empty if it concerns no certain one
 * @param offset first byte that is concerned; -1 where none is known
 * @param what is wrong
 * @param concerns what it means for which volumes and snapshots
 * @param advice what to do
 */
public record Finding(
        Severity severity, String file, long offset, String what, String concerns, String advice) {
    /** No byte is known. */
    public static final long NOWHERE = -1;

    /** How bad a finding is. */
    public enum Severity {
        /** Nothing is lost; a start goes on as if it were not. */
        HARMLESS,
        /** Something is lost, or a volume does not come up. */
        DAMAGE
    }

    static Finding harmless(String file, String what, String advice) {
        return new Finding(Severity.HARMLESS, file, NOWHERE, what, "nothing", advice);
    }
}
