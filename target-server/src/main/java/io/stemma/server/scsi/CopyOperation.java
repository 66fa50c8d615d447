package io.stemma.server.scsi;

import io.stemma.engine.block.DeviceFault;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.Objects;

/**
 * One EXTENDED COPY under way: its segments in their order, piece by piece. Each piece reads its
 * source as a plain READ would, then holds the destination exclusively and writes it. It never
 * waits for a lock while it holds one, so that copies in any directions cannot wait for each other.
 *
 * <p>Whoever may not read or write any more is noticed before each piece. What was read before the
 * destination was sanitized is not written after: old data would come back.
 */
final class CopyOperation extends PacedWork implements ScsiTask.Step {
    private enum Phase {
        NEXT,
        READING,
        LOCKING,
        WRITING
    }

    private final LogicalUnit manager;
    private final ScsiTask task;
    private final Nexus initiator;
    private final CopyList list;
    private final CopyRecord record;
    private final long memory;
    private Phase phase = Phase.NEXT;
    private int segment = -1;
    private @Nullable CopySpan span;
    private @Nullable Exclusive lock;
    private @Nullable DeviceFault fault;
    private int sanitized;

    /** Takes memory from the task, so on the thread that executes it. */
    CopyOperation(LogicalUnit manager, ScsiTask task, CopyList list, CopyRecord record) {
        super(manager.services().control());
        this.manager = manager;
        this.task = task;
        this.initiator = task.nexus();
        this.list = list;
        this.record = record;
        memory = task.dataInLater(CopyLimits.PIECE_BYTES);
    }

    @Override
    public void storageDone(ScsiTask ended, @Nullable DeviceFault how) {
        fault = how;
        signal();
    }

    @Override
    void step() {
        switch (phase) {
            case NEXT -> next();
            case READING -> read();
            case LOCKING -> locked();
            case WRITING -> written();
        }
    }

    /** Finds the next piece, perhaps in the next segment, and begins with it. */
    private void next() {
        if (task.aborted()) {
            end(null);
            return;
        }
        CopySpan now = span;
        while (now == null || now.ended()) {
            if (now != null) {
                record.segmentEnded();
            }
            if (++segment == list.segments().size()) {
                end(null);
                return;
            }
            now = new CopySpan(list.segments().get(segment));
            span = now;
            CopyFault refused = now.begin(list, manager, initiator);
            if (refused != null) {
                end(refused);
                return;
            }
        }
        // Before the question whether it is being sanitized, or one could begin in between.
        sanitized = now.destination().unit().sanitization().count();
        CopyFault refused = now.refusal();
        if (refused != null) {
            end(refused);
            return;
        }
        if (now.nextPiece()) {
            phase = Phase.READING;
            now.source().unit().volume().submit(now.read(task.request(this), memory));
        } else {
            lock(now);
        }
    }

    private void read() {
        if (!failed(false)) {
            lock(Objects.requireNonNull(span));
        }
    }

    private void lock(CopySpan now) {
        phase = Phase.LOCKING;
        Exclusive hold = new Exclusive(now.destinationPiece());
        lock = hold;
        now.destination().unit().volume().lockExclusive(hold);
    }

    /** Nobody sanitizes or writes the destination's piece while it is held. */
    private void locked() {
        CopySpan now = Objects.requireNonNull(span);
        CopyFault refused = now.refusal();
        if (task.aborted() || refused != null) {
            end(refused);
            return;
        }
        if (now.destination().unit().sanitization().count() != sanitized) {
            phase = Phase.NEXT;
            unlock();
            signal();
            return;
        }
        phase = Phase.WRITING;
        now.destination()
                .unit()
                .volume()
                .submitHolding(Objects.requireNonNull(lock), now.write(task.request(this), memory));
    }

    private void written() {
        unlock();
        if (!failed(true)) {
            record.copied(Objects.requireNonNull(span).pieceEnded());
            phase = Phase.NEXT;
            next();
        }
    }

    private boolean failed(boolean writing) {
        DeviceFault met = fault;
        fault = null;
        if (met == null && !task.aborted()) {
            return false;
        }
        end(met == null || task.aborted() ? null : CopyFault.of(met, writing));
        return true;
    }

    private void unlock() {
        Exclusive held = lock;
        lock = null;
        if (held != null) {
            Objects.requireNonNull(span).destination().unit().volume().unlock(held);
        }
    }

    /** Ends the command: aborted, with a fault, or as asked. No step follows. */
    private void end(@Nullable CopyFault why) {
        unlock();
        manager.services().copies().give();
        boolean descriptor = manager.state().descriptorSense();
        if (task.aborted()) {
            finishRecord(new byte[0]);
            Faults.aborted(task);
        } else if (why == null) {
            record.succeeded();
            forgetIfDiscarded();
            task.dataInLength(0);
            Sense.good(task);
        } else {
            long residue = span == null ? 0 : span.residue();
            int length = why.write(task.sense(), descriptor, segment, residue);
            finishRecord(Arrays.copyOf(task.sense(), length));
            Sense.checkWritten(task, length);
        }
    }

    private void finishRecord(byte[] sense) {
        record.failed(sense);
        forgetIfDiscarded();
    }

    private void forgetIfDiscarded() {
        if (list.discards()) {
            manager.copies().forget(initiator, list.identifier(), record);
        }
    }

    @Override
    void broken(RuntimeException ours) {
        manager.services().copies().give();
        record.failed(new byte[0]);
        unlock();
        task.broken(ours);
    }

    @Override
    void abandoned() {
        task.abort();
        end(null);
    }
}
