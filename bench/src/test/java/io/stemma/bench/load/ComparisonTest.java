package io.stemma.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.time.LocalDate;
import java.util.List;
import java.util.Map;

final class ComparisonTest {
    private static final Job READ = new Job(false, true, 4096, 32);

    private static Run run(long operations, double targetMicros) {
        return new Run(operations, 2, 100, 200, targetMicros, 5, 10);
    }

    private static Comparison comparison(Job job, List<Run> tgt, List<Run> stemma) {
        return new Comparison(
                LocalDate.of(2026, 11, 24),
                "bench/compare --jobs \"d32\"",
                new Machine("cpu", 2, 1000, "6", "25", "abc"),
                List.of("tgt", "stemma", "tgt-2"),
                "tgt-2",
                "tgt",
                "stemma",
                Map.of("tgt", "1"),
                Map.of("tgt", "ImmediateData=Yes"),
                Map.of(),
                List.of(
                        new JobResult(
                                job, Map.of("tgt", tgt, "stemma", stemma, "tgt-2", tgt), 0.1, 1)));
    }

    @Test
    void aRatioIsTheMedianOfTheRoundsAndNotTheRatioOfTheMedians() {
        List<Run> tgt = List.of(run(100, 10), run(1000, 10), run(10, 10));
        List<Run> stemma = List.of(run(300, 10), run(1000, 10), run(20, 10));
        Ratio ratio = Ratio.of(stemma, tgt, Run::operationsPerSecond);
        assertThat(ratio).isEqualTo(new Ratio(2, 1, 3));
    }

    @Test
    void anEvenNumberOfRoundsTakesTheMiddleOfTheTwoInTheMiddle() {
        assertThat(Ratio.median(List.of(run(2, 0), run(8, 0)), Run::operations)).isEqualTo(5);
    }

    @Test
    void theAnswerOfTheLoadGeneratorBecomesFiguresPerOperation() {
        Run run =
                Run.parse(
                        "operations=1000 nanos=2000000000 p50=10.5 p99=99.0 max=1.0 target=30000"
                                + " client=10000 rss=2048");
        assertThat(run).isEqualTo(new Run(1000, 2, 10.5, 99, 30, 10, 2));
        assertThat(run.operationsPerSecond()).isEqualTo(500);
    }

    @Test
    void everyThresholdSaysWhetherItWasMet() {
        Comparison met = comparison(READ, List.of(run(100, 40)), List.of(run(320, 8)));
        assertThat(met.verdicts())
                .extracting(Verdict::toString)
                .containsExactly(
                        "met: 4k-randread-d32 CPU share 0.20, at most 0.20",
                        "met: 4k-randread-d32 IOPS 3.20, at least 3.20");
        Comparison missed =
                comparison(
                        new Job(true, false, 131_072, 16),
                        List.of(run(100, 40)),
                        List.of(run(179, 8)));
        assertThat(missed.verdicts())
                .extracting(Verdict::toString)
                .containsExactly("NOT MET: 128k-write-d16 speed 1.79, at least 1.80");
    }

    @Test
    void aSideThatBrokeMeetsNothingAndHidesNobody() {
        Comparison broken = comparison(READ, List.of(run(100, 40)), List.of());
        assertThat(broken.verdicts())
                .extracting(Verdict::toString)
                .containsExactly("NOT MET: 4k-randread-d32 failed 0.00, at least 1.00");
        assertThat(MarkdownReport.of(broken)).contains("| stemma | failed |", "| tgt | 50 |");
    }

    @Test
    void theMachineIsQuietWhileTheControlStaysWithinATenth() {
        assertThat(Verdict.quiet(new Ratio(0.9, 0.5, 2))).isTrue();
        assertThat(Verdict.quiet(new Ratio(1.11, 1, 1.2))).isFalse();
        assertThat(Verdict.quiet(new Ratio(0.89, 0.8, 1))).isFalse();
    }

    @Test
    void thePageHoldsCommandMachineControlAndVerdicts() {
        String page =
                MarkdownReport.of(comparison(READ, List.of(run(100, 40)), List.of(run(250, 8))));
        assertThat(page)
                .contains("bench/compare --jobs \"d32\"")
                .contains("Load average before 0.10, after 1.00")
                .contains("| stemma | 125 | 0.5 | 100 | 200 | 8.00 | 5.00 | 10 | 2.50 (2.50..2.50)")
                .contains("4k-randread-d32: IOPS 1.00 (1.00..1.00), CPU 1.00 (1.00..1.00): quiet")
                .contains("- NOT MET: 4k-randread-d32 IOPS 2.50, at least 3.20");
    }

    @Test
    void theJsonEscapesWhatItQuotes() {
        assertThat(JsonReport.string("a\"b\\c\n")).isEqualTo("\"a\\\"b\\\\c\\u000a\"");
        assertThat(JsonReport.of(comparison(READ, List.of(run(1, 2)), List.of(run(3, 4)))))
                .contains("\"command\":\"bench/compare --jobs \\\"d32\\\"\"")
                .contains("\"operations\":3,\"seconds\":2.000");
    }
}
