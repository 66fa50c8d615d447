package io.stemma.bench.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Debian's {@code iscsi-test-cu}, one test a process. The tool counts what it skipped as passed and
 * exits 0 whatever happened, so only its text is believed.
 */
public final class TestTool {
    private static final String PROGRAM = "iscsi-test-cu";
    private static final String FAMILY = "ALL.";
    private static final int WHY_CHARS_MAX = 160;

    /** Begins to sanitize all of the disk and looks once a minute whether that has ended. */
    static final String SLOW = "Sanitize.Reset";

    private static final int SLOW_LIMIT_SECONDS = 300;

    private static final Pattern TESTS =
            Pattern.compile("^\\s+tests\\s+\\d+\\s+(\\d+)\\s+\\d+\\s+(\\d+)", Pattern.MULTILINE);
    private static final Pattern REASON = Pattern.compile("\\[(?:SKIPPED|FAILED)]\\s*(.*)");
    private static final Pattern ASSERTION = Pattern.compile("^\\s*1\\. (.*)", Pattern.MULTILINE);
    private static final Pattern SOURCE_FOLDER = Pattern.compile("/\\S*/(test_)");

    private final int limitSeconds;

    /** A tool whose tests have so many seconds each. */
    public TestTool(int limitSeconds) {
        this.limitSeconds = limitSeconds;
    }

    private record Outcome(String text, boolean inTime) {}

    /** Every test that the tool offers, as SUITE.TEST. */
    public List<String> offered() {
        return run(List.of(PROGRAM, "-l"), limitSeconds)
                .text()
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith(FAMILY))
                .map(line -> line.substring(FAMILY.length()))
                .filter(line -> line.contains("."))
                .toList();
    }

    /**
     * Runs one test, destructive ones included.
     *
     * @param test SUITE.TEST
     * @param url of the logical unit; suites of two paths get it twice
     * @param alive whether the target still runs, asked when the test is over
     */
    public Judgement judge(String test, String url, BooleanSupplier alive) {
        List<String> command = new ArrayList<>(List.of(PROGRAM, "-d"));
        if (test.startsWith("Sanitize.")) {
            command.add("-S");
        }
        command.addAll(List.of("-t", FAMILY + test, url));
        if (test.startsWith("MultipathIO.")) {
            command.add(url);
        }
        int limit = test.equals(SLOW) ? SLOW_LIMIT_SECONDS : limitSeconds;
        Outcome outcome = run(command, limit);
        if (!alive.getAsBoolean()) {
            return new Judgement(Result.DIED, "the target ended");
        }
        if (!outcome.inTime()) {
            return new Judgement(Result.HANG, "over " + limit + " s");
        }
        return read(outcome.text());
    }

    /** What the tool's text says of the one test it ran. */
    static Judgement read(String text) {
        Matcher tests = TESTS.matcher(text);
        // What stands before "Test:" are the tool's own probes of the logical unit.
        int begin = text.indexOf("\n  Test: ");
        if (begin < 0 || !tests.find() || !tests.group(1).equals("1")) {
            String last = text.strip().lines().reduce("", (first, next) -> next);
            return new Judgement(Result.FAIL, "did not run: " + last);
        }
        int end = Math.max(begin, text.indexOf("Run Summary"));
        String body = text.substring(begin, end);
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
        String whole = assertion.find() ? reason + " " + assertion.group(1) : reason;
        String plain = SOURCE_FOLDER.matcher(whole).replaceAll("$1").replace('\t', ' ').strip();
        return plain.substring(0, Math.min(plain.length(), WHY_CHARS_MAX));
    }

    /** Output goes to a file and not to a pipe, so that a tool that hangs is no trouble. */
    private static Outcome run(List<String> command, int seconds) {
        try {
            Path output = Files.createTempFile("iscsi-test-cu", ".out");
            try {
                Process process =
                        new ProcessBuilder(command)
                                .redirectInput(Path.of("/dev/null").toFile())
                                .redirectErrorStream(true)
                                .redirectOutput(output.toFile())
                                .start();
                boolean inTime = process.waitFor(seconds, TimeUnit.SECONDS);
                process.destroyForcibly().waitFor();
                byte[] text = Files.readAllBytes(output);
                return new Outcome(new String(text, StandardCharsets.UTF_8), inTime);
            } finally {
                Files.deleteIfExists(output);
            }
        } catch (IOException absent) {
            throw new UncheckedIOException(
                    PROGRAM + " is missing: apt-get install libiscsi-bin", absent);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }
}
