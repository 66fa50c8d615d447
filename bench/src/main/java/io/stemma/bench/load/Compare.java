package io.stemma.bench.load;

import io.stemma.bench.peer.Peer;
import io.stemma.bench.peer.Place;
import io.stemma.bench.process.Child;
import io.stemma.bench.process.ScratchFolder;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Starts every target with a disk on tmpfs, puts the same load on each in turn, and tells what came
 * of it.
 *
 * <p>In every round each side gets its turn before the next round begins: A B A B. One peer has two
 * processes; the ratio of the two is what the machine's noise alone makes.
 */
public final class Compare {
    private static final long SEED = 7;
    private static final double QUIET_LOAD = 1.5;

    private final CompareOptions options;
    private final String command;
    private final PrintStream out;
    private final List<Side> sides = new ArrayList<>();
    private final List<JobResult> results = new ArrayList<>();
    private final Map<String, String> failures = new LinkedHashMap<>();
    private String control = "";

    private Compare(CompareOptions options, String command, PrintStream out) {
        this.options = options;
        this.command = command;
        this.out = out;
    }

    /**
     * Compares.
     *
     * @param arguments see {@link CompareOptions#USAGE}
     * @throws IOException if the result cannot be written
     */
    public static void main(String[] arguments) throws IOException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        if (List.of(arguments).contains("--help")) {
            out.print(CompareOptions.USAGE);
            return;
        }
        try {
            CompareOptions options =
                    CompareOptions.parse(
                            List.of(arguments), Path.of(System.getProperty("stemma.root", ".")));
            String command = ("bench/compare " + String.join(" ", arguments)).strip();
            new Compare(options, command, out).run();
        } catch (CompareOptions.Refused refused) {
            System.err.println("compare: " + refused.getMessage() + "\n" + CompareOptions.USAGE);
            System.exit(2);
        } catch (IllegalStateException | UncheckedIOException failed) {
            System.err.println("compare: " + failed.getMessage());
            System.exit(1);
        }
    }

    private void run() throws IOException {
        ScratchFolder folder = ScratchFolder.create();
        Thread cleaner = new Thread(() -> clean(folder), "cleaner");
        Runtime.getRuntime().addShutdownHook(cleaner);
        double loadBefore = Machine.load();
        out.printf(
                "load average %.2f%s%n",
                loadBefore, loadBefore > QUIET_LOAD ? ": NOT QUIET, others use the cores" : "");
        startSides(folder);
        for (Job job : options.jobs()) {
            results.add(measure(job));
            out.println(MarkdownReport.of(comparison(), results.getLast()));
        }
        out.print(MarkdownReport.ending(comparison()));
        write();
    }

    private void startSides(ScratchFolder folder) {
        for (Peer peer : options.peers()) {
            startSide(folder, peer, peer.name());
        }
        control = options.control().name() + "-2";
        startSide(folder, options.control(), control);
    }

    private void startSide(ScratchFolder folder, Peer peer, String name) {
        Path own = folder.make(name);
        Place place =
                new Place(
                        name,
                        options.port() + sides.size() + failures.size(),
                        own,
                        (long) options.lunMib() << 20,
                        options.root());
        try {
            Side side = Side.start(name, peer, place);
            sides.add(side);
            out.printf("%s %s: %s%n", name, peer.version(), side.negotiated());
        } catch (IllegalStateException | UncheckedIOException failed) {
            if (sides.isEmpty()) {
                throw failed;
            }
            broken(name, failed);
        }
    }

    /** A peer that fails must not hide the others, unless it is the yardstick. */
    private void broken(String name, RuntimeException failed) {
        failures.put(name, String.valueOf(failed.getMessage()));
        out.println(name + " FAILED: " + failed.getMessage());
    }

    private JobResult measure(Job job) {
        double loadBefore = Machine.load();
        if (options.warmupSeconds() > 0) {
            for (Side side : sides) {
                run(side, job, SEED, options.warmupSeconds());
            }
        }
        Map<String, List<Run>> runs = new LinkedHashMap<>();
        sides.forEach(side -> runs.put(side.name(), new ArrayList<>()));
        for (int round = 0; round < options.rounds(); round++) {
            for (Side side : sides) {
                run(side, job, SEED + round, options.seconds())
                        .ifPresent(run -> listOf(runs, side).add(run));
            }
        }
        failures.keySet().forEach(runs::remove);
        return new JobResult(job, runs, loadBefore, Machine.load());
    }

    private static List<Run> listOf(Map<String, List<Run>> runs, Side side) {
        return runs.computeIfAbsent(side.name(), absent -> new ArrayList<>());
    }

    private Optional<Run> run(Side side, Job job, long seed, double seconds) {
        if (failures.containsKey(side.name())) {
            return Optional.empty();
        }
        try {
            return Optional.of(side.run(job, seed, seconds));
        } catch (IllegalStateException | UncheckedIOException failed) {
            if (side == sides.getFirst()) {
                throw failed;
            }
            broken(side.name(), failed);
            return Optional.empty();
        }
    }

    private Comparison comparison() {
        Map<String, String> versions = new LinkedHashMap<>();
        Map<String, String> negotiated = new LinkedHashMap<>();
        for (Side side : sides) {
            versions.put(side.peer().name(), side.peer().version());
            negotiated.put(side.name(), side.negotiated());
        }
        versions.put("libiscsi7 (load)", libiscsiVersion());
        return new Comparison(
                LocalDate.now(ZoneOffset.UTC),
                command,
                Machine.here(options.root()),
                sides.stream().map(Side::name).toList(),
                control,
                options.control().name(),
                options.subject(),
                versions,
                negotiated,
                failures,
                List.copyOf(results));
    }

    private static String libiscsiVersion() {
        return Child.run(Map.of(), List.of("dpkg-query", "-W", "-f", "${Version}", "libiscsi7"))
                .strip();
    }

    private void write() throws IOException {
        Comparison comparison = comparison();
        Files.createDirectories(options.results());
        String file =
                comparison.date() + "-" + comparison.machine().commit() + "-" + options.name();
        Path page = options.results().resolve(file + ".md");
        Files.writeString(page, MarkdownReport.of(comparison));
        Files.writeString(options.results().resolve(file + ".json"), JsonReport.of(comparison));
        out.println("written: " + page);
    }

    /** Ends every process and removes what lay on tmpfs; also when we are told to stop. */
    private void clean(ScratchFolder folder) {
        sides.forEach(Side::close);
        folder.close();
    }
}
