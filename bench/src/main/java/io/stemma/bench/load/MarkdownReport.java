package io.stemma.bench.load;

import java.util.Formatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A comparison as a page. */
final class MarkdownReport {
    private final Formatter page = new Formatter(Locale.ROOT);
    private final Comparison comparison;

    private MarkdownReport(Comparison comparison) {
        this.comparison = comparison;
    }

    static String of(Comparison comparison) {
        MarkdownReport report = new MarkdownReport(comparison);
        report.head();
        report.negotiated();
        for (JobResult result : comparison.results()) {
            report.job(result);
        }
        report.control();
        report.verdicts();
        return report.page.toString();
    }

    /** One job as a table, for the terminal while the others run. */
    static String of(Comparison comparison, JobResult result) {
        MarkdownReport report = new MarkdownReport(comparison);
        report.job(result);
        return report.page.toString();
    }

    /** What a reader at the terminal wants last: the control and the verdicts. */
    static String ending(Comparison comparison) {
        MarkdownReport report = new MarkdownReport(comparison);
        report.control();
        report.verdicts();
        return report.page.toString();
    }

    private void head() {
        Machine machine = comparison.machine();
        List<JobResult> results = comparison.results();
        page.format("# Comparison of %s, commit %s%n%n", comparison.date(), machine.commit());
        page.format("- Command: `%s`%n", comparison.command());
        page.format(
                "- Machine: %s, %d cores, %d MiB, Linux %s%n",
                machine.processor(), machine.cores(), machine.memoryMib(), machine.kernel());
        page.format("- Java %s%n", machine.java());
        for (Map.Entry<String, String> version : comparison.versions().entrySet()) {
            page.format("- %s: %s%n", version.getKey(), version.getValue());
        }
        page.format(
                "- Load average before %.2f, after %.2f%n",
                results.getFirst().loadBefore(), results.getLast().loadAfter());
        page.format(
                "- Every ratio is the median of the rounds' ratios to %s (least..most).%n%n",
                comparison.yardstick());
    }

    private void negotiated() {
        page.format("## What each target answered at login%n%n");
        page.format(
                "The load generator offers MaxRecvDataSegmentLength, FirstBurstLength and"
                        + " MaxBurstLength of 262144, ImmediateData=Yes, InitialR2T=No.%n%n");
        for (Map.Entry<String, String> answer : comparison.negotiated().entrySet()) {
            page.format("- %s: `%s`%n", answer.getKey(), answer.getValue());
        }
        for (Map.Entry<String, String> failure : comparison.failures().entrySet()) {
            page.format("- %s FAILED: %s%n", failure.getKey(), failure.getValue());
        }
        page.format("%n");
    }

    private void job(JobResult result) {
        page.format(
                "## %s (load average %.2f, then %.2f)%n%n",
                result.job().name(), result.loadBefore(), result.loadAfter());
        page.format(
                "| side | IOPS | MB/s | p50 us | p99 us | target CPU us/op | client CPU us/op |"
                        + " RSS MiB | IOPS ratio | CPU share |%n");
        page.format("| --- | --: | --: | --: | --: | --: | --: | --: | --- | --- |%n");
        for (String side : comparison.sides()) {
            List<Run> runs = result.of(side);
            if (runs.isEmpty()) {
                page.format("| %s | failed |%n", side);
                continue;
            }
            double speed = Ratio.median(runs, Run::operationsPerSecond);
            page.format(
                    "| %s | %.0f | %.1f | %.0f | %.0f | %.2f | %.2f | %.0f | %s | %s |%n",
                    side,
                    speed,
                    speed * result.job().bytes() / 1e6,
                    Ratio.median(runs, Run::p50Micros),
                    Ratio.median(runs, Run::p99Micros),
                    Ratio.median(runs, Run::targetMicros),
                    Ratio.median(runs, Run::clientMicros),
                    Ratio.median(runs, Run::residentMib),
                    result.speed(side, comparison.yardstick()),
                    result.processor(side, comparison.yardstick()));
        }
        page.format("%n");
    }

    private void control() {
        page.format("## A/A control: %s to %s%n%n", comparison.control(), comparison.controlled());
        boolean allQuiet = true;
        for (JobResult result : comparison.results()) {
            if (result.of(comparison.control()).isEmpty()
                    || result.of(comparison.controlled()).isEmpty()) {
                allQuiet = false;
                page.format("- %s: no control%n", result.job().name());
                continue;
            }
            Ratio speed = result.speed(comparison.control(), comparison.controlled());
            boolean quiet = Verdict.quiet(speed);
            allQuiet &= quiet;
            page.format(
                    "- %s: IOPS %s, CPU %s: %s%n",
                    result.job().name(),
                    speed,
                    result.processor(comparison.control(), comparison.controlled()),
                    quiet ? "quiet" : "NOT QUIET, its ratios prove nothing");
        }
        page.format("%nThe machine was %s.%n%n", allQuiet ? "quiet" : "not quiet in every job");
    }

    private void verdicts() {
        List<Verdict> verdicts = comparison.verdicts();
        if (verdicts.isEmpty()) {
            return;
        }
        page.format("## Thresholds for %s%n%n", comparison.subject());
        verdicts.forEach(verdict -> page.format("- %s%n", verdict));
        page.format("%n");
    }
}
