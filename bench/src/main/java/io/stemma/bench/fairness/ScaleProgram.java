package io.stemma.bench.fairness;

import io.stemma.bench.process.ProcessFigures;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** What an operation costs the server, and how many there are, with one, two and four sessions. */
final class ScaleProgram {
    private static final double COST_RATIO_MAX = 1.15;
    private static final int DEPTH = 32;
    private static final int VOLUMES = 4;
    private static final int VOLUME_MIB = 64;
    private static final double WARMUP_SECONDS = 3;

    /** A loop that did less of all loops' work idled. */
    private static final double LOOP_SHARE_LEAST = 0.05;

    /**
     * LUNs of the sessions in the order of their logins. The server deals connections out to its
     * loops in turn, so that with two loops the last one is on another loop than the first.
     */
    private static final int[] LUNS = {0, 1, 2, 3, 3, 0};

    private final FairnessOptions options;
    private final Page page;

    ScaleProgram(FairnessOptions options, Page page) {
        this.options = options;
        this.page = page;
    }

    /**
     * Who works at once.
     *
     * @param name for the page
     * @param sessions indices into {@link #LUNS}
     */
    private record Shape(String name, List<Integer> sessions) {}

    private static final List<Shape> SHAPES =
            List.of(
                    new Shape("1 session, 1 LUN", List.of(0)),
                    new Shape("2 sessions, 1 LUN", List.of(0, 5)),
                    new Shape("2 sessions, 2 LUNs", List.of(0, 1)),
                    new Shape("4 sessions, 4 LUNs", List.of(0, 1, 2, 3)));

    void run() throws IOException {
        page.line("");
        page.line(
                "4 KiB commands at drawn places, depth %d each, every session a thread of one"
                    + " client process. Client and server share the %d cores, so the client bounds"
                    + " IOPS; processor time of the server for an operation is what counts. A loop"
                    + " counts as used if it did a twentieth of all loops' work.",
                DEPTH, Runtime.getRuntime().availableProcessors());
        try (StemmaServer server = StemmaServer.start(options, VOLUMES, VOLUME_MIB)) {
            List<Session> sessions = new ArrayList<>();
            try {
                for (int lun : LUNS) {
                    sessions.add(
                            new Session(
                                    server.portal(),
                                    StemmaServer.TARGET,
                                    lun,
                                    (long) VOLUME_MIB << 20));
                }
                for (int lun = 0; lun < VOLUMES; lun++) {
                    sessions.get(lun).fill();
                }
                for (String operation : options.operations()) {
                    measure(server, sessions, operation);
                }
                page.line("");
                page.line("The server's peak RSS: %.0f MiB.", server.residentPeakMib());
            } finally {
                for (Session session : sessions) {
                    session.close();
                }
            }
        }
    }

    private void measure(StemmaServer server, List<Session> sessions, String operation)
            throws IOException {
        boolean write = operation.equals("write");
        together(SHAPES.getLast(), sessions, write, WARMUP_SECONDS);
        List<Outcome> outcomes = SHAPES.stream().map(Outcome::new).toList();
        for (int round = 0; round < options.rounds(); round++) {
            for (Outcome outcome : outcomes) {
                turn(server, sessions, write, outcome);
            }
        }
        page.section(operation.equals("write") ? "Writes" : "Reads");
        page.columns(
                "sessions", "IOPS", "over one", "server us/op", "client us/op", "p99 us", "loops");
        double one = median(outcomes.getFirst().speed);
        for (Outcome outcome : outcomes) {
            page.line(
                    "| %s | %.0f | %.2f | %.2f | %.2f | %.0f | %.0f |",
                    outcome.shape.name(),
                    median(outcome.speed),
                    median(outcome.speed) / one,
                    median(outcome.serverMicros),
                    median(outcome.clientMicros),
                    median(outcome.p99),
                    median(outcome.loops));
        }
        page.judge(
                operation + "s, server's us/op with 4 sessions over 1",
                ratio(outcomes.getLast().serverMicros, outcomes.getFirst().serverMicros),
                COST_RATIO_MAX);
    }

    private void turn(StemmaServer server, List<Session> sessions, boolean write, Outcome outcome)
            throws IOException {
        long own = ProcessHandle.current().pid();
        Map<String, Long> loopsBefore = server.loopMicros();
        long serverBefore = server.processorMicros();
        long clientBefore = ProcessFigures.processorMicros(own);
        List<Turn> turns = together(outcome.shape, sessions, write, options.seconds());
        double operations = turns.stream().mapToLong(Turn::operations).sum();
        outcome.serverMicros.add((server.processorMicros() - serverBefore) / operations);
        outcome.clientMicros.add((ProcessFigures.processorMicros(own) - clientBefore) / operations);
        outcome.speed.add(turns.stream().mapToDouble(Turn::perSecond).sum());
        outcome.p99.add(turns.stream().mapToDouble(Turn::p99Micros).max().orElse(0));
        outcome.loops.add(used(loopsBefore, server.loopMicros()));
    }

    private static double used(Map<String, Long> before, Map<String, Long> after) {
        List<Long> worked =
                after.entrySet().stream()
                        .map(loop -> loop.getValue() - before.getOrDefault(loop.getKey(), 0L))
                        .toList();
        long all = worked.stream().mapToLong(Long::longValue).sum();
        return worked.stream().filter(micros -> micros > all * LOOP_SHARE_LEAST).count();
    }

    private static List<Turn> together(
            Shape shape, List<Session> sessions, boolean write, double seconds) throws IOException {
        List<CompletableFuture<Turn>> running = new ArrayList<>();
        for (int index : shape.sessions()) {
            Session session = sessions.get(index);
            running.add(
                    CompletableFuture.supplyAsync(
                            () -> turn(session, write, seconds),
                            task -> new Thread(task, "session-" + index).start()));
        }
        try {
            return running.stream().map(CompletableFuture::join).toList();
        } catch (CompletionException failed) {
            throw new IOException("a session broke: " + failed.getMessage(), failed);
        }
    }

    private static Turn turn(Session session, boolean write, double seconds) {
        try {
            return session.turn(write, DEPTH, seconds);
        } catch (IOException failed) {
            throw new CompletionException(failed);
        }
    }

    private static double median(List<Double> values) {
        return Turn.median(values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    private static double ratio(List<Double> over, List<Double> under) {
        double[] quotients = new double[over.size()];
        for (int round = 0; round < quotients.length; round++) {
            quotients[round] = over.get(round) / under.get(round);
        }
        return Turn.median(quotients);
    }

    /** The rounds of one shape. */
    private static final class Outcome {
        private final Shape shape;
        private final List<Double> speed = new ArrayList<>();
        private final List<Double> serverMicros = new ArrayList<>();
        private final List<Double> clientMicros = new ArrayList<>();
        private final List<Double> p99 = new ArrayList<>();
        private final List<Double> loops = new ArrayList<>();

        private Outcome(Shape shape) {
            this.shape = shape;
        }
    }
}
