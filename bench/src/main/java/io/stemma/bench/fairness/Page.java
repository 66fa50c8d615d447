package io.stemma.bench.fairness;

import io.stemma.bench.load.Machine;
import io.stemma.bench.load.Verdict;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;

/** The page of figures: printed as it grows, written as a file at the end if that was asked for. */
final class Page {
    private final FairnessOptions options;
    private final Machine machine;
    private final double loadBefore = Machine.load();
    private final StringBuilder text = new StringBuilder();
    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private boolean allMet = true;
    private boolean judged;

    private Page(FairnessOptions options) {
        this.options = options;
        machine = Machine.here(options.root());
    }

    static Page begin(FairnessOptions options) {
        Page page = new Page(options);
        page.line("# Fairness, %s, of %s", options.program(), LocalDate.now(ZoneOffset.UTC));
        page.line("");
        page.line("- Command: `%s`", options.line());
        page.line("- Commit: %s", page.machine.commit());
        page.line(
                "- Machine: %s, %d cores, %d MiB, Linux %s, Java %s",
                page.machine.processor(),
                page.machine.cores(),
                page.machine.memoryMib(),
                page.machine.kernel(),
                page.machine.java());
        page.line("- Load average before: %.2f", page.loadBefore);
        return page;
    }

    /** A line, laid out as {@link String#format} does. */
    @SuppressWarnings("AnnotateFormatMethod") // The annotation would be a dependency of its own.
    void line(String format, Object... values) {
        String line = format;
        if (values.length > 0) {
            line = String.format(Locale.ROOT, format, values);
        }
        text.append(line).append('\n');
        out.println(line);
    }

    /** A heading of a table, with its rule; an empty line before it. */
    void columns(String... names) {
        line("");
        line("| " + String.join(" | ", names) + " |");
        line("|" + " --- |".repeat(names.length));
    }

    void judge(String what, double figure, double bound) {
        if (!judged) {
            line("");
            judged = true;
        }
        Verdict verdict = new Verdict(what, figure, bound, true);
        allMet &= verdict.met();
        line("- %s", verdict);
    }

    /** A part begins: what is judged next is a list of its own. */
    void section(String title) {
        line("");
        line("## " + title);
        judged = false;
    }

    /**
     * Ends the page.
     *
     * @return whether every bound was met
     */
    boolean end() {
        line("");
        line("Load average after: %.2f.", Machine.load());
        if (options.writeResult()) {
            Path file =
                    options.root()
                            .resolve("bench/results")
                            .resolve(
                                    LocalDate.now(ZoneOffset.UTC)
                                            + "-"
                                            + machine.commit()
                                            + "-fairness-"
                                            + options.program()
                                            + ".md");
            try {
                Files.writeString(file, text);
            } catch (IOException full) {
                throw new UncheckedIOException(full);
            }
            out.println("written: " + file);
        }
        return allMet;
    }
}
