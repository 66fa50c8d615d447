package io.stemma.engine.volume;

import io.stemma.engine.block.BlockRequest;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The stops of a volume before its layer, in this order: gate, range locks, tap. All that is
 * special about the volume at a moment is a bit of one word, so that a plain request enters the
 * epoch, reads one volatile word, and goes to the layer.
 */
final class Admission {
    /** The gate is closed. */
    static final int GATE = 1;

    /** Exclusive locks are asked for or held. */
    static final int LOCKS = 2;

    /** A tap is set. */
    static final int TAP = 4;

    /** Writes stay away from event loops, see {@link WriteGuard}. */
    static final int AWAY = 8;

    /** Offline until recovered. */
    static final int OFFLINE = 16;

    /** Deleted. */
    static final int DELETED = 32;

    /** The backend is closed. */
    static final int CLOSED = 64;

    /** Nothing may change. */
    static final int READ_ONLY = 128;

    private static final int REFUSING = OFFLINE | DELETED | CLOSED;

    private final FileVolume volume;
    private final AtomicInteger flags = new AtomicInteger();
    private final EpochRegister epochs = new EpochRegister();
    private final Gate gate = new Gate();

    /** Holds changes of parts of blocks while the layer below may still be written. */
    private final Gate seal = new Gate();

    private final RangeLocks ranges = new RangeLocks(this);
    private volatile @Nullable WriteTap tap;

    Admission(FileVolume volume) {
        this.volume = volume;
    }

    boolean has(int flag) {
        return (flags.get() & flag) != 0;
    }

    void raise(int flag) {
        flags.getAndUpdate(now -> now | flag);
    }

    void lower(int flag) {
        flags.getAndUpdate(now -> now & ~flag);
    }

    EpochRegister epochs() {
        return epochs;
    }

    RangeLocks ranges() {
        return ranges;
    }

    /** Whether a read may go to the layer at once; the caller has entered the epoch. */
    boolean readsNow() {
        return (flags.get() & ~(AWAY | TAP | READ_ONLY)) == 0;
    }

    /** Whether the map may be looked at: the same, but nobody's lock hides it. */
    boolean mapsNow() {
        return (flags.get() & ~(AWAY | TAP | READ_ONLY | LOCKS)) == 0;
    }

    /** Whether the volume serves; the caller has entered the epoch. */
    boolean serves() {
        return (flags.get() & (REFUSING | GATE | READ_ONLY)) == 0;
    }

    /** Whether requests meet a refusal, whatever they want. */
    boolean refuses() {
        return (flags.get() & REFUSING) != 0;
    }

    @Nullable WriteTap tap() {
        return tap;
    }

    void tap(@Nullable WriteTap next) {
        synchronized (gate) {
            if (next != null && tap != null) {
                throw new IllegalStateException("volume " + volume.name() + " has a tap already");
            }
            tap = next;
            if (next == null) {
                lower(TAP);
            } else {
                raise(TAP);
            }
        }
    }

    /**
     * Holds back whatever comes from now on; {@code quiet} completes when what is under way ended.
     */
    void closeGate(Completion quiet) {
        gate.close();
        raise(GATE);
        epochs.drain(() -> quiet.complete(null));
    }

    /** Lets go what the gate held. */
    void openGate() {
        // Nobody is to see the flag of a gate that is open: it would come back at once, for ever.
        lower(GATE);
        gate.open();
        Operation operation = gate.poll();
        while (operation != null) {
            operation.onIo(Admission::admit);
            operation = gate.poll();
        }
    }

    /** A cut is about to come: what waits for its seal is held. */
    void awaitSeal() {
        seal.close();
    }

    /** The seal is there, or will not come: lets go what waited for it. */
    void endSeal() {
        seal.open();
        Operation operation = seal.poll();
        while (operation != null) {
            operation.onIo(Admission::admit);
            operation = seal.poll();
        }
    }

    /** Starts a request that was taken over. */
    void start(Operation operation) {
        try {
            admit(operation);
        } catch (RuntimeException broken) {
            volume.standing().broken(operation, broken);
        }
    }

    /** A request arrives, or comes back from where it was held. */
    static void admit(Operation operation) {
        Admission stops = operation.volume().admission();
        operation.epoch = stops.epochs.enter();
        operation.entered = true;
        int special = stops.flags.get() & ~AWAY;
        if (special == 0 || stops.passed(operation, special)) {
            stops.issue(operation);
        }
    }

    /** A request that range locks have let go; it is registered. */
    static void admitPastLocks(Operation operation) {
        operation.holding = true;
        admit(operation);
    }

