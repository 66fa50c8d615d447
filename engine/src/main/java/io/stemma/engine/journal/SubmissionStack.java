package io.stemma.engine.journal;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.atomic.AtomicReference;

/** Many threads push, one takes everything at a time, oldest first. No objects of its own. */
final class SubmissionStack {
    private final AtomicReference<@Nullable Submission> newest = new AtomicReference<>();

    void push(Submission submission) {
        while (true) {
            Submission head = newest.get();
            submission.next = head;
            if (newest.compareAndSet(head, submission)) {
                return;
            }
        }
    }

    boolean isEmpty() {
        return newest.get() == null;
    }

    /** Takes all; the returned one is the oldest, linked to the newer ones. */
    @Nullable Submission takeAll() {
        Submission from = newest.getAndSet(null);
        Submission reversed = null;
        while (from != null) {
            Submission next = from.next;
            from.next = reversed;
            reversed = from;
            from = next;
        }
        return reversed;
    }
}
