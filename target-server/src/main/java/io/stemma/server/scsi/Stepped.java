package io.stemma.server.scsi;

import io.stemma.engine.block.BlockRange;
import io.stemma.engine.block.BlockRequest;
import io.stemma.engine.block.DeviceFault;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A command of several storage operations, one after the other. Looks before each whether the task
 * was aborted. Operations that complete at once do not deepen the stack. One thread at a time works
 * on it: the one that started it, then each on which an operation ends.
 */
abstract class Stepped implements ScsiTask.Step {
    private static final int SUBMITTED = 0;
    private static final int ENDED = 1;
    private static final int LEFT = 2;

    private final LogicalUnit unit;
    private final ScsiTask task;
    private final AtomicInteger turn = new AtomicInteger();
    private @Nullable DeviceFault fault;
    private @Nullable Hold hold;
    private boolean writing;

    Stepped(LogicalUnit unit, ScsiTask task) {
        this.unit = unit;
        this.task = task;
    }

    final LogicalUnit unit() {
        return unit;
    }

    final ScsiTask task() {
        return task;
    }

    /** The request to be prepared for the next operation. */
    final BlockRequest request() {
        return task.request(this);
    }

    /** Prepares the next operation and returns true, or returns false where all is done. */
    abstract boolean prepare(BlockRequest request);

    /**
     * Looks at what an operation brought.
     *
     * @return false if the command cannot go on; {@link #failed} then says why
     */
    boolean ended(BlockRequest request) {
        return true;
    }

    /** Ends the command after {@link #ended} returned false. */
    void failed() {}

    /** Gives an operation to the volume. */
    private void submit(BlockRequest request) {
        Hold held = hold;
        if (held == null) {
            unit.volume().submit(request);
        } else {
            unit.volume().submitHolding(held, request);
        }
    }

    /** Gives the blocks back, just before the task finishes, however that comes about. */
    private void release() {
        Hold held = hold;
        hold = null;
        if (held != null) {
            unit.volume().unlock(held);
        }
    }

    /** The blocks are held. */
    final void begin() {
        try {
            run();
        } catch (RuntimeException ours) {
            release();
            task.broken(ours);
        }
    }

    /** Starts once nobody else reads or writes the blocks, and holds them until the task ends. */
    final void runHolding(long firstBlock, long blocks) {
        Hold asked = new Hold(new BlockRange(firstBlock, blocks), this);
        hold = asked;
        unit.volume().lockExclusive(asked);
    }

    /** Starts, or goes on after an operation that has ended. */
    final void run() {
        while (true) {
            BlockRequest request = request();
            if (task.aborted()) {
                release();
                Faults.aborted(task);
                return;
            }
            if (unit.sanitization().bars()) {
                release();
                unit.sanitization().refuse(task, unit.state().descriptorSense());
                return;
            }
            if (!prepare(request)) {
                release();
                Sense.good(task);
                return;
            }
            writing = request.kind() != BlockRequest.Kind.READ;
            turn.set(SUBMITTED);
            submit(request);
            if (turn.compareAndSet(SUBMITTED, LEFT) || !goesOn(request)) {
                return;
            }
        }
    }

    @Override
    public final void storageDone(ScsiTask ended, @Nullable DeviceFault how) {
        fault = how;
        try {
            if (!turn.compareAndSet(SUBMITTED, ENDED) && goesOn(request())) {
                run();
            }
        } catch (RuntimeException ours) {
            release();
            throw ours;
        }
    }

    private boolean goesOn(BlockRequest request) {
        DeviceFault met = fault;
        if (met != null) {
            release();
            Faults.end(task, unit.state().descriptorSense(), met, writing);
            return false;
        }
        if (!ended(request)) {
            release();
            failed();
            return false;
        }
        return true;
    }
}