    private boolean passed(Operation operation, int special) {
        if ((special & REFUSING) != 0) {
            volume.finish(operation, volume.standing().refusal());
            return false;
        }
        if ((special & GATE) != 0) {
            return heldAtGate(operation);
        }
        if ((special & READ_ONLY) != 0 && operation.request().kind() != BlockRequest.Kind.READ) {
            volume.finish(operation, volume.standing().changeRefusal());
            return false;
        }
        boolean ranged = operation.request().kind() != BlockRequest.Kind.FLUSH;
        if ((special & LOCKS) != 0 && ranged && !operation.holding) {
            return passedLocks(operation);
        }
        return true;
    }

    private boolean heldAtGate(Operation operation) {
        return held(gate, operation);
    }

    /**
     * A part of a block would be filled up from the layer below, where a write of that block may
     * still be under way; so it waits, not counted, since those that are counted are waited for.
     */
    private void heldForSeal(Operation operation) {
        // The range locks that it has passed it has passed for good.
        operation.holding |= operation.registered;
        held(seal, operation);
    }

    private boolean held(Gate held, Operation operation) {
        // What waits is not under way. It may be let go at once by another thread: no touch after
        // hold.
        leave(operation);
        Gate.Outcome outcome = held.hold(operation);
        if (outcome == Gate.Outcome.OPEN) {
            operation.onIo(Admission::admit);
        } else if (outcome == Gate.Outcome.REFUSED) {
            volume.finish(operation, volume.standing().busy("the gate"));
        }
        return false;
    }

    private boolean passedLocks(Operation operation) {
        int epoch = operation.epoch;
        operation.entered = false;
        RangeLocks.Outcome outcome = ranges.pass(operation);
        if (outcome == RangeLocks.Outcome.PASSED) {
            operation.entered = true;
            return true;
        }
        epochs.exit(epoch);
        if (outcome == RangeLocks.Outcome.REFUSED) {
            volume.finish(operation, volume.standing().busy("a range lock"));
        } else if (outcome == RangeLocks.Outcome.GONE) {
            volume.finish(operation, volume.standing().refusal());
        }
        return false;
    }

    private void issue(Operation operation) {
        BlockRequest request = operation.request();
        if (request.cancelled()) {
            volume.finish(
                    operation,
                    volume.standing().fault(DeviceFault.Kind.ABORTED, "cancelled request"));
            return;
        }
        if (request.kind() == BlockRequest.Kind.FLUSH) {
            volume.flushes().join(operation);
            return;
        }
        if (!volume.inside(request.firstBlock(), request.blockCount())) {
            volume.finish(operation, volume.standing().outOfRange(request));
            return;
        }
        volume.measure(operation);
        if (carriesMemory(request) && operation.length > lengthMax(request)) {
            volume.finish(operation, volume.standing().outOfRange(request));
            return;
        }
        if (request.kind() == BlockRequest.Kind.READ) {
            operation.onIo(ReadPath::read);
            return;
        }
        operation.durable = request.forceUnitAccess() || !volume.writeCache();
        operation.layer(volume.layer());
        if (operation.cutsBlocks() && operation.layer().belowUnsealed()) {
            heldForSeal(operation);
            return;
        }
        if ((flags.get() & TAP) == 0 || tapped(operation)) {
            change(operation);
        }
    }

    private static int lengthMax(BlockRequest request) {
        return request.atomic() ? Limits.ATOMIC_WRITE_BYTES_MAX : Limits.TRANSFER_BYTES_MAX;
    }

    private static boolean carriesMemory(BlockRequest request) {
        return request.kind() == BlockRequest.Kind.READ
                || request.kind() == BlockRequest.Kind.WRITE;
    }

    private boolean tapped(Operation operation) {
        WriteTap now = tap;
        if (now == null) {
            return true;
        }
        operation.tap = now;
        return now.before(operation.request(), () -> operation.onIo(Admission::change));
    }

    /** A change reaches the layer. */
    private static void change(Operation operation) {
        if (operation.request().atomic()) {
            operation.volume().atomics().begin(operation);
        } else if (operation.request().kind() == BlockRequest.Kind.WRITE) {
            operation.volume().writes().begin(operation);
        } else {
            operation.volume().unmaps().begin(operation);
        }
    }

    /** An operation is no longer under way. */
    void leave(Operation operation) {
        if (operation.entered) {
            operation.entered = false;
            epochs.exit(operation.epoch);
        }
    }
}
