package io.stemma.engine.volume;

import io.stemma.engine.block.BlockRequest;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.journal.Presence;
import io.stemma.engine.layer.BlockLocks;
import io.stemma.engine.layer.BlockState;
import io.stemma.engine.layer.Layer;
import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;

import java.util.Objects;

/**
 * What a volume remembers of one request under way. Kept by the request for all its lives, so that
 * steady traffic makes no garbage. Belongs to whoever runs its step; it never runs twice at once.
 */
final class Operation implements Runnable, BlockLocks.Waiter {
    /** What an operation does when it gets a thread. Stateless constants. */
    @FunctionalInterface
    interface Step {
        void run(Operation operation);
    }

    /** The record of this operation on its way through the journal. */
    final Presence record =
            new Presence() {
                @Override
                protected void written(@Nullable DeviceFault fault) {
                    Operation.this.recordWritten(fault);
                }
            };

    private @Nullable BlockRequest request;
    private @Nullable FileVolume volume;
    private @Nullable Layer layer;
    private Step step = Admission::admit;
    private boolean onSync;

    /** From {@link EpochRegister#enter}, while {@link #entered}. */
    int epoch;

    /** Whether it counts among what drains wait for. */
    boolean entered;

    /** Whether the request has not been answered yet. */
    boolean open;

    /** Bytes concerned, multiples of the logical block. */
    long offset;

    long length;

    /** Whether the effects must be durable before the answer. */
    boolean durable;

    /** Whether the range counts among those that exclusive locks wait for. */
    boolean registered;

    /** Whether it is the exclusive holder's own and waits for no range lock. */
    boolean holding;

    /** Place among plain requests and exclusive locks. */
    long ticket;

    /** Whether the record under way is flagged durable. */
    boolean recordDurable;

    /** What the record under way makes of blocks. */
    BlockState recordState = BlockState.DATA;

    /** Whether a flush has to follow before the answer. */
    boolean thenFlush;

    /** First layer block not yet made absent, and the one where that ends. */
    long progress;

    long progressEnd;

    /** Layer blocks locked. */
    long lockedFirst;

    long lockedCount;

    /** The tap that saw this operation, to be told of its end. */
    @Nullable WriteTap tap;

    /** The operation of a request, new or as it was left by the last use. */
    static Operation of(BlockRequest request, FileVolume volume) {
        Operation operation;
        if (request.attachment() instanceof Operation kept) {
            operation = kept;
        } else {
            operation = new Operation();
            request.attach(operation);
        }
        operation.begin(request, volume);
        return operation;
    }

    /** Prepares for one more life. */
    private void begin(BlockRequest next, FileVolume on) {
        request = next;
        volume = on;
        step = Admission::admit;
        onSync = false;
        open = true;
        entered = false;
        lockedCount = 0;
        registered = false;
        holding = false;
        thenFlush = false;
        durable = false;
        tap = null;
    }

    BlockRequest request() {
        return Objects.requireNonNull(request);
    }

    FileVolume volume() {
        return Objects.requireNonNull(volume);
    }

    /** The layer that it changes, from when it was chosen. */
    Layer layer() {
        return Objects.requireNonNull(layer);
    }

    void layer(Layer chosen) {
        layer = chosen;
    }

    /** Whether it changes a part of some layer block. */
    boolean cutsBlocks() {
        return ((offset | length) & (Limits.LAYER_BLOCK_BYTES - 1)) != 0;
    }

    /** First layer block that the bytes touch. */
    long firstBlock() {
        return offset / Limits.LAYER_BLOCK_BYTES;
    }

    /** Layer blocks that the bytes touch. */
    long blockCount() {
        return (offset + length - 1) / Limits.LAYER_BLOCK_BYTES - firstBlock() + 1;
    }

    /** Goes on with {@code next} on this thread, and with it again after a wait for blocks. */
    void goOn(Step next) {
        step = next;
        next.run(this);
    }

    /** Goes on with {@code next} on an I/O thread. */
    void onIo(Step next) {
        step = next;
        onSync = false;
        dispatch();
    }

    /** Goes on with {@code next} on a thread that may wait for the disk. */
    void onSync(Step next) {
        step = next;
        onSync = true;
        dispatch();
    }

    private void dispatch() {
        VolumeThreads threads = volume().threads();
        boolean taken = onSync ? threads.sync(this) : threads.io(this);
        if (!taken) {
            volume().finish(this, volume().standing().busy("a thread"));
        }
    }

    /** Whether it runs where the disk may be waited for. */
    boolean mayWait() {
        return onSync;
    }

    @Override
    public void retryLock() {
        dispatch();
    }

    @Override
    public void run() {
        FileVolume on = volume();
        request().issued();
        try {
            step.run(this);
        } catch (RuntimeException broken) {
            on.standing().broken(this, broken);
        }
    }

    private void recordWritten(@Nullable DeviceFault fault) {
        FileVolume on = volume();
        try {
            on.recorded(this, fault);
        } catch (RuntimeException broken) {
            on.standing().broken(this, broken);
        }
    }
}
