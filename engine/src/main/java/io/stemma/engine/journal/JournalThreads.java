package io.stemma.engine.journal;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/** Gives the journal its two lanes, the committer and the syncer, so that tests can do without. */
public interface JournalThreads {
    /** A task that runs again some time after each wake, never twice at once. */
    interface Lane {
        /** Asks for a run that begins after this call. Any thread; allocates nothing. */
        void wake();

        /** Ends the lane; waits for a run in progress. */
        void close();
    }

    /** Starts a lane. */
    Lane start(String name, Runnable task);

    /** Runs everything on the thread that wakes: for tests that have one thread. */
    JournalThreads INLINE = (name, task) -> new InlineLane(task);

    /** A platform thread for each lane. */
    JournalThreads PLATFORM = ThreadLane::start;

    /** A lane without a thread; a wake from inside its own run makes it run again. */
    final class InlineLane implements Lane {
        private final Runnable task;
        private boolean running;
        private boolean again;

        private InlineLane(Runnable task) {
            this.task = task;
        }

        @Override
        public void wake() {
            again = true;
            if (running) {
                return;
            }
            running = true;
            try {
                while (again) {
                    again = false;
                    task.run();
                }
            } finally {
                running = false;
            }
        }

        @Override
        public void close() {}
    }

    /** A lane with a platform thread that parks while nothing is wanted. */
    final class ThreadLane implements Lane {
        private final AtomicBoolean wanted = new AtomicBoolean();
        private final Thread thread;
        private volatile boolean closed;

        private ThreadLane(String name, Runnable task) {
            thread = Thread.ofPlatform().name(name).daemon().unstarted(() -> loop(task));
        }

        private static Lane start(String name, Runnable task) {
            ThreadLane lane = new ThreadLane(name, task);
            lane.thread.start();
            return lane;
        }

        private void loop(Runnable task) {
            while (true) {
                if (wanted.getAndSet(false)) {
                    task.run();
                } else if (closed) {
                    return;
                } else {
                    LockSupport.park(this);
                }
            }
        }

        @Override
        public void wake() {
            if (!wanted.getAndSet(true)) {
                LockSupport.unpark(thread);
            }
        }

        @Override
        public void close() {
            closed = true;
            LockSupport.unpark(thread);
            boolean interrupted = false;
            while (thread.isAlive() && Thread.currentThread() != thread) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
