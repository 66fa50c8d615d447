package io.stemma.engine.volume;

import io.stemma.engine.volume.CrashMatrix.Under;

import org.jspecify.annotations.Nullable;

import java.util.function.BooleanSupplier;

/** Stepped threads that know whose work in the background is being done. */
final class WatchedThreads implements BackendThreads {
    private final SteppedThreads threads;
    private @Nullable Under background;

    WatchedThreads(SteppedThreads threads) {
        this.threads = threads;
    }

    /** What runs by itself just now, or ran when the crash came; null for nothing. */
    @Nullable Under background() {
        return background;
    }

    /** A crash leaves the mark where it is. */
    private Runnable marked(Under under, Runnable task) {
        return () -> {
            Under before = background;
            background = under;
            task.run();
            background = before;
        };
    }

    @Override
    public boolean io(Runnable task) {
        return threads.io(task);
    }

    @Override
    public boolean sync(Runnable task) {
        return threads.sync(task);
    }

    @Override
    public boolean punch(Runnable task) {
        return threads.punch(marked(Under.UNMAP, task));
    }

    @Override
    public boolean merge(Runnable task) {
        return threads.merge(marked(Under.MERGE, task));
    }

    @Override
    public void everyTick(Runnable tick) {
        threads.everyTick(tick);
    }

    @Override
    public void runUntil(BooleanSupplier done) {
        threads.runUntil(done);
    }

    @Override
    public void close() {
        threads.close();
    }
}
