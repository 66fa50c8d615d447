package io.stemma.engine.volume;

import java.util.concurrent.Semaphore;

/**
 * Who may change the tree of layers: one at a time. Not bound to a thread, and not given twice to
 * one. Control threads wait for it; background work only tries.
 */
final class Turn {
    private final Semaphore free = new Semaphore(1);
    private final BackendThreads threads;
    private Runnable whenFree = () -> {};

    Turn(BackendThreads threads) {
        this.threads = threads;
    }

    /** Who is told each time that it is free again; must not block. */
    void whenFree(Runnable told) {
        whenFree = told;
    }

    /** Waits for it. */
    void enter() {
        if (!free.tryAcquire()) {
            threads.runUntil(() -> free.availablePermits() > 0);
            free.acquireUninterruptibly();
        }
    }

    /** Takes it if it is free. */
    boolean tryEnter() {
        return free.tryAcquire();
    }

    /** Gives it back. */
    void leave() {
        free.release();
        whenFree.run();
    }
}
