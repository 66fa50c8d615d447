package io.stemma.engine.journal;

import org.jspecify.annotations.Nullable;

/** First in, first out, linked through the submissions themselves. One thread at a time. */
final class SubmissionQueue {
    private @Nullable Submission oldest;
    private @Nullable Submission newest;

    /** The oldest one, which stays; null if there is none. */
    @Nullable Submission peek() {
        return oldest;
    }

    boolean isEmpty() {
        return oldest == null;
    }

    /** Adds one, or one and all that are linked behind it. */
    void add(Submission first) {
        if (newest == null) {
            oldest = first;
        } else {
            newest.next = first;
        }
        Submission last = first;
        while (last.next != null) {
            last = last.next;
        }
        newest = last;
    }

    /** Takes the oldest one out; null if there is none. */
    @Nullable Submission poll() {
        Submission first = oldest;
        if (first != null) {
            oldest = first.next;
            newest = oldest == null ? null : newest;
            first.next = null;
        }
        return first;
    }
}
