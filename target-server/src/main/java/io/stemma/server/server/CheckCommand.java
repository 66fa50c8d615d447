package io.stemma.server.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.stemma.engine.check.CheckReport;
import io.stemma.engine.check.Finding;
import io.stemma.engine.check.PoolCheck;
import io.stemma.engine.check.Progress;
import io.stemma.engine.io.Folder;
import io.stemma.engine.io.HostFolder;
import io.stemma.server.cli.ControlProtocol;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** {@code stemma check}: verifies a pool that no server has open. */
@CommandLine.Command(
        name = "check",
        description = {
            "Verifies a pool that no server has open, and changes nothing unless --repair is"
                    + " given.",
            "Ends with 0 if all is well, 1 if what was found harms nothing, 2 if there is damage, 3"
                    + " if the check could not be made."
        },
        mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {
    private static final int CLEAN = 0;
    private static final int HARMLESS = 1;
    private static final int DAMAGE = 2;
    private static final int NOT_MADE = 3;
    private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(1);

    @Parameters(
            index = "0",
            paramLabel = "FOLDER",
            arity = "0..1",
            description = "data folder of a server, or the folder of a pool (default: --data)")
    private @Nullable Path folder;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "${env:STEMMA_DATA:-data}",
            description = "data folder of the server (default: ${DEFAULT-VALUE})")
    private Path data = Path.of("data");

    @Option(
            names = "--repair",
            description =
                    "do what cannot lose anything: remove files that belong to nothing, restore"
                            + " holes at the end of a layer, give back space that holds no data")
    private boolean repair;

    @Option(names = "--json", description = "print the answer as JSON")
    private boolean json;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        Path named = (folder == null ? data : folder).toAbsolutePath().normalize();
        Path pool = Files.isDirectory(PoolAccess.pool(named)) ? PoolAccess.pool(named) : named;
        try {
            requirePool(pool);
            try (Folder opened = HostFolder.open(pool)) {
                if (!opened.tryOwn()) {
                    return complain(
                            "the pool "
                                    + pool
                                    + " is in use by "
                                    + PoolOwner.of(pool)
                                    + "; end it first");
                }
                return tell(pool, PoolCheck.run(opened, repair, progress()));
            }
        } catch (IOException failed) {
            return complain(Explanation.of(failed));
        }
    }

    private static void requirePool(Path pool) throws IOException {
        boolean journal = false;
        if (Files.isDirectory(pool)) {
            try (var names = Files.newDirectoryStream(pool, "journal.*")) {
                journal = names.iterator().hasNext();
            }
        }
        if (!journal) {
            throw new IOException(
                    "there is no pool in "
                            + pool
                            + ": no journal; name the data folder of a server or its pool");
        }
    }

    /** A line a second, where somebody may look at it. */
    private Progress progress() {
        if (json) {
            return Progress.NONE;
        }
        PrintWriter err = spec.commandLine().getErr();
        long[] next = {System.nanoTime() + PROGRESS_NANOS};
        return (what, done, total) -> {
            if (System.nanoTime() - next[0] > 0) {
                next[0] = System.nanoTime() + PROGRESS_NANOS;
                err.println("checking " + what + ": " + done + " of " + total);
                err.flush();
            }
        };
    }

    private int complain(String text) {
        if (json) {
            ObjectNode error = ControlProtocol.JSON.createObjectNode().put("error", text);
            spec.commandLine().getOut().println(error.toPrettyString());
            spec.commandLine().getOut().flush();
        } else {
            spec.commandLine().getErr().println("stemma: " + text);
            spec.commandLine().getErr().flush();
        }
        return NOT_MADE;
    }

    private int tell(Path pool, CheckReport report) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(node(report).put("pool", pool.toString()).toPrettyString());
        } else {
            report.findings().forEach(finding -> out.println(line(finding)));
            report.repaired().forEach(line -> out.println("repaired  " + line));
            report.refused().forEach(line -> out.println("not repaired  " + line));
            out.println(sum(pool, report));
        }
        out.flush();
        if (report.damaged()) {
            return DAMAGE;
        }
        return report.findings().isEmpty() ? CLEAN : HARMLESS;
    }

    private static String sum(Path pool, CheckReport report) {
        List<Finding> all = report.findings();
        long damage = all.stream().filter(one -> one.severity() == Finding.Severity.DAMAGE).count();
        return all.isEmpty()
                ? pool + ": clean"
                : "%s: %d of damage, %d that harm nothing"
                        .formatted(pool, damage, all.size() - damage);
    }

    /** One finding as a line for people. */
    static String line(Finding finding) {
        String place = finding.file().isEmpty() ? "the pool" : finding.file();
        if (finding.offset() != Finding.NOWHERE) {
            place += " at offset " + finding.offset();
        }
        String severity = finding.severity() == Finding.Severity.DAMAGE ? "DAMAGE" : "harmless";
        return "%-8s  %s: %s; concerns %s; %s"
                .formatted(severity, place, finding.what(), finding.concerns(), finding.advice());
    }

    private static ObjectNode node(CheckReport report) {
        ObjectNode result = ControlProtocol.JSON.createObjectNode();
        ArrayNode findings = result.putArray("findings");
        report.findings().forEach(finding -> findings.add(node(finding)));
        report.repaired().forEach(result.putArray("repaired")::add);
        report.refused().forEach(result.putArray("notRepaired")::add);
        return result.put("damaged", report.damaged());
    }

    /** One finding for programs. */
    static ObjectNode node(Finding finding) {
        ObjectNode node = ControlProtocol.JSON.createObjectNode();
        boolean damage = finding.severity() == Finding.Severity.DAMAGE;
        node.put("severity", damage ? "damage" : "harmless").put("file", finding.file());
        if (finding.offset() != Finding.NOWHERE) {
            node.put("offset", finding.offset());
        }
        return node.put("what", finding.what())
                .put("concerns", finding.concerns())
                .put("advice", finding.advice());
    }
}
