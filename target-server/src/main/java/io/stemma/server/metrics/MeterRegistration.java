package io.stemma.server.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.stemma.server.scsi.CommandName.Work;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * The figures as Micrometer's meters. The registry is made when it is first asked for, because a
 * start should not wait for it; meters read the figures of the last scrape, so that one scrape is
 * one look at them. One thread at a time.
 */
public final class MeterRegistration implements AutoCloseable {
    private static final double SECOND_NANOS = 1e9;
    private static final double[] QUANTILES = {0.5, 0.99, 0.999, 1};

    /** Names of the sense keys (SPC-5, 4.4.8). */
    private static final List<String> SENSE_KEYS =
            List.of(
                    "no_sense",
                    "recovered_error",
                    "not_ready",
                    "medium_error",
                    "hardware_error",
                    "illegal_request",
                    "unit_attention",
                    "data_protect",
                    "blank_check",
                    "vendor_specific",
                    "copy_aborted",
                    "aborted_command",
                    "reserved",
                    "volume_overflow",
                    "miscompare",
                    "completed");

    private final CommandFigures figures;
    private final Map<Object, Subject> subjects = new HashMap<>();
    private @Nullable PrometheusMeterRegistry prometheus;
    private @Nullable CompositeMeterRegistry registry;

    /** A session, unit or operation with its meters and what they read. */
    private static final class Subject {
        private final List<Meter> meters = new ArrayList<>();
        private @Nullable CommandTotals totals;
        private double errors;
        private final Map<String, Measured> latencies = new HashMap<>();
    }

    /** A latency at the last scrape. */
    private static final class Measured {
        /** Not the histogram, which takes 20 KiB: there are thousands of these. */
        private final double[] seconds = new double[QUANTILES.length];

        private double sumNanos;
        private double count;
    }

    /** Meters of those figures, to be made when they are asked for. */
    public MeterRegistration(CommandFigures figures) {
        this.figures = figures;
    }

    /** All meters in Prometheus's text format. */
    public synchronized String prometheus() {
        CompositeMeterRegistry all = registry();
        Map<Object, Boolean> seen = new HashMap<>();
        figures.units().stream()
                .sorted(Comparator.comparingLong((UnitSnapshot unit) -> -unit.totals().ended()))
                .limit(MetricsLimits.METERED_MAX)
                .forEach(unit -> see(all, seen, unit));
        figures.sessions().stream()
                .sorted(Comparator.comparingLong((SessionSnapshot one) -> -one.totals().ended()))
                .limit(MetricsLimits.METERED_MAX)
                .forEach(session -> see(all, seen, session));
        figures.operations().forEach(operation -> see(all, seen, operation));
        forget(all, seen);
        PrometheusMeterRegistry text = prometheus;
        return text == null ? "" : text.scrape();
    }

    private CompositeMeterRegistry registry() {
        CompositeMeterRegistry known = registry;
        if (known != null) {
            return known;
        }
        CompositeMeterRegistry fresh = new CompositeMeterRegistry();
        PrometheusMeterRegistry text = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        fresh.add(text);
        FunctionCounter.builder("stemma.slow.commands", figures, CommandFigures::slowCommands)
                .description("Commands over the threshold of --slow-command-millis")
                .register(fresh);
        prometheus = text;
        registry = fresh;
        return fresh;
    }

    private void forget(CompositeMeterRegistry all, Map<Object, Boolean> seen) {
        Iterator<Map.Entry<Object, Subject>> known = subjects.entrySet().iterator();
        while (known.hasNext()) {
            Map.Entry<Object, Subject> entry = known.next();
            if (!seen.containsKey(entry.getKey())) {
                entry.getValue().meters.forEach(all::remove);
                known.remove();
            }
        }
    }

    private void see(CompositeMeterRegistry all, Map<Object, Boolean> seen, UnitSnapshot unit) {
        seen.put(unit.key(), true);
        Tags tags = Tags.of("target", unit.key().target(), "lun", String.valueOf(unit.key().lun()));
        Subject subject = subjects.get(unit.key());
        if (subject == null) {
            subject = new Subject();
            subjects.put(unit.key(), subject);
            registerTotals(all, subject, "stemma.lun", tags);
            for (Work work : Work.values()) {
                String name = work.name().toLowerCase(Locale.ROOT);
                registerLatency(all, subject, "stemma.lun.latency", name, tags.and("work", name));
            }
        }
        subject.totals = unit.totals();
        for (Work work : Work.values()) {
            update(subject, work.name().toLowerCase(Locale.ROOT), unit.latency(work));
        }
    }

