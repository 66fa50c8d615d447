package io.stemma.engine.volume;

import io.stemma.engine.layer.Layer;

import org.jspecify.annotations.Nullable;

/**
 * Which layer of a volume is written: the current one, or the next once an instant has passed.
 *
 * @param current the head, until then
 * @param next the empty layer over it that is the head from then on; null if no cut is prepared
 * @param instant when; null if no cut is prepared
 */
record Head(Layer current, @Nullable Layer next, @Nullable Instant instant) {
    /** A moment that several volumes have in common. It passes once, for all of them at once. */
    static final class Instant {
        private volatile boolean passed;

        boolean passed() {
            return passed;
        }

        void pass() {
            passed = true;
        }
    }

    /** A head without a cut in sight. */
    static Head of(Layer layer) {
        return new Head(layer, null, null);
    }

    /** The layer that a request works on which looks now. */
    Layer now() {
        Layer prepared = next;
        return prepared != null && instant != null && instant.passed ? prepared : current;
    }
}
