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

/** What {@code stemma snapshot} shows. */
final class SnapshotListing {
    private SnapshotListing() {}

    /** All parts of a list that may be longer than an answer. */
    private static ObjectNode all(Administration administration, ObjectNode arguments)
            throws AdministrationException {
        ObjectNode result = administration.perform("snapshot.list", arguments);
        ArrayNode list = result.withArray("snapshots");
        boolean more = result.path("more").asBoolean();
        while (more) {
            arguments.put("after", list.get(list.size() - 1).path("id").asText());
            ObjectNode next = administration.perform("snapshot.list", arguments);
            next.path("snapshots").forEach(list::add);
            more = next.path("more").asBoolean() && !next.path("snapshots").isEmpty();
        }
        result.remove("more");
        return result;
    }

    @CommandLine.Command(
            name = "list",
            description = "All snapshots, or those of one volume, oldest first.",
            mixinStandardHelpOptions = true)
    static final class ListSnapshots extends Command {
        @Parameters(
                index = "0",
                arity = "0..1",
                paramLabel = "VOLUME",
                description = "name of a volume")
        private String volume = "";

        @Option(
                names = "--space",
                description = "also what each holds, and what its deletion would free")
        private boolean space;

        @Override
        String operation() {
            return "snapshot.list";
        }

        @Override
        void arguments(ObjectNode arguments) {
            arguments.put("volume", volume).put("space", space);
        }

        @Override
        ObjectNode ask(Administration administration, ObjectNode arguments)
                throws AdministrationException {
            return all(administration, arguments);
        }

        @Override
        void show(ObjectNode result, Table out) {
            row(out, "NAME", "CREATED", "SIZE", "HELD", "HOLDS", "FREES");
            for (JsonNode snapshot : result.path("snapshots")) {
                row(
                        out,
                        snapshot.path("name").asText(),
                        snapshot.path("created").asText(),
                        ByteSize.format(snapshot.path("sizeBytes").asLong()),
                        snapshot.path("holds").isEmpty() ? "-" : words(snapshot.path("holds")),
                        ByteSize.format(snapshot.path("ownedBytes").asLong()),
                        ByteSize.format(snapshot.path("freedBytes").asLong()));
            }
        }

        private void row(Table out, String... cells) {
            out.row(space ? cells : List.of(cells).subList(0, 4).toArray(String[]::new));
        }
    }

    private static String words(JsonNode list) {
        List<String> words = new ArrayList<>();
        list.forEach(word -> words.add(word.asText()));
        return String.join(",", words);
    }

    @CommandLine.Command(
            name = "show",
            description = "Everything about one snapshot, with what its deletion would free.",
            mixinStandardHelpOptions = true)
    static final class Show extends SnapshotCommand.OnSnapshot {
        Show() {
            super("snapshot.show");
        }

        @Override
        void show(ObjectNode result, Table out) {
            result.properties()
                    .forEach(
                            entry ->
                                    out.row(
                                            entry.getKey(),
                                            entry.getValue().isArray()
                                                    ? words(entry.getValue())
                                                    : entry.getValue().asText()));
        }
    }

    @CommandLine.Command(
            name = "tree",
            description = "Volumes, their snapshots, and the clones of these, as a tree.",
            mixinStandardHelpOptions = true)
    static final class Tree extends Command {
        @Parameters(
                index = "0",
                arity = "0..1",
                paramLabel = "VOLUME",
                description = "only what hangs on this volume")
        private String volume = "";

        private SnapshotTree tree = SnapshotTree.EMPTY;

        @Override
        String operation() {
            return "volume.list";
        }

        @Override
        void arguments(ObjectNode arguments) {}

        @Override
        ObjectNode ask(Administration administration, ObjectNode arguments)
                throws AdministrationException {
            JsonNode snapshots = all(administration, arguments.deepCopy()).path("snapshots");
            JsonNode volumes = administration.perform(operation(), arguments).path("volumes");
            tree = SnapshotTree.of(volumes, snapshots, volume);
            if (!volume.isEmpty() && tree.isEmpty()) {
                throw new AdministrationException(
                        "volume \""
                                + volume
                                + "\" does not exist; stemma volume list shows those that do");
            }
            return tree.json();
        }

        @Override
        void show(ObjectNode result, Table out) {
            tree.draw(out);
        }
    }

    @CommandLine.Command(
            name = "diff",
            description = {
                "Where two points in time of one tree differ, without reading data.",
                "Exact for snapshots; of a volume that is in use as of a moment of the call."
            },
            mixinStandardHelpOptions = true)
    static final class Diff extends Command {
        @Parameters(index = "0", paramLabel = "VOLUME[@A]", description = "the earlier point")
        private String from = "";

        @Parameters(index = "1", paramLabel = "VOLUME[@B]", description = "the later point")
        private String to = "";

        @Option(names = "--summary", description = "only how much, not where")
        private boolean summary;

        @Option(
                names = "--start",
                paramLabel = "BYTES",
                defaultValue = "0",
                description = "list from this offset on; an answer holds 50000 runs at most")
        private long start;

        @Override
        String operation() {
            return "snapshot.diff";
        }

        @Override
        void arguments(ObjectNode arguments) {
            arguments.put("from", from).put("to", to).put("summary", summary).put("start", start);
        }

        @Override
        void show(ObjectNode result, Table out) {
            if (!summary) {
                out.row("OFFSET", "LENGTH", "CONTENT");
            }
            for (JsonNode run : result.path("runs")) {
                out.row(
                        run.path("offset").asText(),
                        run.path("length").asText(),
                        run.path("data").asBoolean() ? "data" : "zero");
            }
            long runs = result.path("runCount").asLong();
            out.row(
                    ByteSize.format(result.path("changedBytes").asLong())
                            + " changed in "
                            + (runs == 1 ? "1 run, " : runs + " runs, ")
                            + ByteSize.format(result.path("zeroBytes").asLong())
                            + " of it to zero");
            if (result.has("nextOffset")) {
                out.row("more runs follow: --start " + result.path("nextOffset").asText());
            }
        }
    }
}
