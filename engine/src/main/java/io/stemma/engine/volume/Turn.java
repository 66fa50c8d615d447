package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;

import java.util.concurrent.Semaphore;

/**
 * Who may change the tree of layers: one at a time. Not bound to a thread, and not given twice to
 * one. Control threads wait for it, in their order; background work only tries, and gives way to
 * those that wait. When the pool closes nobody gets it any more.
 */
final class Turn {
    private final Semaphore free = new Semaphore(1, true);
    private final BackendThreads threads;
    private final String pool;
    private Runnable whenFree = () -> {};

    /** Read and set by who has the turn. */
    private volatile boolean closed;

    /** The turn of the pool of that name. */
    Turn(BackendThreads threads, String pool) {
        this.threads = threads;
        this.pool = pool;
    }

    /** Who is told each time that it is free again; must not block. */
    void whenFree(Runnable told) {
        whenFree = told;
    }

    /** Waits for it; throws TRANSIENT once the pool is closed. */
    void enter() throws DeviceException {
        take();
        if (closed) {
            free.release();
            throw new DeviceException(
                    DeviceFault.of(
                            DeviceFault.Kind.TRANSIENT, "change of a pool that is closed", pool));
        }
    }

    private void take() {
        if (!free.tryAcquire()) {
            threads.runUntil(() -> free.availablePermits() > 0);
            free.acquireUninterruptibly();
        }
    }

    /** Takes it if it is free and nobody waits for it. */
    boolean tryEnter() {
        // It would overtake those that wait again and again.
        if (free.hasQueuedThreads() || !free.tryAcquire()) {
            return false;
        }
        if (closed) {
            free.release();
            return false;
        }
        return true;
    }

    /** Gives it back. */
    void leave() {
        free.release();
        whenFree.run();
    }

    /** Gives back what {@link #tryEnter} gave; whoever is told of other times knows of this one. */
    void leaveUntold() {
        free.release();
    }

    /** Waits until nobody changes the tree; nobody does after that. */
    void close() {
        take();
        closed = true;
        free.release();
    }

    boolean closed() {
        return closed;
    }
}
