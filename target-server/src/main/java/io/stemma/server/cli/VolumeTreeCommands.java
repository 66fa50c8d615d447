package io.stemma.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.stemma.server.cli.VolumeCommand.OnVolume;

import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What {@code stemma volume} does with the place of a volume in the tree of its snapshots. */
final class VolumeTreeCommands {
    private VolumeTreeCommands() {}

    @CommandLine.Command(
            name = "revert",
            description = {
                "Makes a volume what a snapshot of it is, size included, while it is in use.",
                "Hosts are told that its content changed; unmount file systems before."
            },
            mixinStandardHelpOptions = true)
    static final class Revert extends Command {
        @Parameters(index = "0", paramLabel = "VOLUME@NAME", description = "what it becomes")
        private String name = "";

        @Option(names = "--yes", description = "lose what is in no snapshot, for ever")
        private boolean yes;

        @Override
        String operation() {
            return "volume.revert";
        }

        @Override
        void arguments(ObjectNode arguments) {
            arguments.put("name", name).put("yes", yes);
        }

        @Override
        void show(ObjectNode result, Table out) {
            out.row(
                    "reverted "
                            + result.path("name").asText()
                            + " to "
                            + result.path("revertedTo").asText());
        }
    }

    @CommandLine.Command(
            name = "promote",
            description = "Makes the snapshots that a clone stands on its own.",
            mixinStandardHelpOptions = true)
    static final class Promote extends OnVolume {
        Promote() {
            super("volume.promote", "promoted");
        }

        @Override
        void show(ObjectNode result, Table out) {
            super.show(result, out);
            for (JsonNode snapshot : result.path("gainedSnapshots")) {
                out.row(snapshot.asText() + " is its own now");
            }
        }
    }

    @CommandLine.Command(
            name = "flatten",
            description = {
                "Makes a volume hold all that it sees, so that it needs no snapshot.",
                "Goes on in the background; stemma merge list shows how far it is."
            },
            mixinStandardHelpOptions = true)
    static final class Flatten extends OnVolume {
        Flatten() {
            super("volume.flatten", "begun to flatten");
        }
    }
}
