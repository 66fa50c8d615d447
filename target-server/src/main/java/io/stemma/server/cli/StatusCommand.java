package io.stemma.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.stemma.engine.runtime.ByteSize;

import picocli.CommandLine;

/** {@code stemma status}. */
@CommandLine.Command(
        name = "status",
        description = "What is served where, and whether anything is wrong.",
        mixinStandardHelpOptions = true)
final class StatusCommand extends Command {
    private static final long MIB = 1L << 20;

    @Override
    String operation() {
        return "status";
    }

    @Override
    void arguments(ObjectNode arguments) {}

    @Override
    void show(ObjectNode result, Table out) {
        out.row("state", result.path("state").asText());
        result.path("portals").forEach(portal -> out.row("portal", portal.asText()));
        out.row("volumes", result.path("volumes").asText());
        out.row("targets", result.path("targets").asText());
        out.row("sessions", result.path("sessions").asText());
        space(result.path("space"), out);
        result.path("problems").forEach(problem -> out.row("PROBLEM", problem.asText()));
    }

    private static void space(JsonNode space, Table out) {
        long capacity = space.path("capacityBytes").asLong();
        if (capacity == 0) {
            return;
        }
        String over =
                space.path("overThreshold").asBoolean()
                        ? ", over the threshold of "
                                + space.path("softThresholdPercent").asText()
                                + " %"
                        : "";
        out.row(
                "space",
                rounded(space.path("usableBytes").asLong())
                        + " of "
                        + rounded(capacity)
                        + " left, "
                        + space.path("usedPercent").asText()
                        + " % used"
                        + over);
        out.row("reserve", rounded(space.path("reserveBytes").asLong()));
        out.row("ballast", ballast(space));
    }

    private static String ballast(JsonNode space) {
        long bytes = space.path("ballastBytes").asLong();
        long wanted = space.path("ballastWantedBytes").asLong();
        return bytes == wanted ? rounded(bytes) : rounded(bytes) + " of " + rounded(wanted);
    }

    /** Down to whole MiB, for people. */
    private static String rounded(long bytes) {
        return bytes < MIB ? ByteSize.format(bytes) : ByteSize.format(bytes / MIB * MIB);
    }
}
