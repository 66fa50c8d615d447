package io.stemma.server.scsi;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Runs actions one after the other in the order in which they came, on the threads of an executor
 * that may run several at once. Any thread.
 */
final class InOrder {
    private final Executor threads;
    private final int waitingMax;
    private final ArrayDeque<Action> waiting = new ArrayDeque<>();
    private boolean running;

    /** Something to be done once; one of the two is called, and neither throws. */
    interface Action {
        /** Its turn has come, on a thread of the executor. */
        void run();

        /** Too much waits; on any thread. */
        void refused();
    }

    /**
     * Makes an empty queue.
     *
     * @param waitingMax actions that may wait; one more is refused
     */
    InOrder(Executor threads, int waitingMax) {
        this.threads = threads;
        this.waitingMax = waitingMax;
    }

    /** Runs an action when those before it have ended. */
    void add(Action action) {
        boolean room;
        boolean first;
        synchronized (this) {
            room = waiting.size() < waitingMax;
            first = room && !running;
            if (room) {
                waiting.addLast(action);
                running = true;
            }
        }
        if (!room) {
            action.refused();
        } else if (first) {
            start();
        }
    }

    private void start() {
        try {
            threads.execute(this::runAll);
        } catch (RejectedExecutionException full) {
            List<Action> all;
            synchronized (this) {
                all = List.copyOf(waiting);
                waiting.clear();
                running = false;
            }
            all.forEach(Action::refused);
        }
    }

    private void runAll() {
        while (true) {
            Action next;
            synchronized (this) {
                next = waiting.pollFirst();
                if (next == null) {
                    running = false;
                    return;
                }
            }
            next.run();
        }
    }
}
