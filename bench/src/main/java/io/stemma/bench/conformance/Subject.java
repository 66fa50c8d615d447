package io.stemma.bench.conformance;

/** A target whose conformance is tested. */
public interface Subject extends AutoCloseable {
    /** Column of the page, and name of its file of results. */
    String name();

    /** Its version, for the page. */
    String version();

    /** The logical unit that a test is to work on; starts the target if it does not run. */
    String url(String test);

    /** Whether it runs. */
    boolean alive();

    /** Ends it; the next {@link #url} starts it afresh. */
    void end();

    @Override
    default void close() {
        end();
    }
}
