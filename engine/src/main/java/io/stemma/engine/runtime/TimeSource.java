package io.stemma.engine.runtime;

/** The clock, injected so that tests decide what time it is. Any thread. */
public interface TimeSource {
    /** The machine's own clock. */
    TimeSource SYSTEM =
            new TimeSource() {
                @Override
                public long nanos() {
                    return System.nanoTime();
                }

                @Override
                public long wallMillis() {
                    return System.currentTimeMillis();
                }
            };

    /** Monotonic nanoseconds from an arbitrary origin; only differences mean something. */
    long nanos();

    /** Milliseconds since 1970-01-01T00:00:00Z; may jump. For people to read, never for waiting. */
    long wallMillis();
}
