package io.stemma.engine.volume;

import io.stemma.engine.runtime.Limits;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A bounded pool of platform threads that grows while all of them are stuck: several disks that do
 * not answer must not take the last thread from those that do. Its queue is an array: handing over
 * makes no garbage. Any thread, except for {@link #look}.
 */
final class GrowingPool {
    private final ThreadPoolExecutor pool;
    private final int threadsMax;
    private long completed;

    /**
     * A pool.
     *
     * @param threads to begin with
     * @param threadsMax it never has more
     */
    GrowingPool(ThreadFactory factory, int threads, int threadsMax) {
        this.threadsMax = threadsMax;
        pool =
                new ThreadPoolExecutor(
                        threads,
                        threads,
                        60,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(Limits.POOL_QUEUE_MAX),
                        factory);
        pool.allowCoreThreadTimeOut(true);
    }

    /** Runs a task; false if it takes no more. */
    boolean hand(Runnable task) {
        try {
            pool.execute(task);
            return true;
        } catch (RejectedExecutionException full) {
            return false;
        }
    }

    /**
     * From time to time, one caller at a time: adds threads if tasks wait and none has ended since
     * the last look. Threads that were added go when they have had nothing to do for a minute.
     */
    void look() {
        long now = pool.getCompletedTaskCount();
        boolean stuck = now == completed && !pool.getQueue().isEmpty();
        completed = now;
        int more = Math.min(threadsMax, pool.getCorePoolSize() + Limits.VOLUME_THREADS);
        if (stuck && more > pool.getCorePoolSize()) {
            pool.setMaximumPoolSize(more);
            pool.setCorePoolSize(more);
        }
    }

    ThreadPoolExecutor executor() {
        return pool;
    }
}
