package io.stemma.engine.runtime;

/**
 * What must hold if our own code is right. Always on. A violation takes one volume offline, never
 * the process: whoever steps a volume's work catches {@link InvariantViolation} and calls the
 * volume off.
 */
public final class Invariant {
    private Invariant() {}

    /**
     * Checks that {@code condition} holds.
     *
     * @param condition what must be true
     * @param mustHold the sentence that was broken, a constant so that checking costs nothing
     * @throws InvariantViolation if it does not hold
     */
    public static void check(boolean condition, String mustHold) {
        if (!condition) {
            throw new InvariantViolation(mustHold);
        }
    }
}
