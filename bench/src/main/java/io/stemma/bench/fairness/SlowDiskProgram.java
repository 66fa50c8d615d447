package io.stemma.bench.fairness;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The p99 of a LUN whose disk is fast, at depth 8, while a LUN on the same event loop, whose disk
 * is slow, is written to at depth 32, against its p99 while nobody writes there.
 */
final class SlowDiskProgram {
    private static final double P99_RATIO_MAX = 3;
    private static final int DEPTH = 8;
    private static final int SLOW_DEPTH = 32;
    private static final int[] DELAYS_MILLIS = {5, 50};
    private static final double WARMUP_SECONDS = 2;
    private static final long SETTLE_MILLIS = 200;

    private final FairnessOptions options;
    private final Page page;

    SlowDiskProgram(FairnessOptions options, Page page) {
        this.options = options;
        this.page = page;
    }

    void run() throws IOException {
        page.line("");
        page.line(
                "Target and both sessions in this JVM, one event loop. LUN 0 on tmpfs serves 4 KiB"
                        + " commands at depth %d; LUN 1, each of whose writes and syncs takes the"
                        + " delay longer, is written to in 4 KiB at depth %d, or left alone.",
                DEPTH, SLOW_DEPTH);
        page.columns(
                "LUN 0",
                "delay ms",
                "p99 alone us",
                "p99 us",
                "ratio",
                "even pace ratio",
                "p50 ratio",
                "slowest us",
                "IOPS alone",
                "IOPS",
                "LUN 1 IOPS");
        List<Outcome> outcomes = new ArrayList<>();
        try (SlowDiskTarget target = new SlowDiskTarget();
                Session fast = session(target, SlowDiskTarget.FAST_LUN);
                Session slow = session(target, SlowDiskTarget.SLOW_LUN)) {
            fast.fill();
            slow.fill();
            for (String operation : options.operations()) {
                fast.turn(operation.equals("write"), DEPTH, WARMUP_SECONDS);
                for (int delay : DELAYS_MILLIS) {
                    target.delay(delay);
                    Outcome outcome = measure(fast, slow, operation, delay);
                    outcomes.add(outcome);
                    tell(outcome);
                    target.delay(0);
                }
            }
        }
        for (Outcome outcome : outcomes) {
            page.judge(
                    "p99 of the fast LUN's "
                            + outcome.operation()
                            + "s beside a disk of "
                            + outcome.delay()
                            + " ms over p99 alone",
                    Turn.ratio(outcome.loaded(), outcome.alone(), Turn::p99Micros),
                    P99_RATIO_MAX);
        }
    }

    private static Session session(SlowDiskTarget target, int lun) throws IOException {
        return new Session(target.portal(), SlowDiskTarget.NAME, lun, SlowDiskTarget.VOLUME_BYTES);
    }

    private Outcome measure(Session fast, Session slow, String operation, int delay)
            throws IOException {
        boolean write = operation.equals("write");
        Outcome outcome = new Outcome(operation, delay);
        for (int round = 0; round < options.rounds(); round++) {
            outcome.alone.add(fast.turn(write, DEPTH, options.seconds()));
            CompletableFuture<Turn> beside =
                    CompletableFuture.supplyAsync(
                            () -> load(slow), task -> new Thread(task, "slow").start());
            // The first commands of the slow LUN have reached the disk by then.
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(SETTLE_MILLIS));
            outcome.loaded.add(fast.turn(write, DEPTH, options.seconds()));
            try {
                outcome.slow.add(beside.join());
            } catch (CompletionException failed) {
                throw new IOException("the slow LUN's session: " + failed.getMessage(), failed);
            }
        }
        return outcome;
    }

    /** Longer than the other's turn by what goes before and after it. */
    private Turn load(Session slow) {
        try {
            return slow.turn(true, SLOW_DEPTH, options.seconds() + 2 * SETTLE_MILLIS / 1e3);
        } catch (IOException failed) {
            throw new CompletionException(failed);
        }
    }

    private void tell(Outcome outcome) {
        page.line(
                "| %s | %d | %.0f | %.0f | %.2f | %.2f | %.2f | %.0f | %.0f | %.0f | %.0f |",
                outcome.operation,
                outcome.delay,
                Turn.median(outcome.alone, Turn::p99Micros),
                Turn.median(outcome.loaded, Turn::p99Micros),
                Turn.ratio(outcome.loaded, outcome.alone, Turn::p99Micros),
                Turn.ratio(outcome.loaded, outcome.alone, Turn::evenMicros),
                Turn.ratio(outcome.loaded, outcome.alone, Turn::p50Micros),
                Turn.median(outcome.loaded, Turn::maxMicros),
                Turn.median(outcome.alone, Turn::perSecond),
                Turn.median(outcome.loaded, Turn::perSecond),
                Turn.median(outcome.slow, Turn::perSecond));
    }

    /** The rounds of one operation beside one delay; {@code slow} is what the slow LUN did. */
    private record Outcome(
            String operation, int delay, List<Turn> alone, List<Turn> loaded, List<Turn> slow) {
        Outcome(String operation, int delay) {
            this(operation, delay, new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }
    }
}
