package io.stemma.server.scsi;

import io.stemma.engine.block.BlockRange;
import io.stemma.engine.volume.RangeLock;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Long work in small steps, away from event loops and fair to others: each step has a turn on a
 * control thread, and after a few that needed no waiting the next goes to the end of the queue. One
 * thread at a time works on it. A step starts at most one operation that ends with {@link #signal}.
 */
abstract class PacedWork {
    /** Steps in one turn. */
    private static final int STEPS_MAX = 4;

    /** Time between two attempts to get a turn where the queue was full, in milliseconds. */
    private static final int RETRY_MILLIS = 100;

    /** Attempts in a row; a server that gives no turn for so long is being closed. */
    private static final int RETRIES_MAX = 600;

    private final Executor control;
    private final AtomicInteger signals = new AtomicInteger();
    private int retries;

    /** An exclusive hold on blocks; the next step is due when it is granted. */
    final class Exclusive extends RangeLock {
        Exclusive(BlockRange range) {
            super(range);
        }

        @Override
        protected void granted() {
            signal();
        }
    }

    PacedWork(Executor control) {
        this.control = control;
    }

    /** Does the next step. */
    abstract void step();

    /** A step has thrown: our own fault. No step follows. */
    abstract void broken(RuntimeException ours);

    /** No turn was to be had. No step follows. */
    abstract void abandoned();

    /** The next step is due: work begins, or what the last step started has ended. Any thread. */
    final void signal() {
        if (signals.getAndIncrement() == 0) {
            queue();
        }
    }

    /** The next step is due after a while, because what it needs was busy. */
    final void signalLater() {
        later(this::signal);
    }

    private static void later(Runnable what) {
        CompletableFuture.delayedExecutor(RETRY_MILLIS, TimeUnit.MILLISECONDS, Runnable::run)
                .execute(what);
    }

    private void queue() {
        try {
            control.execute(this::turn);
            retries = 0;
        } catch (RejectedExecutionException full) {
            if (++retries > RETRIES_MAX) {
                abandoned();
            } else {
                later(this::queue);
            }
        }
    }

    private void turn() {
        try {
            int steps = 0;
            do {
                if (steps++ == STEPS_MAX) {
                    queue();
                    return;
                }
                step();
            } while (signals.decrementAndGet() != 0);
        } catch (RuntimeException ours) {
            broken(ours);
        } catch (OutOfMemoryError none) {
            broken(new IllegalStateException("no memory for a step", none));
        }
    }
}
