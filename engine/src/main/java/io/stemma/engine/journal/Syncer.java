package io.stemma.engine.journal;

import io.stemma.engine.block.DeviceFault;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/**
 * Makes the journal durable for all who wait, one sync for as many as there are. Its own lane; it
 * never holds the journal's lock while it waits for the disk.
 */
final class Syncer {
    private final Appender appender;
    private final SegmentTail tail;
    private final SubmissionStack waiting;
    private final String path;
    private final boolean syncs;
    private volatile boolean running;

    /**
     * A syncer.
     *
     * @param path the folder, for messages
     * @param syncs whether it does what it is for
     */
    Syncer(
            Appender appender,
            SegmentTail tail,
            SubmissionStack waiting,
            String path,
            boolean syncs) {
        this.appender = appender;
        this.tail = tail;
        this.waiting = waiting;
        this.path = path;
        this.syncs = syncs;
    }

    /** Whether a sync is under way, which makes writes to the same file slow. Any thread. */
    boolean running() {
        return running;
    }

    /**
     * What waits for this submission's target to be durable ends with the next turn. Any thread.
     */
    void add(Submission submission) {
        waiting.push(submission);
    }

    /** One turn; the fault if it failed. */
    @Nullable DeviceFault turn() {
        Submission oldest = waiting.takeAll();
        if (oldest == null) {
            return null;
        }
        // Read before the sync: what is appended meanwhile is part of the next one.
        long upTo = appender.appended();
        DeviceFault fault = sync();
        if (fault == null) {
            appender.durable(upTo);
        }
        while (oldest != null) {
            Submission next = oldest.next;
            oldest.next = null;
            oldest.end(fault);
            oldest = next;
        }
        return fault;
    }

    private @Nullable DeviceFault sync() {
        DeviceFault already = appender.stopped();
        if (already != null) {
            return already;
        }
        running = true;
        try {
            if (syncs) {
                tail.sync();
            }
            return null;
        } catch (IOException e) {
            DeviceFault fault =
                    DeviceFault.of(DeviceFault.Kind.OFFLINE, "sync the journal", path, e);
            appender.stop(fault);
            return fault;
        } finally {
            running = false;
        }
    }
}
