package io.stemma.engine.volume;

import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;

/** Holds a volume's requests back while it is closed, in their order. Any thread. */
final class Gate {
    /** What became of a request that met a closed gate. */
    enum Outcome {
        /** It waits. */
        HELD,
        /** The gate was open by then: try again. */
        OPEN,
        /** Too many wait. */
        REFUSED
    }

    private final ArrayDeque<Operation> waiting = new ArrayDeque<>();
    private boolean closed;

    synchronized void close() {
        closed = true;
    }

    synchronized Outcome hold(Operation operation) {
        if (!closed) {
            return Outcome.OPEN;
        }
        if (waiting.size() >= Limits.GATE_WAITERS_MAX) {
            return Outcome.REFUSED;
        }
        waiting.add(operation);
        return Outcome.HELD;
    }

    synchronized void open() {
        closed = false;
    }

    /** Takes one that waited, after {@link #open}; null when none is left. */
    synchronized @Nullable Operation poll() {
        return waiting.poll();
    }
}