    private void see(
            CompositeMeterRegistry all, Map<Object, Boolean> seen, SessionSnapshot session) {
        // A handle is used again; who holds it belongs to the key.
        Tags tags =
                Tags.of(
                        "tsih",
                        String.valueOf(session.tsih()),
                        "initiator",
                        session.initiator(),
                        "target",
                        session.target());
        seen.put(tags, true);
        Subject subject = subjects.get(tags);
        if (subject == null) {
            subject = new Subject();
            subjects.put(tags, subject);
            registerTotals(all, subject, "stemma.session", tags);
            registerLatency(all, subject, "stemma.session.latency", "all", tags);
        }
        subject.totals = session.totals();
        update(subject, "all", session.latency());
    }

    private void see(
            CompositeMeterRegistry all, Map<Object, Boolean> seen, OperationSnapshot operation) {
        seen.put(operation.name(), true);
        Subject subject = subjects.get(operation.name());
        if (subject == null) {
            Tags tags = Tags.of("operation", operation.name().words());
            subject = new Subject();
            subjects.put(operation.name(), subject);
            registerLatency(all, subject, "stemma.operation.latency", "all", tags);
            subject.meters.add(
                    FunctionCounter.builder("stemma.operation.errors", subject, s -> s.errors)
                            .description("Answers other than GOOD")
                            .tags(tags)
                            .register(all));
        }
        subject.errors = operation.errors();
        update(subject, "all", operation.latency());
    }

    private static void update(Subject subject, String name, Latency latency) {
        Measured measured = subject.latencies.get(name);
        if (measured == null) {
            return;
        }
        measured.count = latency.count();
        measured.sumNanos = latency.sumNanos();
        Histogram histogram = latency.histogram();
        for (int i = 0; i < QUANTILES.length; i++) {
            measured.seconds[i] = histogram.getValueAtPercentile(QUANTILES[i] * 100) / SECOND_NANOS;
        }
    }

    private static void registerTotals(
            CompositeMeterRegistry all, Subject subject, String prefix, Tags tags) {
        for (Work work : Work.values()) {
            Tags own = tags.and("work", work.name().toLowerCase(Locale.ROOT));
            counter(all, subject, prefix + ".commands", own, totals -> totals.of(work));
        }
        counter(all, subject, prefix + ".read.bytes", tags, CommandTotals::readBytes);
        counter(all, subject, prefix + ".written.bytes", tags, CommandTotals::writtenBytes);
        counter(all, subject, prefix + ".r2ts", tags, CommandTotals::r2ts);
        counter(all, subject, prefix + ".aborted", tags, CommandTotals::aborted);
        counter(all, subject, prefix + ".busy", tags, CommandTotals::busy);
        counter(all, subject, prefix + ".conflicts", tags, CommandTotals::conflicts);
        for (int key = 0; key < SENSE_KEYS.size(); key++) {
            int index = key;
            counter(
                    all,
                    subject,
                    prefix + ".errors",
                    tags.and("sense", SENSE_KEYS.get(key)),
                    totals -> totals.senseKeys().get(index));
        }
        subject.meters.add(
                Gauge.builder(prefix + ".outstanding", subject, s -> of(s, t -> t.outstanding()))
                        .tags(tags)
                        .register(all));
    }

    private static void counter(
            CompositeMeterRegistry all,
            Subject subject,
            String name,
            Tags tags,
            ToDoubleFunction<CommandTotals> value) {
        subject.meters.add(
                FunctionCounter.builder(name, subject, s -> of(s, value)).tags(tags).register(all));
    }

    private static double of(Subject subject, ToDoubleFunction<CommandTotals> value) {
        CommandTotals totals = subject.totals;
        return totals == null ? 0 : value.applyAsDouble(totals);
    }

    private static void registerLatency(
            CompositeMeterRegistry all, Subject subject, String name, String part, Tags tags) {
        Measured measured = new Measured();
        subject.latencies.put(part, measured);
        subject.meters.add(
                FunctionCounter.builder(name + ".count", measured, m -> m.count)
                        .tags(tags)
                        .register(all));
        subject.meters.add(
                FunctionCounter.builder(name + ".sum", measured, m -> m.sumNanos / SECOND_NANOS)
                        .baseUnit("seconds")
                        .tags(tags)
                        .register(all));
        for (int i = 0; i < QUANTILES.length; i++) {
            int index = i;
            subject.meters.add(
                    Gauge.builder(name, measured, m -> m.seconds[index])
                            .description("Arrival of a command to its answer, since the start")
                            .baseUnit("seconds")
                            .tags(tags.and("quantile", String.valueOf(QUANTILES[i])))
                            .register(all));
        }
    }

    @Override
    public synchronized void close() {
        CompositeMeterRegistry made = registry;
        if (made != null) {
            made.close();
        }
    }
}
