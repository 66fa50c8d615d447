package io.stemma.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.stemma.engine.runtime.ByteSize;

import picocli.CommandLine;
import picocli.CommandLine.Option;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** {@code stemma merge ...}. */
@CommandLine.Command(
        name = "merge",
        description = "Background work that follows from deleted snapshots and from flattening.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            MergeCommand.ListMerges.class,
            MergeCommand.Pause.class,
            MergeCommand.Resume.class
        })
final class MergeCommand {
    private MergeCommand() {}

    @CommandLine.Command(
            name = "list",
            description = "What goes on, how far it is, and how long it will take at its pace now.",
            mixinStandardHelpOptions = true)
    static final class ListMerges extends Command {
        @Option(
                names = "--interval",
                paramLabel = "S",
                defaultValue = "1",
                description = "seconds over which the pace is measured (default: ${DEFAULT-VALUE})")
        private double interval = 1;

        @Override
        String operation() {
            return "merge.list";
        }

        @Override
        void arguments(ObjectNode arguments) {}

        /** Twice, so that the pace is that of now; once where nothing runs. */
        @Override
        ObjectNode ask(Administration administration, ObjectNode arguments)
                throws AdministrationException, InterruptedException {
            ObjectNode first = super.ask(administration, arguments);
            if (first.path("merges").findValuesAsText("running").stream()
                    .noneMatch(Boolean::parseBoolean)) {
                return first;
            }
            long began = System.nanoTime();
            TimeUnit.MILLISECONDS.sleep((long) (Math.clamp(interval, 0.1, 3600) * 1000));
            ObjectNode second = super.ask(administration, arguments);
            estimate(first, second, (System.nanoTime() - began) / 1e9);
            return second;
        }

        @Override
        void show(ObjectNode result, Table out) {
            if (result.path("paused").asBoolean()) {
                out.row("all is held; stemma merge resume lets it go on");
            }
            out.row("WHAT", "DONE", "MOVED", "STATE", "LEFT");
            for (JsonNode merge : result.path("merges")) {
                out.row(
                        merge.path("what").asText(),
                        percent(merge),
                        ByteSize.format(merge.path("movedBytes").asLong()),
                        merge.path("running").asBoolean() ? "running" : "waiting",
                        merge.has("secondsLeft")
                                ? duration(merge.path("secondsLeft").asLong())
                                : "-");
            }
        }
    }

    /** Adds how long each will take if it goes on as it did between two looks. */
    static void estimate(ObjectNode first, ObjectNode second, double seconds) {
        Map<String, Long> before = new HashMap<>();
        for (JsonNode merge : first.path("merges")) {
            before.put(merge.path("what").asText(), merge.path("blocksDone").asLong());
        }
        for (JsonNode merge : second.path("merges")) {
            Long then = before.get(merge.path("what").asText());
            long done = merge.path("blocksDone").asLong();
            if (then != null && done > then) {
                double left = merge.path("blocksTotal").asLong() - done;
                ((ObjectNode) merge).put("secondsLeft", Math.round(left * seconds / (done - then)));
            }
        }
    }

    private static String percent(JsonNode merge) {
        long total = merge.path("blocksTotal").asLong();
        double done = total == 0 ? 0 : 100.0 * merge.path("blocksDone").asLong() / total;
        return String.format(Locale.ROOT, "%.1f%%", done);
    }

    /** As people say it, in the two largest units at most. */
    static String duration(long seconds) {
        if (seconds < 60) {
            return seconds + " s";
        }
        long minutes = seconds / 60;
        return minutes < 60 ? minutes + " min" : minutes / 60 + " h " + minutes % 60 + " min";
    }

    @CommandLine.Command(
            name = "pause",
            description = "Holds all of it, until it is resumed or the server starts again.",
            mixinStandardHelpOptions = true)
    static final class Pause extends Command {
        @Override
        String operation() {
            return "merge.pause";
        }

        @Override
        void arguments(ObjectNode arguments) {}

        @Override
        void show(ObjectNode result, Table out) {
            out.row("paused; space of deleted snapshots does not come back meanwhile");
        }
    }

    @CommandLine.Command(
            name = "resume",
            description = "Lets it go on.",
            mixinStandardHelpOptions = true)
    static final class Resume extends Command {
        @Override
        String operation() {
            return "merge.resume";
        }

        @Override
        void arguments(ObjectNode arguments) {}

        @Override
        void show(ObjectNode result, Table out) {
            out.row("resumed");
        }
    }
}
