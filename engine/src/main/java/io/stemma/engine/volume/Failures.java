package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/** Keeps the first of several failures, the others attached, so that each step is tried. */
final class Failures {
    /** Something that may fail. */
    interface Step {
        void run() throws IOException;
    }

    private @Nullable DeviceException first;

    void collect(Step step) {
        try {
            step.run();
        } catch (DeviceException named) {
            add(named);
        } catch (IOException failed) {
            add(new DeviceException(VolumeChanges.fault("close", "pool", failed)));
        }
    }

    private void add(DeviceException failed) {
        if (first == null) {
            first = failed;
        } else {
            first.addSuppressed(failed);
        }
    }

    boolean none() {
        return first == null;
    }

    void throwFirst() throws DeviceException {
        if (first != null) {
            throw first;
        }
    }
}
