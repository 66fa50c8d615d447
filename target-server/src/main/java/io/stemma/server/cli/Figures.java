package io.stemma.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.DataFormatException;

/**
 * The sums of a server at one time. Subtracting earlier ones tells what happened in between.
 *
 * @param server which one; sums of another are no earlier ones
 * @param nanos when, on the server's own clock
 * @param units by target and LUN
 * @param sessions by handle and initiator
 * @param operations by name
 */
record Figures(
        String server,
        long nanos,
        Map<String, Row> units,
        Map<String, Row> sessions,
        Map<String, Row> operations,
        long leftOut) {
    private static final List<String> COUNTERS =
            List.of(
                    "commands",
                    "read",
                    "write",
                    "flush",
                    "other",
                    "readBytes",
                    "writtenBytes",
                    "aborted",
                    "busy",
                    "conflicts",
                    "checkConditions",
                    "errors",
                    "r2ts");
    private static final List<String> LATENCIES =
            List.of("latency", "readLatency", "writeLatency", "flushLatency", "otherLatency");

    /**
     * One session, unit or operation.
     *
     * @param node as the server sent it
     * @param latency of all its commands
     */
    record Row(JsonNode node, @Nullable Histogram latency) {
        long counter(String name) {
            return node.path(name).asLong();
        }
    }

    static Figures of(ObjectNode answer) throws AdministrationException {
        return new Figures(
                answer.path("server").asText(),
                answer.path("nanos").asLong(),
                rows(answer.path("units"), "target", "lun"),
                rows(answer.path("sessions"), "tsih", "initiator"),
                rows(answer.path("operations"), "operation", ""),
                answer.path("unitsLeftOut").asLong() + answer.path("sessionsLeftOut").asLong());
    }

    private static Map<String, Row> rows(JsonNode list, String key, String second)
            throws AdministrationException {
        Map<String, Row> rows = new HashMap<>();
        for (JsonNode node : list) {
            String name = node.path(key).asText() + '\0' + node.path(second).asText();
            rows.put(name, new Row(node, latency(node)));
        }
        return rows;
    }

    private static @Nullable Histogram latency(JsonNode node) throws AdministrationException {
        Histogram all = null;
        for (String name : LATENCIES) {
            if (node.hasNonNull(name)) {
                Histogram one = decode(node.path(name).asText());
                if (all == null) {
                    all = one;
                } else {
                    all.add(one);
                }
            }
        }
        return all;
    }

    private static Histogram decode(String text) throws AdministrationException {
        try {
            byte[] bytes = Base64.getDecoder().decode(text);
            return Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(bytes), 0);
        } catch (DataFormatException | IllegalArgumentException damaged) {
            throw new AdministrationException(
                    "the server sent a histogram that is not understood", damaged);
        }
    }

    /** What happened since an earlier look. */
    Activity since(Figures earlier) {
        boolean same = server.equals(earlier.server);
        double seconds = Math.max(1, nanos - earlier.nanos) / 1e9;
        return new Activity(
                same ? seconds : 1,
                difference(units, same ? earlier.units : Map.of()),
                difference(sessions, same ? earlier.sessions : Map.of()),
                difference(operations, same ? earlier.operations : Map.of()),
                leftOut);
    }

    private static List<Activity.Line> difference(Map<String, Row> now, Map<String, Row> earlier) {
        List<Activity.Line> lines = new ArrayList<>();
        now.forEach((name, row) -> lines.add(line(row, earlier.get(name))));
        lines.sort(Activity.Line.BUSIEST_FIRST);
        return lines;
    }

    /** A unit that was unmapped and mapped again counts from zero, as do handles used again. */
    private static Activity.Line line(Row now, @Nullable Row earlier) {
        Row before =
                earlier == null || earlier.counter("commands") > now.counter("commands")
                        ? null
                        : earlier;
        Map<String, Long> counters = new HashMap<>();
        for (String name : COUNTERS) {
            long base = before == null ? 0 : before.counter(name);
            counters.put(name, Math.max(0, now.counter(name) - base));
        }
        return new Activity.Line(now.node(), counters, latency(now, before));
    }

    private static @Nullable Histogram latency(Row now, @Nullable Row before) {
        Histogram latency = now.latency();
        if (latency == null || before == null || before.latency() == null) {
            return latency;
        }
        try {
            latency = latency.copy();
            latency.subtract(before.latency());
            return latency;
        } catch (IllegalArgumentException counterWentBack) {
            return now.latency();
        }
    }
}
