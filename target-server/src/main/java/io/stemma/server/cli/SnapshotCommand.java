package io.stemma.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.stemma.engine.runtime.ByteSize;

import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.util.ArrayList;
import java.util.List;

/** {@code stemma snapshot ...}. */
@CommandLine.Command(
        name = "snapshot",
        description = "Points in time of volumes.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            SnapshotCommand.Create.class,
            SnapshotListing.ListSnapshots.class,
            SnapshotListing.Show.class,
            SnapshotListing.Tree.class,
            SnapshotListing.Diff.class,
            SnapshotCommand.Clone.class,
            SnapshotCommand.Rename.class,
            SnapshotCommand.HoldSnapshot.class,
            SnapshotCommand.Release.class,
            SnapshotCommand.Delete.class,
            StreamCommands.ExportSnapshot.class,
            StreamCommands.ImportSnapshot.class
        })
final class SnapshotCommand {
    private SnapshotCommand() {}

    /** A command on one snapshot. */
    abstract static class OnSnapshot extends Command {
        @Parameters(index = "0", paramLabel = "VOLUME@NAME", description = "the snapshot")
        private String name = "";

        private final String operation;

        OnSnapshot(String operation) {
            this.operation = operation;
        }

        @Override
        final String operation() {
            return operation;
        }

        @Override
        void arguments(ObjectNode arguments) {
            arguments.put("name", name);
        }

        final String name() {
            return name;
        }
    }

    @CommandLine.Command(
            name = "create",
            description = "Takes a snapshot of one volume, or of several in one instant.",
            mixinStandardHelpOptions = true)
    static final class Create extends Command {
        @Parameters(index = "0", paramLabel = "NAME", description = "name of each snapshot")
        private String name = "";

        @Parameters(
                index = "1..*",
                arity = "1..*",
                paramLabel = "VOLUME",
                description = "names of the volumes")
        private List<String> volumes = new ArrayList<>();

        @Override
        String operation() {
            return "snapshot.create";
        }

        @Override
        void arguments(ObjectNode arguments) {
            ArrayNode list = arguments.put("name", name).putArray("volumes");
            volumes.forEach(list::add);
        }

        @Override
        void show(ObjectNode result, Table out) {
            for (JsonNode snapshot : result.path("snapshots")) {
                out.row("created " + snapshot.path("name").asText());
            }
        }
    }

    @CommandLine.Command(
            name = "clone",
            description = "Makes a volume that begins as a snapshot and goes its own way.",
            mixinStandardHelpOptions = true)
    static final class Clone extends OnSnapshot {
        @Parameters(index = "1", paramLabel = "NEW_VOLUME", description = "name of the volume")
        private String volume = "";

        @Option(
                names = "--write-through",
                description = "acknowledge a write only when it is durable")
        private boolean writeThrough;

        Clone() {
            super("snapshot.clone");
        }

        @Override
        void arguments(ObjectNode arguments) {
            super.arguments(arguments);
            arguments.put("volume", volume).put("writeCache", !writeThrough);
        }

        @Override
        void show(ObjectNode result, Table out) {
            out.row("cloned " + name() + " as " + result.path("name").asText());
        }
    }

    @CommandLine.Command(
            name = "rename",
            description = "Changes the name behind the @; identity, data and mappings stay.",
            mixinStandardHelpOptions = true)
    static final class Rename extends OnSnapshot {
        @Parameters(index = "1", paramLabel = "NEW", description = "the new name, without VOLUME@")
        private String newName = "";

        Rename() {
            super("snapshot.rename");
        }

        @Override
        void arguments(ObjectNode arguments) {
            super.arguments(arguments);
            arguments.put("newName", newName);
        }

        @Override
        void show(ObjectNode result, Table out) {
            out.row("renamed to " + result.path("name").asText());
        }
    }

    /** A command on one hold of a snapshot. */
    abstract static class OnHold extends OnSnapshot {
        @Parameters(index = "1", paramLabel = "TAG", description = "who holds it, or what for")
        private String tag = "";

        OnHold(String operation) {
            super(operation);
        }

        @Override
        void arguments(ObjectNode arguments) {
            super.arguments(arguments);
            arguments.put("tag", tag);
        }

        @Override
        void show(ObjectNode result, Table out) {
            List<String> holds = new ArrayList<>();
            result.path("holds").forEach(hold -> holds.add(hold.asText()));
            String name = result.path("name").asText();
            out.row(
                    holds.isEmpty()
                            ? name + " is held no more"
                            : name + " is held as " + String.join(", ", holds));
        }
    }

    @CommandLine.Command(
            name = "hold",
            description = "Keeps a snapshot from being deleted until it is released.",
            mixinStandardHelpOptions = true)
    static final class HoldSnapshot extends OnHold {
        HoldSnapshot() {
            super("snapshot.hold");
        }
    }

    @CommandLine.Command(
            name = "release",
            description = "Ends a hold.",
            mixinStandardHelpOptions = true)
    static final class Release extends OnHold {
        Release() {
            super("snapshot.release");
        }
    }

    @CommandLine.Command(
            name = "delete",
            description = {
                "Deletes snapshots, wherever they stand; volumes, clones and others stay as they"
                        + " are.",
                "All or, when one is held or mapped, none. Space comes back in the background."
            },
            mixinStandardHelpOptions = true)
    static final class Delete extends Command {
        @Parameters(
                index = "0..*",
                arity = "1..*",
                paramLabel = "VOLUME@NAME",
                description = "the snapshots")
        private List<String> names = new ArrayList<>();

        @Override
        String operation() {
            return "snapshot.delete";
        }

        @Override
        void arguments(ObjectNode arguments) {
            names.forEach(arguments.putArray("names")::add);
        }

        @Override
        void show(ObjectNode result, Table out) {
            for (JsonNode deleted : result.path("deleted")) {
                long freed = deleted.path("freedBytes").asLong();
                out.row(
                        "deleted "
                                + deleted.path("name").asText()
                                + "; "
                                + (freed > 0
                                        ? ByteSize.format(freed) + " come back in the background"
                                        : "no space comes back, since all it held is still"
                                                + " needed or it held nothing"));
            }
        }
    }
}
