package io.stemma.server.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.server.interop.Program.Outcome;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * libiscsi's conformance suite, one test a process, each against its line in {@code
 * conformance.tsv}.
 *
 * <p>The tool counts what it skipped as passed and exits 0 whatever happened, so only its text is
 * believed.
 */
@Tag("interop")
@Timeout(value = 15, unit = TimeUnit.MINUTES) // Each test that hangs costs its whole limit.
final class LibiscsiConformanceTest {
    /** What a test came to, worst first. */
    private enum Result {
        DIED,
        HANG,
        ABSENT,
        FAIL,
        SKIP,
        PASS
    }

    private record Judgement(Result result, String why) {}

    private static final Duration LIMIT = Duration.ofSeconds(12);
    private static final String FAMILY = "ALL.";

    /** Narrows a run down to tests whose name holds a match: for work on one command. */
    private static final Pattern ONLY =
            Pattern.compile(System.getProperty("stemma.interop.conformance", ""));

    private static final Pattern TESTS =
            Pattern.compile("^\\s+tests\\s+\\d+\\s+(\\d+)\\s+\\d+\\s+(\\d+)", Pattern.MULTILINE);
    private static final Pattern REASON = Pattern.compile("\\[(?:SKIPPED|FAILED)]\\s*(.*)");
    private static final Pattern ASSERTION = Pattern.compile("^\\s*1\\. (.*)", Pattern.MULTILINE);

    @TempDir private Path folder;

    @Test
    void noTestComesToLessThanItsLine() throws Exception {
        Map<String, Result> least = table();
        TreeSet<String> unlisted = new TreeSet<>(offered());
        TreeSet<String> absent = new TreeSet<>(least.keySet());
        absent.removeAll(unlisted);
        unlisted.removeAll(least.keySet());
        List<String> worse = new ArrayList<>();
        absent.forEach(test -> worse.add(test + ": this iscsi-test-cu does not have it"));
        unlisted.removeIf(test -> !ONLY.matcher(test).find());
        unlisted.forEach(test -> System.out.println("[libiscsi] not in the table: " + test));
        Map<Result, Integer> count = new LinkedHashMap<>();
        try (StemmaProcess server = StemmaProcess.start(folder, ServerSetup.plain(256))) {
            for (Map.Entry<String, Result> line : least.entrySet()) {
                if (absent.contains(line.getKey())) {
                    continue;
                }
                Judgement judgement = judge(server, line.getKey());
                count.merge(judgement.result(), 1, Integer::sum);
                String text = line.getKey() + " " + judgement.result() + " " + judgement.why();
                int difference = judgement.result().compareTo(line.getValue());
                if (difference < 0) {
                    worse.add(text + " (at least " + line.getValue() + " was expected)");
                    System.out.println("[libiscsi] WORSE " + text);
                } else if (difference > 0) {
                    System.out.println("[libiscsi] better than its line: " + text);
                }
                reviveIfNeeded(server, judgement);
            }
            System.out.println("[libiscsi] " + count);
            assertThat(worse).as(server.tail()).isEmpty();
        }
    }

    /** A test that hung may have left the server at work on it: the next one begins afresh. */
    private static void reviveIfNeeded(StemmaProcess server, Judgement judgement) throws Exception {
        if (judgement.result() == Result.HANG && server.alive()) {
            server.kill9();
        }
        if (!server.alive()) {
            server.restart();
        }
    }

    private static Judgement judge(StemmaProcess server, String test) throws Exception {
        String url = server.url(ServerSetup.PLAIN);
        List<String> command =
                new ArrayList<>(List.of("iscsi-test-cu", "-d", "-t", FAMILY + test, url));
        if (test.startsWith("MultipathIO.")) {
            command.add(url);
        }
        Outcome outcome = Program.run(LIMIT, null, command);
        if (!server.alive()) {
            return new Judgement(Result.DIED, "the server ended");
        }
        if (outcome.timedOut()) {
            return new Judgement(Result.HANG, "over " + LIMIT.toSeconds() + " s");
        }
        Matcher tests = TESTS.matcher(outcome.output());
        // What stands before "Test:" are the tool's own probes of the logical unit.
        int begin = outcome.output().indexOf("\n  Test: ");
        if (begin < 0 || !tests.find() || !tests.group(1).equals("1")) {
            String last = outcome.output().strip().lines().reduce("", (first, next) -> next);
            return new Judgement(Result.FAIL, "did not run: " + last);
        }
        int end = Math.max(begin, outcome.output().indexOf("Run Summary"));
        String body = outcome.output().substring(begin, end);
        if (!tests.group(2).equals("0")) {
            return new Judgement(Result.FAIL, reason(body));
        }
        // After the verdict the tool probes once more, and may "skip" those probes.
        String said = body.substring(0, Math.max(0, body.lastIndexOf("passed")));
        boolean skipped = said.contains("[SKIPPED]");
        return new Judgement(skipped ? Result.SKIP : Result.PASS, skipped ? reason(said) : "");
    }

    private static String reason(String body) {
        Matcher said = REASON.matcher(body);
        String reason = said.find() ? said.group(1).strip() : "";
        Matcher assertion = ASSERTION.matcher(body);
        return assertion.find() ? reason + " " + assertion.group(1) : reason;
    }

    private static List<String> offered() throws IOException, InterruptedException {
        return Program.run(LIMIT, "iscsi-test-cu", "-l")
                .output()
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith(FAMILY))
                .map(line -> line.substring(FAMILY.length()))
                .filter(line -> line.contains("."))
                .toList();
    }

    private static Map<String, Result> table() throws IOException {
        Map<String, Result> least = new LinkedHashMap<>();
        for (String line : Files.readAllLines(StemmaProcess.scripts().resolve("conformance.tsv"))) {
            if (!line.startsWith("#") && !line.isBlank() && ONLY.matcher(line).find()) {
                String[] fields = line.split("\t", 3);
                Result result = Result.valueOf(fields[1].toUpperCase(Locale.ROOT));
                assertThat(result == Result.PASS || fields.length == 3)
                        .as("a reason for " + line)
                        .isTrue();
                assertThat(least.put(fields[0], result)).as("twice: " + line).isNull();
            }
        }
        return least;
    }
}
