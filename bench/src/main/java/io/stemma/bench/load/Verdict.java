package io.stemma.bench.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One threshold, and whether it was met.
 *
 * @param what it is about
 * @param figure that was measured
 * @param bound that it is held against
 * @param atMost the bound is an upper one, else a lower one
 */
public record Verdict(String what, double figure, double bound, boolean atMost) {
    private static final double QUIET_LEAST = 0.9;
    private static final double QUIET_MOST = 1.1;

    /** Whether the figure is on the right side of the bound. */
    public boolean met() {
        return atMost ? figure <= bound : figure >= bound;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s: %s %.2f, %s %.2f",
                met() ? "met" : "NOT MET",
                what,
                figure,
                atMost ? "at most" : "at least",
                bound);
    }

    /** The product's thresholds: processor time and speed against the yardstick, job by job. */
    static List<Verdict> of(List<JobResult> results, String subject, String yardstick) {
        List<Verdict> verdicts = new ArrayList<>();
        for (JobResult result : results) {
            Job job = result.job();
            if (result.of(subject).isEmpty()) {
                verdicts.add(new Verdict(job.name() + " failed", 0, 1, false));
                continue;
            }
            double speed = result.speed(subject, yardstick).median();
            if (!job.small()) {
                double least = job.write() ? 1.8 : 2.5;
                verdicts.add(new Verdict(job.name() + " speed", speed, least, false));
                continue;
            }
            if (job.depth() != 1 && job.depth() != 32) {
                continue;
            }
            double processor = result.processor(subject, yardstick).median();
            boolean alone = job.depth() == 1;
            double share = job.write() ? (alone ? 0.70 : 0.36) : (alone ? 0.63 : 0.20);
            double multiple = job.write() ? (alone ? 1.05 : 1.9) : (alone ? 1.15 : 3.2);
            verdicts.add(new Verdict(job.name() + " CPU share", processor, share, true));
            verdicts.add(new Verdict(job.name() + " IOPS", speed, multiple, false));
        }
        return List.copyOf(verdicts);
    }

    /**
     * Whether two processes of one target came out alike: only then do the others' ratios count.
     */
    static boolean quiet(Ratio control) {
        return control.median() >= QUIET_LEAST && control.median() <= QUIET_MOST;
    }
}
