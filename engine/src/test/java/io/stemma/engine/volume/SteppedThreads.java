package io.stemma.engine.volume;

import java.util.ArrayDeque;
import java.util.function.BooleanSupplier;

/** Everything on the thread that steps, in the order it was handed over. */
public final class SteppedThreads implements BackendThreads {
    /** Tasks that may run on end; what goes on for longer never ends. */
    private static final int TASKS_MAX = 100_000;

    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private Runnable tick = () -> {};
    private boolean refusesSyncs;

    @Override
    public boolean io(Runnable task) {
        return tasks.add(task);
    }

    @Override
    public boolean sync(Runnable task) {
        return !refusesSyncs && tasks.add(task);
    }

    @Override
    public boolean punch(Runnable task) {
        return tasks.add(task);
    }

    @Override
    public boolean merge(Runnable task) {
        return tasks.add(task);
    }

    @Override
    public void everyTick(Runnable newTick) {
        tick = newTick;
    }

    /** Whether {@link #sync} says that too many tasks wait. */
    public void refuseSyncs(boolean now) {
        refusesSyncs = now;
    }

    /** Runs the oldest task; false if there is none. */
    public boolean step() {
        Runnable task = tasks.poll();
        if (task == null) {
            return false;
        }
        task.run();
        return true;
    }

    /** Runs tasks until none is left. */
    public void runAll() {
        int ran = 0;
        while (step()) {
            countOn(++ran);
        }
    }

    private static void countOn(int ran) {
        if (ran > TASKS_MAX) {
            throw new IllegalStateException("tasks follow each other without an end");
        }
    }

    /** One tick, and all that follows from it. */
    public void tick() {
        tick.run();
        runAll();
    }

    @Override
    public void runUntil(BooleanSupplier done) {
        int ran = 0;
        while (!done.getAsBoolean()) {
            countOn(++ran);
            if (!step()) {
                throw new IllegalStateException("waits for something that no task will do");
            }
        }
    }

    @Override
    public void close() {
        runAll();
    }
}
