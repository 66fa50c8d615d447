package io.stemma.bench.load;

import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A whole comparison, ready to be told.
 *
 * @param date of it
 * @param command that repeats it
 * @param machine it ran on
 * @param sides in their turn; the first is the yardstick
 * @param control the side that is a second process of {@code controlled}
 * @param controlled see there
 * @param subject that the thresholds are judged for
 * @param versions of each peer, and of the load generator
 * @param negotiated what each side answered at login
 * @param failures of sides that broke, in their own words
 * @param results job by job
 */
record Comparison(
        LocalDate date,
        String command,
        Machine machine,
        List<String> sides,
        String control,
        String controlled,
        String subject,
        Map<String, String> versions,
        Map<String, String> negotiated,
        Map<String, String> failures,
        List<JobResult> results) {
    Comparison {
        versions = new LinkedHashMap<>(versions);
        negotiated = new LinkedHashMap<>(negotiated);
        failures = new LinkedHashMap<>(failures);
    }

    String yardstick() {
        return sides.getFirst();
    }

    /** The thresholds, if the subject took part and was measured against tgt. */
    List<Verdict> verdicts() {
        return sides.contains(subject) && yardstick().equals("tgt")
                ? Verdict.of(results, subject, yardstick())
                : List.of();
    }
}
