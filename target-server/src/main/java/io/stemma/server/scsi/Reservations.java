package io.stemma.server.scsi;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.server.scsi.CommandRow.UnderReservation;
import io.stemma.server.scsi.ReserveVerdict.Done;
import io.stemma.server.scsi.ReserveVerdict.Refused;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * Who has reserved a logical unit: persistent reservations (SPC-5, 5.13) and those of RESERVE
 * (SPC-2, 5.5). Commands ask {@link #conflicts}, which reads one volatile; changes are rare.
 *
 * <p><b>How a change goes.</b> PERSISTENT RESERVE OUT runs where it may wait, one after the other.
 * It judges the state, makes the next one durable where it has to last, publishes it, raises unit
 * attentions, aborts what has to be aborted, and answers when no storage operation of that remains:
 * a command that passed the check before is then over or was never begun. RESERVE, RELEASE and the
 * end of a nexus do not wait; while a change is under way RESERVE is answered BUSY, so that neither
 * kind of reservation is made beside the other.
 */
final class Reservations {
    /** Name of the durable state. */
    static final String NAME = "reservations";

    /** PERSISTENT RESERVE OUT that may wait for a unit; one more is answered BUSY. */
    private static final int WAITING_MAX = 256;

    private static final byte[] NO_CDB = new byte[ScsiTask.CDB_BYTES_MAX];

    private static final Logger LOG = LoggerFactory.getLogger(Reservations.class);

    /** Stands for reservations that were made to last and could not be read. */
    private static final NexusName UNKNOWN =
            new NexusName(
                    "iqn.2026-11.io.stemma:lost-reservation,i,0x000000000000",
                    "iqn.2026-11.io.stemma:lost-reservation,t,0x0000");

    private static final long UNKNOWN_KEY = 0x4c4f5354_4b455953L;

    private final LogicalUnit unit;
    private final UnitStore store;
    private final InOrder changes;
    private volatile ReservationState state;
    private volatile @Nullable ReservationGuard guard;
    private @Nullable Nexus reservedBy;
    private boolean changing;

    /** Commands that wait until what they abort is gone, each as long as its task is under way. */
    private final Set<Aborting> aborting = new HashSet<>();

    /** One of them. Compared by identity, since a task is used again. */
    private static final class Aborting {
        final ScsiTask task;

        Aborting(ScsiTask task) {
            this.task = task;
        }
    }

    /** Takes up what was made to last. */
    Reservations(LogicalUnit unit, UnitServices services) {
        this.unit = unit;
        store = services.store();
        changes = new InOrder(services.control(), WAITING_MAX);
        state = store.get(NAME).map(Reservations::recovered).orElse(ReservationState.NONE);
        guard = ReservationGuard.of(state, null);
    }

    /**
     * Whoever reserved wanted nobody else in: what cannot be read keeps everybody out, until an
     * initiator preempts it under the key that READ KEYS shows.
     */
    private static ReservationState recovered(byte[] kept) {
        ReservationState recovered = ReservationRecord.decode(kept);
        if (recovered != null) {
            return recovered;
        }
        LOG.warn("reservations of {} bytes cannot be read; the unit stays reserved", kept.length);
        return new ReservationState(
                0, Map.of(UNKNOWN, UNKNOWN_KEY), ReservationType.EXCLUSIVE_ACCESS, UNKNOWN, true);
    }

    /** Whether a command has to end with RESERVATION CONFLICT. Any thread. */
    boolean conflicts(UnderReservation rule, ScsiTask task) {
        ReservationGuard now = guard;
        return now != null && now.conflicts(rule, task.cdb(), task.nexus());
    }

    /** Whether what a nexus wants of the unit by way of another's command conflicts. Any thread. */
    boolean conflicts(UnderReservation rule, Nexus nexus) {
        ReservationGuard now = guard;
        return now != null && now.conflicts(rule, NO_CDB, nexus);
    }

    /** Registrations and persistent reservation now. */
    ReservationState state() {
        return state;
    }

    /** SPC-2, 5.5.1: while RESERVE holds, both PERSISTENT RESERVE commands conflict for all. */
    synchronized boolean reserved() {
        return reservedBy != null;
    }

    /** RESERVE. */
    void reserve(ScsiTask task) {
        int status = reserveStatus(task.nexus());
        if (status == Sense.GOOD) {
            Sense.good(task);
        } else if (status == Sense.BUSY) {
            Sense.busy(task);
        } else {
            Sense.conflict(task);
        }
    }

    /** SPC-5, 5.13.3: a holder of a persistent reservation is told GOOD, nothing changes. */
    private synchronized int reserveStatus(Nexus by) {
        if (changing) {
            return Sense.BUSY;
        }
        if (!state.keys().isEmpty()) {
            return state.servedTo(NexusName.of(by)) ? Sense.GOOD : Sense.RESERVATION_CONFLICT;
        }
        if (reservedBy != null && !reservedBy.equals(by)) {
            return Sense.RESERVATION_CONFLICT;
        }
        reservedBy = by;
        guard = ReservationGuard.of(state, by);
        return Sense.GOOD;
    }

    /** RELEASE. */
    void release(ScsiTask task) {
        ReservationState now = state;
        if (!now.keys().isEmpty() && !now.servedTo(NexusName.of(task.nexus()))) {
            Sense.conflict(task);
            return;
        }
        ended(task.nexus());
        Sense.good(task);
    }

    /** A nexus has ended or released: its RESERVE ends; its registration stays. */
    synchronized void ended(Nexus nexus) {
        if (nexus.equals(reservedBy)) {
            unreserve();
        }
    }

    /** A reset: RESERVE ends, persistent reservations stay (SPC-5, 5.13.5). */
    synchronized void unreserve() {
        reservedBy = null;
        guard = ReservationGuard.of(state, null);
    }

    /**
     * PERSISTENT RESERVE OUT. Returns at once.
     *
     * @param change judges the state for the nexus of the task
     */
    void change(ScsiTask task, BiFunction<ReservationState, NexusName, ReserveVerdict> change) {
        changes.add(
                new InOrder.Action() {
                    @Override
                    public void run() {
                        try {
                            changeNow(task, change);
                        } catch (RuntimeException ours) {
                            task.broken(ours);
                        } catch (OutOfMemoryError none) {
                            // Others wait behind it, and are to have their turn.
                            task.broken(new IllegalStateException("no memory", none));
                        }
                    }

                    @Override
                    public void refused() {
                        Sense.busy(task);
                    }
                });
    }

    private void changeNow(
            ScsiTask task, BiFunction<ReservationState, NexusName, ReserveVerdict> change) {
        if (task.aborted()) {
            Faults.aborted(task);
            return;
        }
        if (!begin()) {
            Sense.conflict(task);
            return;
        }
        ReserveVerdict verdict;
        DeviceFault fault = null;
        try {
            verdict = change.apply(state, NexusName.of(task.nexus()));
            if (verdict instanceof Done done && !done.next().equals(state)) {
                byte[] kept = lasting(done.next()) ? ReservationRecord.encode(done.next()) : null;
                if (lasting(done.next()) && kept == null) {
                    verdict = Refused.NO_RESOURCES;
                } else {
                    fault = keepAndPublish(done.next(), kept);
                }
            }
        } finally {
            end();
        }
        answer(task, verdict, fault);
    }

    private synchronized boolean begin() {
        changing = reservedBy == null;
        return changing;
    }

    private synchronized void end() {
        changing = false;
    }

    private static boolean lasting(ReservationState of) {
        return of.persistent() && !of.keys().isEmpty();
    }

    /** Makes the next state durable where it lasts, or takes away what does not last any more. */
    private @Nullable DeviceFault keepAndPublish(ReservationState next, byte @Nullable [] kept) {
        try {
            if (kept != null) {
                store.put(NAME, kept);
            } else if (lasting(state)) {
                store.remove(NAME);
            }
        } catch (DeviceException failed) {
            return failed.fault();
        }
        publish(next);
        return null;
    }

    private synchronized void publish(ReservationState next) {
        state = next;
        guard = ReservationGuard.of(next, reservedBy);
    }

    private void answer(ScsiTask task, ReserveVerdict verdict, @Nullable DeviceFault fault) {
        boolean descriptor = unit.state().descriptorSense();
        if (fault != null && fault.kind() == DeviceFault.Kind.SPACE_EXHAUSTED) {
            refuse(task, descriptor, Refused.NO_RESOURCES);
        } else if (fault != null) {
            Faults.end(task, descriptor, fault, true);
        } else if (verdict instanceof Refused refused) {
            refuse(task, descriptor, refused);
        } else if (verdict instanceof Done done) {
            List<Nexus> aborted = new ArrayList<>();
            for (Nexus nexus : unit.attentions().nexuses()) {
                NexusName name = NexusName.of(nexus);
                UnitAttention attention = done.attentions().get(name);
                if (attention != null) {
                    unit.tell(nexus, attention);
                }
                if (done.aborted().contains(name)) {
                    aborted.add(nexus);
                }
            }
            abort(task, aborted);
        }
    }

    /**
     * Ends a command when the tasks of some nexuses are gone. Those among them that wait for an
     * abort of their own hold no storage and end at once, or two could wait for each other.
     */
    private void abort(ScsiTask task, List<Nexus> nexuses) {
        Aborting mine = new Aborting(task);
        List<ScsiTask> overtaken = new ArrayList<>();
        synchronized (aborting) {
            for (Iterator<Aborting> each = aborting.iterator(); each.hasNext(); ) {
                ScsiTask other = each.next().task;
                if (nexuses.contains(other.nexus())) {
                    each.remove();
                    overtaken.add(other);
                }
            }
            aborting.add(mine);
        }
        for (ScsiTask other : overtaken) {
            other.abort();
            Faults.aborted(other);
        }
        unit.abort(
                nexuses,
                () -> {
                    boolean waits;
                    synchronized (aborting) {
                        waits = aborting.remove(mine);
                    }
                    if (waits) {
                        Sense.good(task);
                    }
                });
    }

    /** Ends a command that the rules refuse. */
    static void refuse(ScsiTask task, boolean descriptor, Refused why) {
        switch (why) {
            case CONFLICT -> Sense.conflict(task);
            case INVALID_SCOPE -> Sense.invalidInCdb(task, descriptor, 2, 7);
            case INVALID_TYPE -> Sense.invalidInCdb(task, descriptor, 2, 3);
            case INVALID_ACTION -> Sense.invalidInCdb(task, descriptor, 1, 4);
            case INVALID_SERVICE_KEY -> Sense.invalidInParameters(task, descriptor, 8, -1);
            case INVALID_DESTINATION -> Sense.invalidInParameters(task, descriptor, 24, -1);
            case INVALID_RELEASE ->
                    Sense.check(
                            task,
                            descriptor,
                            SenseKey.ILLEGAL_REQUEST,
                            AdditionalSense.INVALID_RELEASE_OF_PERSISTENT_RESERVATION);
            case NO_RESOURCES ->
                    Sense.check(
                            task,
                            descriptor,
                            SenseKey.ILLEGAL_REQUEST,
                            AdditionalSense.INSUFFICIENT_REGISTRATION_RESOURCES);
        }
    }
}
