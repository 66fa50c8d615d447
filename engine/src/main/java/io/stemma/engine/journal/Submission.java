package io.stemma.engine.journal;

import io.stemma.engine.block.DeviceFault;

import org.jspecify.annotations.Nullable;

/**
 * Something that waits for the journal. Intrusive: it is its own queue node, so that waiting costs
 * no object. Owned by whoever made it before it is handed over and after it ended, by the journal
 * in between.
 */
abstract sealed class Submission permits Presence, SyncWaiter, Commit {
    @Nullable Submission next;

    /** The pool number that has to be durable, or written, before this ends. */
    long target;

    /** The end, exactly once; null says that it was done. Any thread; must not block. */
    abstract void end(@Nullable DeviceFault fault);
}
