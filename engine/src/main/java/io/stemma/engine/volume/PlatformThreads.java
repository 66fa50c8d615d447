package io.stemma.engine.volume;

import io.stemma.engine.runtime.Limits;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** Bounded pools of platform threads. Their queues are arrays: handing over makes no garbage. */
public final class PlatformThreads implements BackendThreads {
    private final ThreadPoolExecutor io = pool("stemma-io", Limits.IO_THREADS);
    private final ThreadPoolExecutor sync = pool("stemma-sync", Limits.SYNC_THREADS);
    private final ThreadPoolExecutor punch = pool("stemma-punch", 1);
    private final ScheduledExecutorService timer =
            new ScheduledThreadPoolExecutor(1, named("stemma-tick"));

    private static ThreadPoolExecutor pool(String name, int threads) {
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(
                        threads,
                        threads,
                        60,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(Limits.POOL_QUEUE_MAX),
                        named(name));
        pool.allowCoreThreadTimeOut(true);
        return pool;
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
        return hand(io, task);
    }

    @Override
    public boolean sync(Runnable task) {
        return hand(sync, task);
    }

    @Override
    public boolean punch(Runnable task) {
        return hand(punch, task);
    }

    private static boolean hand(ThreadPoolExecutor pool, Runnable task) {
        try {
            pool.execute(task);
            return true;
        } catch (RejectedExecutionException full) {
            return false;
        }
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
        end(punch);
        end(sync);
        end(io);
    }

    /** Orderly, since an interrupt in file I/O would close the file for everybody. */
    private static void end(java.util.concurrent.ExecutorService pool) {
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
