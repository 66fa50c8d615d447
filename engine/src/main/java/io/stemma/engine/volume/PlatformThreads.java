package io.stemma.engine.volume;

import io.stemma.engine.runtime.Limits;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** Bounded pools of platform threads. */
public final class PlatformThreads implements BackendThreads {
    private final GrowingPool io =
            new GrowingPool(named("stemma-io"), Limits.IO_THREADS, Limits.IO_THREADS_MAX);
    private final GrowingPool sync =
            new GrowingPool(named("stemma-sync"), Limits.SYNC_THREADS, Limits.IO_THREADS_MAX);
    private final GrowingPool punch = new GrowingPool(named("stemma-punch"), 1, 1);
    private final GrowingPool merge = new GrowingPool(named("stemma-merge"), 1, 1);
    private final ScheduledExecutorService timer =
            new ScheduledThreadPoolExecutor(1, named("stemma-tick"));

    /** Threads that start when something is to do. */
    @SuppressWarnings("FutureReturnValueIgnored") // It goes on until the timer is shut down.
    public PlatformThreads() {
        timer.scheduleWithFixedDelay(
                this::look, Limits.TICK_MILLIS, Limits.TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        io.look();
        sync.look();
    }

    private static ThreadFactory named(String name) {
        AtomicInteger next = new AtomicInteger(1);
        return task -> {
            Thread thread = new Thread(task, name + "-" + next.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        };
    }

    @Override
    public boolean io(Runnable task) {
        return io.hand(task);
    }

    @Override
    public boolean sync(Runnable task) {
        return sync.hand(task);
    }

    @Override
    public boolean punch(Runnable task) {
        return punch.hand(task);
    }

    @Override
    public boolean merge(Runnable task) {
        return merge.hand(task);
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // A tick reports its own faults.
    public void everyTick(Runnable tick) {
        timer.scheduleWithFixedDelay(
                tick, Limits.TICK_MILLIS, Limits.TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void runUntil(BooleanSupplier done) {
        // Others run it.
    }

    @Override
    public void close() {
        timer.shutdownNow();
        end(timer);
        end(merge.executor());
        end(punch.executor());
        end(sync.executor());
        end(io.executor());
    }

    /** Orderly, since an interrupt in file I/O would close the file for everybody. */
    private static void end(ExecutorService pool) {
        pool.shutdown();
        boolean interrupted = false;
        while (!pool.isTerminated()) {
            try {
                boolean ended = pool.awaitTermination(1, TimeUnit.SECONDS);
                if (ended) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
