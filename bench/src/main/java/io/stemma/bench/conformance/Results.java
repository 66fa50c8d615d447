package io.stemma.bench.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the tests came to on one target: a file of tab-separated lines, kept with the project.
 *
 * @param name of the target
 * @param version of it
 * @param date of the run
 * @param judgements by test
 */
record Results(String name, String version, String date, Map<String, Judgement> judgements) {
    private static final String HEADER = "# ";

    /** Reads a file that {@link #write} wrote. */
    static Results read(Path file) {
        try {
            List<String> lines = Files.readAllLines(file);
            String[] header = lines.getFirst().substring(HEADER.length()).split("\t", -1);
            Map<String, Judgement> judgements = new LinkedHashMap<>();
            for (String line : lines.subList(1, lines.size())) {
                String[] fields = line.split("\t", -1);
                judgements.put(fields[0], new Judgement(Result.of(fields[1]), fields[2]));
            }
            return new Results(header[0], header[1], header[2], judgements);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** Writes all of it. */
    void write(Path file) {
        List<String> lines = new ArrayList<>();
        lines.add(HEADER + String.join("\t", name, version, date));
        judgements.forEach(
                (test, judgement) ->
                        lines.add(
                                String.join(
                                        "\t", test, judgement.result().word(), judgement.why())));
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.write(file, lines);
        } catch (IOException full) {
            throw new UncheckedIOException(full);
        }
    }

    /** How many tests came to that. */
    long count(Result result) {
        return judgements.values().stream().filter(each -> each.result() == result).count();
    }
}
