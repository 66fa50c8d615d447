package io.stemma.server.scsi;

import java.util.concurrent.atomic.AtomicInteger;

/** How many copies a server has under way; each holds memory. Any thread. */
public final class CopySlots {
    private final AtomicInteger taken = new AtomicInteger();

    /** Takes one of {@link CopyLimits#COPIES_MAX}; false where none is left. */
    boolean take() {
        int before = taken.getAndUpdate(now -> now < CopyLimits.COPIES_MAX ? now + 1 : now);
        return before < CopyLimits.COPIES_MAX;
    }

    /** Gives one back. */
    void give() {
        taken.decrementAndGet();
    }

    /** Copies under way. */
    int taken() {
        return taken.get();
    }
}
