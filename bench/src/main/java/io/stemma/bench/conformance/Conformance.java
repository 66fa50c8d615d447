package io.stemma.bench.conformance;

import io.stemma.bench.load.Machine;
import io.stemma.bench.peer.Peer;
import io.stemma.bench.process.ScratchFolder;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Runs the suite against targets, keeps their results, and makes the page of all that are kept. */
public final class Conformance {
    private static final String USAGE =
            """
            usage: bench/conformance [--targets LIST] [--only REGEX] [--port N] [--limit S]
              --targets LIST  of stemma,stemma-chap,tgt,istgt,jscsi (all of them)
              --only REGEX    tests whose SUITE.TEST holds a match; nothing is written then
              --port N        the first of 400 ports on 127.0.0.1 (14000)
              --limit S       seconds for each test (12)
            """;

    /** All columns in the order of the page. */
    private static final List<String> TARGETS =
            List.of("stemma", "stemma-chap", "tgt", "istgt", "jscsi");

    private static final int PORTS_EACH = 80;

    private final Path root = Path.of(System.getProperty("stemma.root", ".")).toAbsolutePath();
    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private final Map<String, String> options = new LinkedHashMap<>();

    private Conformance() {
        options.put("targets", String.join(",", TARGETS));
        options.put("only", "");
        options.put("port", "14000");
        options.put("limit", "12");
    }

    /**
     * Runs.
     *
     * @param arguments see {@code --help}
     * @throws IOException if a result cannot be written
     */
    public static void main(String[] arguments) throws IOException {
        Conformance conformance = new Conformance();
        if (!conformance.parse(arguments)) {
            System.err.print(USAGE);
            System.exit(2);
        }
        conformance.run();
    }

    private boolean parse(String[] arguments) {
        for (int i = 0; i < arguments.length; i += 2) {
            String key = arguments[i].startsWith("--") ? arguments[i].substring(2) : "";
            if (!options.containsKey(key) || i + 1 == arguments.length) {
                return false;
            }
            options.put(key, arguments[i + 1]);
        }
        return TARGETS.containsAll(targets())
                && option("port").matches("\\d{4,5}")
                && option("limit").matches("\\d{1,3}");
    }

    private String option(String key) {
        return options.getOrDefault(key, "");
    }

    private List<String> targets() {
        return Arrays.asList(option("targets").split(",", -1));
    }

    private void run() throws IOException {
        Pattern only = Pattern.compile(option("only"));
        TestTool tool = new TestTool(Integer.parseInt(option("limit")));
        List<String> tests =
                tool.offered().stream().filter(test -> only.matcher(test).find()).toList();
        ScratchFolder folder = ScratchFolder.create();
        List<Subject> subjects = targets().stream().map(name -> subject(name, folder)).toList();
        Thread cleaner =
                new Thread(
                        () -> {
                            subjects.forEach(Subject::end);
                            folder.close();
                        },
                        "cleaner");
        Runtime.getRuntime().addShutdownHook(cleaner);
        for (Subject subject : subjects) {
            Results results = run(subject, tool, tests);
            if (option("only").isEmpty()) {
                results.write(file(subject.name()));
            }
        }
        if (option("only").isEmpty()) {
            writePage();
        }
    }

    private Subject subject(String name, ScratchFolder folder) {
        int port = Integer.parseInt(option("port")) + PORTS_EACH * TARGETS.indexOf(name);
        if (name.startsWith("stemma")) {
            return new StemmaSubject(!name.equals("stemma"), port, root, folder);
        }
        Peer peer =
                Peer.ALL.stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
        return new PeerSubject(peer, port, root, folder);
    }

    private Results run(Subject subject, TestTool tool, List<String> tests) {
        Map<String, Judgement> judgements = new LinkedHashMap<>();
        for (String test : tests) {
            Judgement judgement = tool.judge(test, subject.url(test), subject::alive);
            judgements.put(test, judgement);
            if (judgement.result() != Result.PASS) {
                out.printf(
                        "%s %s %s %s%n",
                        subject.name(), test, judgement.result().word(), judgement.why());
            }
            if (judgement.result().compareTo(Result.FAIL) <= 0) {
                // What went wrong may have left a reservation, or the target at work on it.
                subject.end();
            }
        }
        subject.end();
        String version =
                subject instanceof StemmaSubject
                        ? subject.version() + ", " + Machine.here(root).commit()
                        : subject.version();
        Results results =
                new Results(
                        subject.name(),
                        version,
                        LocalDate.now(ZoneOffset.UTC).toString(),
                        judgements);
        for (Result result : Result.values()) {
            out.printf("%s: %d %s%n", subject.name(), results.count(result), result.word());
        }
        return results;
    }

    private Path file(String name) {
        return root.resolve("bench/results/conformance").resolve(name + ".tsv");
    }

    private void writePage() throws IOException {
        List<Results> kept = new ArrayList<>();
        for (String name : TARGETS) {
            if (Files.exists(file(name))) {
                kept.add(Results.read(file(name)));
            }
        }
        Path page = root.resolve("docs/conformance.md");
        Map<String, Expectation> expectations =
                Expectation.table(root.resolve("bench/src/test/interop/conformance.tsv"));
        Files.writeString(page, ConformancePage.of(kept, expectations));
        out.println("written: " + page);
    }
}
