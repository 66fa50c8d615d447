package io.stemma.engine.runtime;

/** Our own fault: a sentence that must hold did not. Thrown by {@link Invariant#check}. */
public final class InvariantViolation extends RuntimeException {
    private static final long serialVersionUID = 1L;

    InvariantViolation(String mustHold) {
        super("must hold: " + mustHold);
    }
}
