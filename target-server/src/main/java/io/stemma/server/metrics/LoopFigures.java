package io.stemma.server.metrics;

import io.stemma.server.scsi.CommandName;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** What one event loop counts: units, operations, and commands whose answers are on their way. */
final class LoopFigures {
    /** Written by the loop, and by whoever finds units gone. */
    final Map<UnitKey, UnitFigures> units = new ConcurrentHashMap<>();

    private final LatencyCounts[] operations = new LatencyCounts[CommandName.values().length];
    private final Counts errors = new Counts(CommandName.values().length);
    private final AtomicInteger rowsLeft;
    private final SlowCommands slow;
    private @Nullable EndedCommand free;
    private int made;

    LoopFigures(AtomicInteger rowsLeft, SlowCommands slow) {
        this.rowsLeft = rowsLeft;
        this.slow = slow;
        for (int i = 0; i < operations.length; i++) {
            operations[i] = new LatencyCounts(rowsLeft);
        }
    }

    /** The figures of a unit; those of the rest where there are too many. */
    UnitFigures unit(UnitKey key) {
        UnitFigures known = units.get(key);
        if (known != null) {
            return known;
        }
        UnitKey kept = units.size() < MetricsLimits.UNITS_MAX ? key : UnitKey.REST;
        return units.computeIfAbsent(kept, fresh -> new UnitFigures(rowsLeft));
    }

    /** Something to keep of a command that ended; null where too many are kept already. */
    @Nullable EndedCommand take() {
        EndedCommand taken = free;
        if (taken != null) {
            free = taken.next;
            taken.next = null;
        } else if (made < MetricsLimits.ENDED_MAX) {
            made++;
            taken = new EndedCommand();
        }
        return taken;
    }

    /** A command was answered with something else than GOOD. */
    void failed(CommandName name) {
        errors.add(name.index(), 1);
    }

    /** The answer of a command is handed to its socket; what was kept of it is given back. */
    void sent(SessionFigures session, EndedCommand command, long now) {
        long nanos = now - command.receivedNanos;
        operations[command.name.index()].record(nanos);
        session.latency().record(nanos);
        UnitFigures unit = command.unit;
        if (unit != null) {
            unit.latency(command.name.work()).record(nanos);
        }
        if (slow.concerns(nanos)) {
            slow.report(session, command, now);
        }
        command.next = free;
        free = command;
    }

    LatencyCounts operation(CommandName name) {
        return operations[name.index()];
    }

    /** Answers other than GOOD. Any thread. */
    long errors(CommandName name) {
        return errors.get(name.index());
    }
}
