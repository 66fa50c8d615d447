package io.stemma.engine.check;

/** Told how far a check is, often; for people to look at. */
@FunctionalInterface
public interface Progress {
    /** Tells nobody. */
    Progress NONE = (what, done, total) -> {};

    /**
     * Some of it is done.
     *
     * @param what the part of the check that goes on
     * @param done of {@code total}, in units of that part
     */
    void at(String what, long done, long total);
}
