package io.stemma.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import picocli.CommandLine;

/** {@code stemma session ...}. */
@CommandLine.Command(
        name = "session",
        description = "Who is logged in.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = SessionCommand.ListSessions.class)
final class SessionCommand {
    @CommandLine.Command(
            name = "list",
            description = "All sessions of the running server.",
            mixinStandardHelpOptions = true)
    static final class ListSessions extends Command {
        @Override
        String operation() {
            return "session.list";
        }

        @Override
        void arguments(ObjectNode arguments) {}

        @Override
        void show(ObjectNode result, Table out) {
            out.row("TSIH", "INITIATOR", "TARGET", "ADDRESS");
            for (JsonNode session : result.path("sessions")) {
                out.row(
                        session.path("tsih").asText(),
                        session.path("initiator").asText(),
                        session.path("target").asText("(discovery)"),
                        session.path("address").asText());
            }
        }
    }
}
