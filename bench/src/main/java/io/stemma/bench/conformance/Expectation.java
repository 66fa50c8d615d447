package io.stemma.bench.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The least that a test has to come to on Stemma.
 *
 * @param least the result
 * @param why not more, empty where it has to pass
 */
public record Expectation(Result least, String why) {
    /**
     * All of them by test.
     *
     * @param file lines of test, result and, unless it is {@code pass}, a reason
     * @throws IllegalStateException if a line stands twice or lacks its reason
     */
    public static Map<String, Expectation> table(Path file) {
        Map<String, Expectation> table = new LinkedHashMap<>();
        try {
            for (String line : Files.readAllLines(file)) {
                if (line.startsWith("#") || line.isBlank()) {
                    continue;
                }
                String[] fields = line.split("\t", 3);
                Result least = Result.of(fields[1]);
                if (least != Result.PASS && fields.length < 3) {
                    throw new IllegalStateException("without a reason: " + line);
                }
                String why = fields.length < 3 ? "" : fields[2];
                if (table.put(fields[0], new Expectation(least, why)) != null) {
                    throw new IllegalStateException("twice: " + line);
                }
            }
            return table;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
