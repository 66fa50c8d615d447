package io.stemma.engine.volume;

import java.util.function.BooleanSupplier;

/**
 * Where a backend's work runs. The machine has {@link PlatformThreads}; tests and the crash
 * simulator run everything on one thread. No thread of these is ever interrupted.
 */
public interface BackendThreads extends AutoCloseable {
    /**
     * Runs a task that may read and write files but waits for nothing else.
     *
     * @return false if {@code Limits.POOL_QUEUE_MAX} tasks wait already
     */
    boolean io(Runnable task);

    /**
     * Runs a task that waits until the disk has stored something.
     *
     * @return false if {@code Limits.POOL_QUEUE_MAX} tasks wait already
     */
    boolean sync(Runnable task);

    /**
     * Runs a task that gives space back; one at a time.
     *
     * @return false if {@code Limits.POOL_QUEUE_MAX} tasks wait already
     */
    boolean punch(Runnable task);

    /**
     * Runs a task that moves layers, one at a time, and may wait for tasks of the other kinds.
     *
     * @return false if {@code Limits.POOL_QUEUE_MAX} tasks wait already
     */
    boolean merge(Runnable task);

    /** Calls {@code tick} every {@code Limits.TICK_MILLIS} until close; it does not block. */
    void everyTick(Runnable tick);

    /**
     * A control thread is about to wait for {@code done}. Where nobody else would run what is
     * waited for, it runs here; otherwise this does nothing.
     */
    void runUntil(BooleanSupplier done);

    /** Ends all threads after what was handed in has run. */
    @Override
    void close();
}
