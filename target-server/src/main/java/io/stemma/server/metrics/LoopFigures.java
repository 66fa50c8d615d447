package io.stemma.server.metrics;

import io.stemma.server.iscsi.task.MeasuredCommand;
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
    private final EndedCommand[] ended = new EndedCommand[MetricsLimits.ENDED_MAX];
    private int endedCount;

    LoopFigures(AtomicInteger rowsLeft, SlowCommands slow) {
        this.rowsLeft = rowsLeft;
        this.slow = slow;
        for (int i = 0; i < operations.length; i++) {
            operations[i] = new LatencyCounts(rowsLeft);
        }
        for (int i = 0; i < ended.length; i++) {
            ended[i] = new EndedCommand();
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

    /** A command has ended; its answer is not on its way yet. */
    void ended(
            SessionFigures session,
            @Nullable UnitFigures unit,
            CommandName name,
            MeasuredCommand command) {
        if (command.status() != 0) {
            errors.add(name.index(), 1);
        }
        if (endedCount == ended.length) {
            sent();
        }
        ended[endedCount++].set(session, unit, name, command);
    }

    /** Every answer so far is handed to its socket: one look at the clock for all of them. */
    void sent() {
        if (endedCount == 0) {
            return;
        }
        long now = System.nanoTime();
        for (int i = 0; i < endedCount; i++) {
            EndedCommand command = ended[i];
            long nanos = now - command.receivedNanos;
            operations[command.name.index()].record(nanos);
            SessionFigures session = command.session;
            if (session != null) {
                session.latency().record(nanos);
            }
            UnitFigures unit = command.unit;
            if (unit != null) {
                unit.latency(command.name.work()).record(nanos);
            }
            if (slow.concerns(nanos)) {
                slow.report(command, now);
            }
        }
        endedCount = 0;
    }

    LatencyCounts operation(CommandName name) {
        return operations[name.index()];
    }

    /** Answers other than GOOD. Any thread. */
    long errors(CommandName name) {
        return errors.get(name.index());
    }
}
