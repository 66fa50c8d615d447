package io.stemma.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.stemma.engine.runtime.ByteSize;

import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stemma volume ...}. */
@CommandLine.Command(
        name = "volume",
        description = "Virtual disks.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            VolumeCommand.Create.class,
            VolumeCommand.ListVolumes.class,
            VolumeCommand.Show.class,
            VolumeCommand.Resize.class,
            VolumeCommand.Rename.class,
            VolumeCommand.WriteCache.class,
            VolumeCommand.Recover.class,
            VolumeTreeCommands.Revert.class,
            VolumeTreeCommands.Promote.class,
            VolumeTreeCommands.Flatten.class,
            VolumeCommand.Delete.class
        })
final class VolumeCommand {
    private VolumeCommand() {}

    /** A command on one volume. */
    abstract static class OnVolume extends Command {
        @Parameters(index = "0", paramLabel = "NAME", description = "name of the volume")
        private String name = "";

        private final String operation;
        private final String done;

        OnVolume(String operation, String done) {
            this.operation = operation;
            this.done = done;
        }

        @Override
        final String operation() {
            return operation;
        }

        @Override
        void arguments(ObjectNode arguments) {
            arguments.put("name", name);
        }

        @Override
        void show(ObjectNode result, Table out) {
            out.row(done + " " + result.path("name").asText(name));
        }
    }

    @CommandLine.Command(
            name = "create",
            description = "Makes a thin volume; it reads zero and takes space as it is written.",
            mixinStandardHelpOptions = true)
    static final class Create extends OnVolume {
        @Option(names = "--size", required = true, paramLabel = "SIZE", description = "like 10GiB")
        private String size = "";

        @Option(
                names = "--block-size",
                paramLabel = "BYTES",
                defaultValue = "512",
                description = "logical block: 512 or 4096 (default: ${DEFAULT-VALUE})")
        private int blockSize = 512;

        @Option(
                names = "--write-through",
                description = "acknowledge a write only when it is durable")
        private boolean writeThrough;

        Create() {
            super("volume.create", "created");
        }

        @Override
        void arguments(ObjectNode arguments) {
            super.arguments(arguments);
            arguments
                    .put("size", size)
                    .put("blockSize", blockSize)
                    .put("writeCache", !writeThrough);
        }
    }

    @CommandLine.Command(
            name = "list",
            description = "All volumes.",
            mixinStandardHelpOptions = true)
    static final class ListVolumes extends Command {
        @Override
        String operation() {
            return "volume.list";
        }

        @Override
        void arguments(ObjectNode arguments) {}

        @Override
        void show(ObjectNode result, Table out) {
            out.row("NAME", "SIZE", "USED", "BLOCK", "CACHE", "STATE");
            for (JsonNode volume : result.path("volumes")) {
                out.row(
                        volume.path("name").asText(),
                        ByteSize.format(volume.path("sizeBytes").asLong()),
                        ByteSize.format(volume.path("usedBytes").asLong()),
                        volume.path("blockSize").asText(),
                        volume.path("writeCache").asBoolean() ? "write-back" : "write-through",
                        volume.path("state").asText());
            }
        }
    }

    @CommandLine.Command(
            name = "show",
            description = "Everything about one volume.",
            mixinStandardHelpOptions = true)
    static final class Show extends OnVolume {
        Show() {
            super("volume.show", "");
        }

        @Override
        void show(ObjectNode result, Table out) {
            result.properties()
                    .forEach(
                            entry ->
                                    out.row(
                                            entry.getKey(),
                                            entry.getValue().isValueNode()
                                                    ? entry.getValue().asText()
                                                    : entry.getValue().toString()));
        }
    }

    @CommandLine.Command(
            name = "resize",
            description = "Changes the size while it is in use.",
            mixinStandardHelpOptions = true)
    static final class Resize extends OnVolume {
        @Option(names = "--size", required = true, paramLabel = "SIZE", description = "like 20GiB")
        private String size = "";

        @Option(
                names = "--allow-shrink",
                description = "lose what lies behind the new end, for ever")
        private boolean allowShrink;

        Resize() {
            super("volume.resize", "resized");
        }

        @Override
        void arguments(ObjectNode arguments) {
            super.arguments(arguments);
            arguments.put("size", size).put("allowShrink", allowShrink);
        }
    }

    @CommandLine.Command(
            name = "rename",
            description = "Changes the name; identity, data and mappings stay.",
            mixinStandardHelpOptions = true)
    static final class Rename extends OnVolume {
        @Parameters(index = "1", paramLabel = "NEW", description = "the new name")
        private String newName = "";

        Rename() {
            super("volume.rename", "renamed to");
        }

        @Override
        void arguments(ObjectNode arguments) {
            super.arguments(arguments);
            arguments.put("newName", newName);
        }
    }

    @CommandLine.Command(
            name = "write-cache",
            description = "Whether writes are acknowledged before they are durable.",
            mixinStandardHelpOptions = true)
    static final class WriteCache extends OnVolume {
        /** What may be written. */
        enum Setting {
            ON,
            OFF
        }

        @Parameters(index = "1", paramLabel = "on|off", description = "on or off")
        private Setting setting = Setting.ON;

        WriteCache() {
            super("volume.writeCache", "");
        }

        @Override
        void show(ObjectNode result, Table out) {
            out.row(
                    "the write cache of "
                            + result.path("name").asText()
                            + " is "
                            + (result.path("writeCache").asBoolean() ? "on" : "off"));
        }

        @Override
        void arguments(ObjectNode arguments) {
            super.arguments(arguments);
            arguments.put("writeCache", setting == Setting.ON);
        }
    }

    @CommandLine.Command(
            name = "recover",
            description = "Takes a volume that a failed sync put offline back into service.",
            mixinStandardHelpOptions = true)
    static final class Recover extends OnVolume {
        Recover() {
            super("volume.recover", "recovered");
        }
    }

    @CommandLine.Command(
            name = "delete",
            description = "Deletes a volume that no target shows, and its data, for ever.",
            mixinStandardHelpOptions = true)
    static final class Delete extends OnVolume {
        @Option(names = "--with-snapshots", description = "delete its snapshots too; clones stay")
        private boolean withSnapshots;

        @Option(
                names = "--keep-snapshots",
                description = "leave its snapshots, to be mapped, cloned and deleted later")
        private boolean keepSnapshots;

        Delete() {
            super("volume.delete", "deleted");
        }

        @Override
        void arguments(ObjectNode arguments) {
            if (withSnapshots && keepSnapshots) {
                throw wrong("--with-snapshots and --keep-snapshots contradict");
            }
            super.arguments(arguments);
            arguments.put("withSnapshots", withSnapshots).put("keepSnapshots", keepSnapshots);
        }

        @Override
        void show(ObjectNode result, Table out) {
            super.show(result, out);
            result.path("deletedSnapshots").forEach(name -> out.row("deleted " + name.asText()));
        }
    }
}
