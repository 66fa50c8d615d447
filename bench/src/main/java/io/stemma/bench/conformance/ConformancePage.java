package io.stemma.bench.conformance;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Makes {@code docs/conformance.md} of results. */
final class ConformancePage {
    private static final Set<Result> BAD = EnumSet.of(Result.DIED, Result.HANG, Result.FAIL);

    private final List<Results> all;
    private final Map<String, Expectation> expectations;
    private final StringBuilder page = new StringBuilder();

    private ConformancePage(List<Results> all, Map<String, Expectation> expectations) {
        this.all = all;
        this.expectations = expectations;
    }

    /** The page as Markdown. */
    static String of(List<Results> all, Map<String, Expectation> expectations) {
        ConformancePage page = new ConformancePage(all, expectations);
        page.summary();
        page.reasons();
        page.tests();
        return page.page.toString();
    }

    private void summary() {
        page.append(
                """
                # Conformance

                Made by `bench/conformance`; do not edit. libiscsi's `iscsi-test-cu` 1.19, Debian's package, each test
                in a process of its own, destructive tests and two paths included. *hang*: not over within the limit;
                *died*: the target ended. A skip is the tool's: it found the target to lack what the test is about.

                """);
        row(List.of("target", "pass", "skip", "fail", "hang", "died", "version", "run on"));
        row(List.of("---", "--:", "--:", "--:", "--:", "--:", "---", "---"));
        for (Results results : all) {
            row(
                    List.of(
                            results.name(),
                            String.valueOf(results.count(Result.PASS)),
                            String.valueOf(results.count(Result.SKIP)),
                            String.valueOf(results.count(Result.FAIL)),
                            String.valueOf(results.count(Result.HANG)),
                            String.valueOf(results.count(Result.DIED)),
                            results.version(),
                            results.date()));
        }
    }

    private void reasons() {
        page.append("\n## What Stemma does not pass, and why\n\n");
        row(List.of("test", "result", "why"));
        row(List.of("---", "---", "---"));
        expectations.forEach(
                (test, expectation) -> {
                    if (expectation.least() != Result.PASS) {
                        row(List.of(test, expectation.least().word(), expectation.why()));
                    }
                });
    }

    private void tests() {
        page.append("\n## Every test\n\n");
        List<String> names = all.stream().map(Results::name).toList();
        row(concat("test", names));
        row(concat("---", names.stream().map(name -> "---").toList()));
        Set<String> tests =
                all.stream()
                        .flatMap(results -> results.judgements().keySet().stream())
                        .collect(Collectors.toCollection(TreeSet::new));
        for (String test : tests) {
            row(concat(test, all.stream().map(results -> cell(results, test)).toList()));
        }
    }

    private static String cell(Results results, String test) {
        Judgement judgement = results.judgements().get(test);
        if (judgement == null) {
            return "";
        }
        String word = judgement.result().word();
        return BAD.contains(judgement.result()) ? "**" + word + "**" : word;
    }

    private static List<String> concat(String first, List<String> others) {
        String[] cells = new String[others.size() + 1];
        cells[0] = first;
        System.arraycopy(others.toArray(new String[0]), 0, cells, 1, others.size());
        return Arrays.asList(cells);
    }

    private void row(List<String> cells) {
        page.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }
}
