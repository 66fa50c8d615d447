package io.stemma.server.metrics;

import io.stemma.server.iscsi.session.Session;
import io.stemma.server.iscsi.session.TargetNode;
import io.stemma.server.iscsi.task.MeasuredCommand;
import io.stemma.server.iscsi.task.SessionMeter;
import io.stemma.server.scsi.CommandName;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.List;

/** What is counted of one session, by the event loop of its connection. */
final class SessionFigures implements SessionMeter {
    private final CommandFigures figures;
    private final LoopFigures loop;
    private final Session session;
    private final String target;
    private final CommandCounts counts = new CommandCounts();
    private final LatencyCounts latency;

    /** The unit of the last command: most sessions have but one. */
    private @Nullable UnitFigures lastUnit;

    private long lastLun;

    /** Commands that ended and whose answers wait to be sent. */
    private @Nullable EndedCommand oldest;

    private @Nullable EndedCommand newest;

    SessionFigures(
            CommandFigures figures, LoopFigures loop, Session session, LatencyCounts latency) {
        this.figures = figures;
        this.loop = loop;
        this.session = session;
        this.latency = latency;
        TargetNode node = session.outcome().target();
        target = node == null ? "" : node.name();
    }

    @Override
    public void begun(MeasuredCommand command) {
        counts.begun();
        if (command.hasUnit()) {
            unit(command.lun()).counts.begun();
        }
    }

    @Override
    public void ended(MeasuredCommand command) {
        CommandName name = CommandName.of(command.cdb());
        counts.ended(command, name.work());
        UnitFigures unit = null;
        if (command.hasUnit()) {
            unit = unit(command.lun());
            unit.counts.ended(command, name.work());
        }
        if (!command.aborted()) {
            if (command.status() != 0) {
                loop.failed(name);
            }
            keep(unit, name, command);
        }
    }

    private void keep(@Nullable UnitFigures unit, CommandName name, MeasuredCommand command) {
        EndedCommand kept = loop.take();
        if (kept == null) {
            sent();
            kept = loop.take();
        }
        if (kept == null) {
            return;
        }
        kept.set(unit, name, command);
        EndedCommand last = newest;
        if (last == null) {
            oldest = kept;
        } else {
            last.next = kept;
        }
        newest = kept;
    }

    private UnitFigures unit(long lun) {
        UnitFigures unit = lastUnit;
        if (unit == null || lun != lastLun || unit.retired()) {
            unit = loop.unit(UnitKey.of(target, lun));
            lastUnit = unit;
            lastLun = lun;
        }
        return unit;
    }

    /** One look at the clock for all that leave together. */
    @Override
    public void sent() {
        EndedCommand command = oldest;
        if (command == null) {
            return;
        }
        oldest = null;
        newest = null;
        long now = System.nanoTime();
        while (command != null) {
            EndedCommand following = command.next;
            loop.sent(this, command, now);
            command = following;
        }
    }

    @Override
    public void close() {
        sent();
        latency.close();
        figures.closed(this);
    }

    LatencyCounts latency() {
        return latency;
    }

    String target() {
        return target;
    }

    String initiator() {
        return session.outcome().initiatorName();
    }

    /** Any thread. */
    SessionSnapshot snapshot() {
        CommandTotals.Sum sum = new CommandTotals.Sum();
        counts.addTo(sum);
        InetSocketAddress address = session.connection().remoteAddress();
        return new SessionSnapshot(
                session.tsih(),
                initiator(),
                target,
                address,
                sum.totals(),
                new Latency(List.of(latency)));
    }
}
