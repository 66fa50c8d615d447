package io.stemma.server.metrics;

import io.stemma.server.iscsi.session.Session;
import io.stemma.server.iscsi.task.CommandMeter;
import io.stemma.server.iscsi.task.SessionMeter;
import io.stemma.server.scsi.CommandName;
import io.stemma.server.scsi.CommandName.Work;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The figures of all commands of a server. Each event loop writes its own, without a lock and
 * without memory shared with another loop; they are put together when somebody looks.
 */
public final class CommandFigures implements CommandMeter {
    private final Map<Thread, LoopFigures> loops = new ConcurrentHashMap<>();
    private final Set<SessionFigures> sessions = ConcurrentHashMap.newKeySet();
    private final AtomicInteger rowsLeft = new AtomicInteger(MetricsLimits.LATENCY_ROWS_MAX);
    private final SlowCommands slow;

    /**
     * Figures with nothing in them.
     *
     * @param slowNanos commands that took at least so long are told of one by one
     */
    public CommandFigures(long slowNanos) {
        slow = new SlowCommands(slowNanos);
    }

    @Override
    public SessionMeter open(Session session) {
        LoopFigures loop =
                loops.computeIfAbsent(
                        Thread.currentThread(), fresh -> new LoopFigures(rowsLeft, slow));
        SessionFigures opened =
                new SessionFigures(this, loop, session, new LatencyCounts(rowsLeft));
        sessions.add(opened);
        return opened;
    }

    void closed(SessionFigures session) {
        sessions.remove(session);
    }

    /** The sessions there are now. Any thread. */
    public List<SessionSnapshot> sessions() {
        return sessions.stream().map(SessionFigures::snapshot).toList();
    }

    /** Forgets logical units that are not mapped any more. Any thread. */
    public void keepUnits(Predicate<UnitKey> mapped) {
        for (LoopFigures loop : loops.values()) {
            loop.units
                    .entrySet()
                    .removeIf(
                            entry -> {
                                UnitKey key = entry.getKey();
                                boolean gone = !key.equals(UnitKey.REST) && !mapped.test(key);
                                if (gone) {
                                    entry.getValue().retire();
                                }
                                return gone;
                            });
        }
    }

    /** The logical units that were used. Any thread. */
    public List<UnitSnapshot> units() {
        Map<UnitKey, List<UnitFigures>> byKey =
                loops.values().stream()
                        .flatMap(loop -> loop.units.entrySet().stream())
                        .collect(
                                Collectors.groupingBy(
                                        Map.Entry::getKey,
                                        Collectors.mapping(
                                                Map.Entry::getValue, Collectors.toList())));
        return byKey.entrySet().stream()
                .map(entry -> snapshot(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static UnitSnapshot snapshot(UnitKey key, List<UnitFigures> parts) {
        CommandTotals.Sum sum = new CommandTotals.Sum();
        parts.forEach(part -> part.counts.addTo(sum));
        List<Latency> latencies = new ArrayList<>();
        for (Work work : Work.values()) {
            latencies.add(new Latency(parts.stream().map(part -> part.latency(work)).toList()));
        }
        return new UnitSnapshot(key, sum.totals(), latencies);
    }

    /** The operations that occurred. Any thread. */
    public List<OperationSnapshot> operations() {
        List<LoopFigures> all = List.copyOf(loops.values());
        return Arrays.stream(CommandName.values()).flatMap(name -> snapshot(name, all)).toList();
    }

    private static Stream<OperationSnapshot> snapshot(CommandName name, List<LoopFigures> loops) {
        Latency latency = new Latency(loops.stream().map(loop -> loop.operation(name)).toList());
        long errors = loops.stream().mapToLong(loop -> loop.errors(name)).sum();
        return latency.count() == 0
                ? Stream.empty()
                : Stream.of(new OperationSnapshot(name, errors, latency));
    }

    /** Commands told of one by one so far. Any thread. */
    public long slowCommands() {
        return slow.count();
    }
}
