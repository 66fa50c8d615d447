package io.stemma.engine.journal;

import io.stemma.engine.block.DeviceFault;

import org.jspecify.annotations.Nullable;

/** Waits for a barrier. Reusable once {@link #done} ran. */
public abstract non-sealed class SyncWaiter extends Submission {
    private int volumeKey;
    private long upTo;

    final void prepare(int newVolumeKey, long newUpTo) {
        volumeKey = newVolumeKey;
        upTo = newUpTo;
    }

    final int volumeKey() {
        return volumeKey;
    }

    final long upTo() {
        return upTo;
    }

    @Override
    final void end(@Nullable DeviceFault fault) {
        done(fault);
    }

    /**
     * The barrier is durable. Runs once, on any thread, perhaps before {@code barrier} returns.
     * Must not block and must not commit; it may publish.
     *
     * @param fault null if it was done
     */
    protected abstract void done(@Nullable DeviceFault fault);
}
