package io.stemma.server.metrics;

import jdk.jfr.FlightRecorder;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Tells of commands that took long: each in a flight recording, where there is one, and in the log
 * one of a logical unit a second. Any event loop.
 */
final class SlowCommands {
    private static final Logger LOG = LoggerFactory.getLogger(SlowCommands.class);
    private static final long MILLION = 1_000_000;

    private final long thresholdNanos;
    private final LongAdder count = new LongAdder();
    private final Map<UnitKey, Line> lines = new ConcurrentHashMap<>();

    /** When a line about a unit was printed last, and how many were not since. */
    private static final class Line {
        private final AtomicLong printedNanos =
                new AtomicLong(System.nanoTime() - MetricsLimits.SLOW_LINE_NANOS);
        private final AtomicInteger left = new AtomicInteger();
    }

    SlowCommands(long thresholdNanos) {
        this.thresholdNanos = thresholdNanos;
    }

    boolean concerns(long nanos) {
        return nanos >= thresholdNanos;
    }

    long count() {
        return count.sum();
    }

    void report(SessionFigures session, EndedCommand command, long sentNanos) {
        UnitKey unit = UnitKey.of(session.target(), command.lun);
        Phases phases = Phases.of(command, sentNanos);
        // An event class costs some milliseconds when it is first used, so not without a reader.
        if (FlightRecorder.isInitialized()) {
            record(command, session, unit, phases, sentNanos);
        }
        log(command, session, unit, phases, sentNanos);
        count.increment();
    }

    private static void record(
            EndedCommand command,
            SessionFigures session,
            UnitKey unit,
            Phases phases,
            long sentNanos) {
        SlowCommandEvent event = new SlowCommandEvent();
        if (!event.isEnabled()) {
            return;
        }
        event.operation = command.name.words();
        event.target = unit.target();
        event.lun = unit.lun();
        event.initiator = session.initiator();
        event.tag = command.tag;
        event.lba = command.name.lba(command.cdb);
        event.blocks = command.name.blocks(command.cdb);
        event.bytes = command.bytes;
        event.status = command.status;
        event.latency = sentNanos - command.receivedNanos;
        event.window = phases.window();
        event.data = phases.data();
        event.queue = phases.queue();
        event.disk = phases.disk();
        event.send = phases.send();
        event.onEventLoop = command.storedNanos == 0;
        event.commit();
    }

    private void log(
            EndedCommand command,
            SessionFigures session,
            UnitKey unit,
            Phases phases,
            long sentNanos) {
        UnitKey key = lines.size() < MetricsLimits.SLOW_UNITS_MAX ? unit : UnitKey.REST;
        Line line = lines.computeIfAbsent(key, fresh -> new Line());
        long last = line.printedNanos.get();
        if (sentNanos - last < MetricsLimits.SLOW_LINE_NANOS
                || !line.printedNanos.compareAndSet(last, sentNanos)) {
            line.left.incrementAndGet();
            return;
        }
        LOG.warn(
                "slow command: {} on LUN {} of {} by {} took {} ms ({}){}, status {}; {} more were"
                        + " not printed",
                command.name.words(),
                unit.lun(),
                unit.target(),
                session.initiator(),
                (sentNanos - command.receivedNanos) / MILLION,
                phases.words(),
                range(command),
                command.status,
                line.left.getAndSet(0));
    }

    /** Where it worked, empty for a command that names no blocks. */
    private static String range(EndedCommand command) {
        long lba = command.name.lba(command.cdb);
        return lba < 0 ? "" : ", LBA " + lba + ", " + command.name.blocks(command.cdb) + " blocks";
    }
}
