package io.stemma.server.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;

import picocli.CommandLine;

/** {@code stemma status}. */
@CommandLine.Command(
        name = "status",
        description = "What is served where, and whether anything is wrong.",
        mixinStandardHelpOptions = true)
final class StatusCommand extends Command {
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
        result.path("problems").forEach(problem -> out.row("PROBLEM", problem.asText()));
    }
}
