package io.stemma.bench.load;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A comparison for programs: every run of every side, nothing condensed. */
final class JsonReport {
    private JsonReport() {}

    static String of(Comparison comparison) {
        Machine machine = comparison.machine();
        return object(
                        field("date", string(comparison.date().toString())),
                        field("command", string(comparison.command())),
                        field("commit", string(machine.commit())),
                        field("processor", string(machine.processor())),
                        field("cores", Integer.toString(machine.cores())),
                        field("memoryMib", Long.toString(machine.memoryMib())),
                        field("kernel", string(machine.kernel())),
                        field("java", string(machine.java())),
                        field("yardstick", string(comparison.yardstick())),
                        field("control", string(comparison.control())),
                        field("controlled", string(comparison.controlled())),
                        field("versions", strings(comparison.versions())),
                        field("negotiated", strings(comparison.negotiated())),
                        field("failures", strings(comparison.failures())),
                        field("verdicts", array(comparison.verdicts(), JsonReport::verdict)),
                        field("jobs", array(comparison.results(), JsonReport::job)))
                + "\n";
    }

    private static String verdict(Verdict verdict) {
        return object(
                field("what", string(verdict.what())),
                field("figure", number(verdict.figure())),
                field("bound", number(verdict.bound())),
                field("met", Boolean.toString(verdict.met())));
    }

    private static String job(JobResult result) {
        return object(
                field("job", string(result.job().name())),
                field("loadBefore", number(result.loadBefore())),
                field("loadAfter", number(result.loadAfter())),
                field(
                        "runs",
                        result.runs().entrySet().stream()
                                .map(
                                        side ->
                                                field(
                                                        side.getKey(),
                                                        array(side.getValue(), JsonReport::run)))
                                .collect(Collectors.joining(",", "{", "}"))));
    }

    private static String run(Run run) {
        return object(
                field("operations", Long.toString(run.operations())),
                field("seconds", number(run.seconds())),
                field("p50Micros", number(run.p50Micros())),
                field("p99Micros", number(run.p99Micros())),
                field("targetMicros", number(run.targetMicros())),
                field("clientMicros", number(run.clientMicros())),
                field("residentMib", number(run.residentMib())));
    }

    private static String strings(Map<String, String> values) {
        return values.entrySet().stream()
                .map(entry -> field(entry.getKey(), string(entry.getValue())))
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static <T> String array(List<T> values, Function<? super T, String> form) {
        return values.stream().map(form).collect(Collectors.joining(",\n", "[", "]"));
    }

    private static String object(String... fields) {
        return "{" + String.join(",", fields) + "}";
    }

    private static String field(String name, String value) {
        return string(name) + ":" + value;
    }

    private static String number(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.3f", value) : "null";
    }

    /** Quotes and escapes as RFC 8259 demands. */
    static String string(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ') {
                quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
