package io.stemma.bench.load;

import java.util.HashMap;
import java.util.Map;

/**
 * What one side did in one round of one job.
 *
 * @param operations counted
 * @param seconds of counting
 * @param p50Micros median time of a command
 * @param p99Micros 99th percentile of it
 * @param targetMicros processor time of the target a command
 * @param clientMicros processor time of the load generator a command
 * @param residentMib memory of the target at the end
 */
record Run(
        long operations,
        double seconds,
        double p50Micros,
        double p99Micros,
        double targetMicros,
        double clientMicros,
        double residentMib) {
    /** From the line in which the load generator answers. */
    static Run parse(String line) {
        Map<String, Double> values = new HashMap<>();
        for (String word : line.split(" ", -1)) {
            int at = word.indexOf('=');
            if (at > 0) {
                values.put(word.substring(0, at), Double.valueOf(word.substring(at + 1)));
            }
        }
        double operations = value(values, "operations");
        double each = Math.max(1, operations);
        return new Run(
                (long) operations,
                value(values, "nanos") / 1e9,
                value(values, "p50"),
                value(values, "p99"),
                value(values, "target") / each,
                value(values, "client") / each,
                value(values, "rss") / 1024);
    }

    private static double value(Map<String, Double> values, String name) {
        Double value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no " + name + " in " + values);
        }
        return value;
    }

    double operationsPerSecond() {
        return operations / seconds;
    }
}
