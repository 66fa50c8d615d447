package io.stemma.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stemma lun ...}. */
@CommandLine.Command(
        name = "lun",
        description = "Which volume a target shows under which logical unit number.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            LunCommand.ListLuns.class,
            LunCommand.MapLun.class,
            LunCommand.UnmapLun.class
        })
final class LunCommand {
    @CommandLine.Command(
            name = "list",
            description = "All mappings.",
            mixinStandardHelpOptions = true)
    static final class ListLuns extends Command {
        @Override
        String operation() {
            return "lun.list";
        }

        @Override
        void arguments(ObjectNode arguments) {}

        @Override
        void show(ObjectNode result, Table out) {
            out.row("TARGET", "LUN", "VOLUME", "ACCESS", "FROM");
            for (JsonNode lun : result.path("luns")) {
                out.row(
                        lun.path("target").asText(),
                        lun.path("lun").asText(),
                        lun.path("volume").asText(),
                        lun.path("readOnly").asBoolean() ? "read-only" : "read-write",
                        lun.path("origin").asText());
            }
        }
    }

    @CommandLine.Command(
            name = "map",
            description = "Shows a volume under a number; initiators see it at once.",
            mixinStandardHelpOptions = true)
    static final class MapLun extends Command {
        @Parameters(index = "0", paramLabel = "TARGET", description = "name of the target")
        private String target = "";

        @Parameters(index = "1", paramLabel = "VOLUME", description = "name of the volume")
        private String volume = "";

        @Option(
                names = "--lun",
                paramLabel = "N",
                description = "logical unit number (default: the lowest free one)")
        private @Nullable Integer lun;

        @Option(names = "--read-only", description = "initiators may not write")
        private boolean readOnly;

        @Override
        String operation() {
            return "lun.map";
        }

        @Override
        void arguments(ObjectNode arguments) {
            arguments.put("target", target).put("volume", volume).put("readOnly", readOnly);
            if (lun != null) {
                arguments.put("lun", lun.intValue());
            }
        }

        @Override
        void show(ObjectNode result, Table out) {
            out.row(
                    "mapped "
                            + result.path("volume").asText()
                            + " as LUN "
                            + result.path("lun").asText()
                            + " of "
                            + result.path("target").asText());
        }
    }

    @CommandLine.Command(
            name = "unmap",
            description = "Takes a logical unit away; commands in flight are aborted first.",
            mixinStandardHelpOptions = true)
    static final class UnmapLun extends Command {
        @Parameters(index = "0", paramLabel = "TARGET", description = "name of the target")
        private String target = "";

        @Parameters(index = "1", paramLabel = "LUN", description = "logical unit number")
        private int lun;

        @Override
        String operation() {
            return "lun.unmap";
        }

        @Override
        void arguments(ObjectNode arguments) {
            arguments.put("target", target).put("lun", lun);
        }

        @Override
        void show(ObjectNode result, Table out) {
            out.row("unmapped LUN " + lun + " of " + target);
        }
    }
}
