package io.stemma.bench.fairness;

import io.stemma.bench.process.ProcessFigures;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The p99 of a session at depth 8 on LUN 0 while another peer floods on LUN 1, against its p99
 * alone within the same round. A round takes floods two by two, with the turn alone between them.
 */
final class FloodProgram {
    private static final double P99_RATIO_MAX = 2;
    private static final int DEPTH = 8;
    private static final int VOLUME_MIB = 64;
    private static final double WARMUP_SECONDS = 3;
    private static final long SETTLE_MILLIS = 100;

    private final FairnessOptions options;
    private final Page page;

    FloodProgram(FairnessOptions options, Page page) {
        this.options = options;
        this.page = page;
    }

    void run() throws IOException {
        page.line("");
        page.line(
                "One session of 4 KiB commands at drawn places, depth %d, and a flooder in a"
                        + " process of its own on another LUN; server, session and flooder share"
                        + " the %d cores, none of them pinned. The flooder runs in the scheduler's"
                        + " idle class (`chrt --idle 0`): it takes no core from the two others, so"
                        + " it floods with what they leave. `burn` is the control: a flooder that"
                        + " uses its core and sends nothing. Shares are of one core.",
                DEPTH, Runtime.getRuntime().availableProcessors());
        try (StemmaServer server = StemmaServer.start(options, 2, VOLUME_MIB);
                FloodProcess flooder = FloodProcess.start(server, 1);
                Session session =
                        new Session(
                                server.portal(), StemmaServer.TARGET, 0, (long) VOLUME_MIB << 20)) {
            session.fill();
            for (String operation : options.operations()) {
                measure(server, flooder, session, operation.equals("write"));
            }
            page.line("");
            page.line("The server's peak RSS: %.0f MiB.", server.residentPeakMib());
        }
    }

    private void measure(StemmaServer server, FloodProcess flooder, Session session, boolean write)
            throws IOException {
        Map<Flood, Outcome> outcomes = new EnumMap<>(Flood.class);
        options.kinds().forEach(kind -> outcomes.put(kind, new Outcome()));
        session.turn(write, DEPTH, WARMUP_SECONDS);
        List<Flood> kinds = options.kinds();
        for (int round = 0; round < options.rounds(); round++) {
            for (int i = 0; i < kinds.size(); i += 2) {
                flooded(server, flooder, session, write, kinds.get(i), outcomes);
                Turn alone = session.turn(write, DEPTH, options.seconds());
                outcome(outcomes, kinds.get(i)).alone.add(alone);
                if (i + 1 < kinds.size()) {
                    outcome(outcomes, kinds.get(i + 1)).alone.add(alone);
                    flooded(server, flooder, session, write, kinds.get(i + 1), outcomes);
                }
            }
        }
        tell(write ? "Writes" : "Reads", outcomes);
    }

    private static Outcome outcome(Map<Flood, Outcome> outcomes, Flood kind) {
        return outcomes.computeIfAbsent(kind, absent -> new Outcome());
    }

    private void flooded(
            StemmaServer server,
            FloodProcess flooder,
            Session session,
            boolean write,
            Flood kind,
            Map<Flood, Outcome> outcomes)
            throws IOException {
        Outcome outcome = outcome(outcomes, kind);
        flooder.begin(kind);
        settle();
        long own = ProcessHandle.current().pid();
        long serverBefore = server.processorMicros();
        long flooderBefore = flooder.processorMicros();
        long ownBefore = ProcessFigures.processorMicros(own);
        long began = System.nanoTime();
        outcome.flooded.add(session.turn(write, DEPTH, options.seconds()));
        double micros = (System.nanoTime() - began) / 1e3;
        outcome.serverShare.add((server.processorMicros() - serverBefore) / micros);
        outcome.flooderShare.add((flooder.processorMicros() - flooderBefore) / micros);
        outcome.clientShare.add((ProcessFigures.processorMicros(own) - ownBefore) / micros);
        FloodProcess.Sent sent = flooder.end();
        outcome.sentPerSecond.add(sent.count() / (micros / 1e6));
        outcome.lost += sent.lost();
        outcome.fault = sent.fault().equals("-") ? outcome.fault : sent.fault();
        settle();
    }

    private static void settle() {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(SETTLE_MILLIS));
    }

    private void tell(String title, Map<Flood, Outcome> outcomes) {
        page.section(title);
        page.columns(
                "flood",
                "sent/s",
                "thrown out",
                "p99 alone us",
                "p99 us",
                "ratio",
                "even pace ratio",
                "p50 ratio",
                "slowest us",
                "IOPS ratio",
                "server",
                "client",
                "flooder");
        outcomes.forEach(
                (kind, outcome) ->
                        page.line(
                                "| %s | %.0f | %d | %.0f | %.0f | %.2f | %.2f | %.2f | %.0f | %.2f"
                                        + " | %.2f | %.2f | %.2f |",
                                kind.word(),
                                median(outcome.sentPerSecond),
                                outcome.lost,
                                Turn.median(outcome.alone, Turn::p99Micros),
                                Turn.median(outcome.flooded, Turn::p99Micros),
                                outcome.ratio(),
                                Turn.ratio(outcome.flooded, outcome.alone, Turn::evenMicros),
                                Turn.ratio(outcome.flooded, outcome.alone, Turn::p50Micros),
                                Turn.median(outcome.flooded, Turn::maxMicros),
                                Turn.ratio(outcome.flooded, outcome.alone, Turn::perSecond),
                                median(outcome.serverShare),
                                median(outcome.clientShare),
                                median(outcome.flooderShare)));
        outcomes.forEach(
                (kind, outcome) -> {
                    if (kind != Flood.BURN) {
                        page.judge(
                                title + ", p99 with " + kind.words() + " over p99 alone",
                                outcome.ratio(),
                                P99_RATIO_MAX);
                    }
                });
        outcomes.forEach(
                (kind, outcome) -> {
                    if (!outcome.fault.isEmpty()) {
                        page.line("- The flooder (%s) met: %s", kind.word(), outcome.fault);
                    }
                });
    }

    private static double median(List<Double> values) {
        return Turn.median(values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /** The rounds of one kind of flood. */
    private static final class Outcome {
        private final List<Turn> alone = new ArrayList<>();
        private final List<Turn> flooded = new ArrayList<>();
        private final List<Double> serverShare = new ArrayList<>();
        private final List<Double> clientShare = new ArrayList<>();
        private final List<Double> flooderShare = new ArrayList<>();
        private final List<Double> sentPerSecond = new ArrayList<>();
        private long lost;
        private String fault = "";

        double ratio() {
            return Turn.ratio(flooded, alone, Turn::p99Micros);
        }
    }
}
