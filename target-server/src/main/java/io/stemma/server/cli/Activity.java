package io.stemma.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a server did in an interval.
 *
 * @param seconds how long that was
 * @param units busiest first
 * @param sessions busiest first
 * @param operations busiest first
 * @param leftOut units and sessions that the server did not send
 */
record Activity(
        double seconds,
        List<Line> units,
        List<Line> sessions,
        List<Line> operations,
        long leftOut) {
    private static final double MEBIBYTE = 1 << 20;

    /**
     * One session, unit or operation.
     *
     * @param now its sums, with its names
     * @param counters what each counter rose by
     * @param latency of the commands that ended, null where none did
     */
    record Line(JsonNode now, Map<String, Long> counters, @Nullable Histogram latency) {
        static final Comparator<Line> BUSIEST_FIRST =
                Comparator.comparingLong((Line line) -> -line.counter("commands"))
                        .thenComparing(line -> line.name("target"))
                        .thenComparingInt(line -> line.now.path("lun").asInt())
                        .thenComparingInt(line -> line.now.path("tsih").asInt());

        long counter(String name) {
            return counters.getOrDefault(name, 0L);
        }

        String name(String key) {
            return now.path(key).asText();
        }

        long errors() {
            return counter("checkConditions") + counter("busy") + counter("conflicts");
        }

        /** In microseconds. */
        double microseconds(double percentile) {
            Histogram measured = latency;
            return measured == null || measured.getTotalCount() == 0
                    ? 0
                    : measured.getValueAtPercentile(percentile) / 1e3;
        }
    }

    /** Tables for people. */
    String text(boolean withOperations) {
        Table table = new Table();
        table.row(head("LUN", "VOLUME"));
        for (Line unit : units) {
            table.row(
                    cells(unit, unit.name("target") + "/" + unit.name("lun"), unit.name("volume")));
        }
        String text = table.text();
        table = new Table();
        table.row(head("SESSION", "INITIATOR"));
        for (Line session : sessions) {
            table.row(
                    cells(
                            session,
                            session.name("tsih") + " " + session.name("address"),
                            session.name("initiator")));
        }
        text += "\n" + table.text();
        if (withOperations) {
            text += "\n" + operationsText();
        }
        if (leftOut > 0) {
            text += "\n" + leftOut + " less busy units and sessions are not shown\n";
        }
        return text + "\n";
    }

    private String operationsText() {
        Table table = new Table();
        table.row("OPERATION", "IOPS", "p50", "p99", "p99.9", "max us", "ERRORS");
        for (Line operation : operations) {
            table.row(
                    operation.name("operation"),
                    rate(operation.counter("commands")),
                    micros(operation, 50),
                    micros(operation, 99),
                    micros(operation, 99.9),
                    micros(operation, 100),
                    String.valueOf(operation.counter("errors")));
        }
        return table.text();
    }

    private static String[] head(String first, String second) {
        return new String[] {
            first,
            second,
            "READ/s",
            "WRITE/s",
            "OTHER/s",
            "R MiB/s",
            "W MiB/s",
            "INFLIGHT",
            "p50",
            "p99",
            "p99.9",
            "max us",
            "ERRORS"
        };
    }

    private String[] cells(Line line, String first, String second) {
        return new String[] {
            first,
            second,
            rate(line.counter("read")),
            rate(line.counter("write")),
            rate(line.counter("flush") + line.counter("other")),
            mebibytes(line.counter("readBytes")),
            mebibytes(line.counter("writtenBytes")),
            line.name("outstanding"),
            micros(line, 50),
            micros(line, 99),
            micros(line, 99.9),
            micros(line, 100),
            String.valueOf(line.errors())
        };
    }

    private String rate(long count) {
        return String.format(Locale.ROOT, "%.0f", count / seconds);
    }

    private String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f", bytes / seconds / MEBIBYTE);
    }

    private static String micros(Line line, double percentile) {
        return String.format(Locale.ROOT, "%.0f", line.microseconds(percentile));
    }

    /** The same for programs. */
    ObjectNode json(boolean withOperations) {
        ObjectNode node = ControlProtocol.JSON.createObjectNode();
        node.put("seconds", seconds);
        node.put("leftOut", leftOut);
        put(node.putArray("units"), units, "target", "lun", "volume");
        put(node.putArray("sessions"), sessions, "tsih", "initiator", "target", "address");
        if (withOperations) {
            put(node.putArray("operations"), operations, "operation");
        }
        return node;
    }

    private void put(ArrayNode list, List<Line> lines, String... names) {
        for (Line line : lines) {
            ObjectNode node = list.addObject();
            for (String name : names) {
                node.set(name, line.now().path(name));
            }
            node.put("outstanding", line.now().path("outstanding").asLong());
            line.counters().entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .filter(entry -> line.now().has(entry.getKey()))
                    .forEach(entry -> node.put(entry.getKey() + "PerSecond", per(entry)));
            node.put("p50Micros", line.microseconds(50));
            node.put("p99Micros", line.microseconds(99));
            node.put("p999Micros", line.microseconds(99.9));
            node.put("maxMicros", line.microseconds(100));
        }
    }

    private double per(Map.Entry<String, Long> entry) {
        return entry.getValue() / seconds;
    }
}
