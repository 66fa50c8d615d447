package io.stemma.server.iscsi.task;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Tasks that ended on other threads, on their way to the event loop. A stack through the tasks
 * themselves, turned round when it is taken: one hop of the loop for all that came meanwhile.
 */
final class Completions {
    private final AtomicReference<@Nullable Task> newest = new AtomicReference<>();

    /**
     * Adds a task. Any thread.
     *
     * @return whether the loop has to be woken
     */
    boolean add(Task task) {
        Task before;
        do {
            before = newest.get();
            task.next = before;
        } while (!newest.compareAndSet(before, task));
        return before == null;
    }

    /** Takes all, oldest first, linked by {@link Task#next}. */
    @Nullable Task takeAll() {
        Task task = newest.getAndSet(null);
        Task oldest = null;
        while (task != null) {
            Task older = task.next;
            task.next = oldest;
            oldest = task;
            task = older;
        }
        return oldest;
    }
}
