package io.stemma.engine.volume;

import io.stemma.engine.runtime.Limits;

import java.util.ArrayDeque;
import java.util.function.Predicate;

/**
 * The share of one volume in a pool of threads: at most {@code Limits.VOLUME_THREADS} of its tasks
 * run at once, the others wait here. So a disk that is slow or does not answer holds up its own
 * volume, and threads are left for those of the others. Tasks begin in the order in which they
 * came. Any thread; handing over makes no garbage.
 */
final class Lane {
    private final Predicate<Runnable> pool;
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private final Runnable turn = this::turn;
    private int turns;

    /** A share in what {@code pool} runs; it says false where it takes no more. */
    Lane(Predicate<Runnable> pool) {
        this.pool = pool;
    }

    /**
     * Runs a task when its turn comes.
     *
     * @return false if {@code Limits.POOL_QUEUE_MAX} tasks wait already, or the pool takes no more
     */
    boolean run(Runnable task) {
        synchronized (this) {
            if (waiting.size() >= Limits.POOL_QUEUE_MAX) {
                return false;
            }
            waiting.add(task);
            if (turns >= Limits.VOLUME_THREADS) {
                return true;
            }
            turns++;
        }
        return pool.test(turn) || takenBack(task);
    }

    /** Whether another turn has taken the task in spite of the pool's refusal of a new one. */
    private synchronized boolean takenBack(Runnable task) {
        turns--;
        return !waiting.removeLastOccurrence(task);
    }

    /** One task; then others of the pool get their turn before the next of this lane. */
    private void turn() {
        Runnable task;
        synchronized (this) {
            task = waiting.poll();
            if (task == null) {
                turns--;
                return;
            }
        }
        try {
            task.run();
        } finally {
            next();
        }
    }

    private void next() {
        synchronized (this) {
            if (waiting.isEmpty()) {
                turns--;
                return;
            }
        }
        if (!pool.test(turn)) {
            // The pool is being closed: what was taken over is run all the same.
            turn();
        }
    }
}
