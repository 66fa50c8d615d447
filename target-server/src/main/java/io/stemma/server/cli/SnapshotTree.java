package io.stemma.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.stemma.engine.runtime.ByteSize;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Volumes, snapshots and clones in the order of drawing: under a volume its snapshots by time,
 * under a snapshot the volumes that branch off there. A snapshot that does not stand on the one
 * before it says on which; a volume that is not on its last snapshot says where it is.
 */
final class SnapshotTree {
    static final SnapshotTree EMPTY = new SnapshotTree();

    /** A volume with its snapshots; of one that is deleted there are only these. */
    private static final class Branch {
        private final String id;
        private final String name;
        private final @Nullable JsonNode volume;
        private final List<JsonNode> snapshots = new ArrayList<>();

        Branch(String id, String name, @Nullable JsonNode volume) {
            this.id = id;
            this.name = name;
            this.volume = volume;
        }
    }

    /** One line: a branch, or else a snapshot with the one before it. */
    private record Line(
            @Nullable Branch branch,
            JsonNode snapshot,
            String before,
            int depth,
            String lead,
            String below) {}

    private final Map<String, JsonNode> snapshots = new HashMap<>();
    private final Map<String, Branch> branches = new LinkedHashMap<>();

    /** Branches by the name of the snapshot that they stand on, "" for those on none. */
    private final Map<String, List<Branch>> standingOn = new HashMap<>();

    private final List<String> text = new ArrayList<>();
    private final ArrayNode nodes = ControlProtocol.JSON.createArrayNode();

    private SnapshotTree() {}

    /**
     * Builds it.
     *
     * @param volumes as volume.list gives them
     * @param snapshots as snapshot.list gives them
     * @param only name of the volume whose part is wanted, or empty
     */
    static SnapshotTree of(JsonNode volumes, JsonNode snapshots, String only) {
        SnapshotTree tree = new SnapshotTree();
        for (JsonNode volume : volumes) {
            String id = volume.path("id").asText();
            tree.branches.put(id, new Branch(id, volume.path("name").asText(), volume));
        }
        for (JsonNode snapshot : snapshots) {
            tree.snapshots.put(snapshot.path("name").asText(), snapshot);
            tree.branches
                    .computeIfAbsent(
                            snapshot.path("volumeId").asText(),
                            id -> new Branch(id, snapshot.path("volume").asText(), null))
                    .snapshots
                    .add(snapshot);
        }
        for (Branch branch : tree.branches.values()) {
            tree.standingOn
                    .computeIfAbsent(tree.base(branch), name -> new ArrayList<>())
                    .add(branch);
        }
        List<Branch> roots =
                only.isEmpty()
                        ? tree.standingOn.getOrDefault("", List.of())
                        : tree.branches.values().stream().filter(b -> b.name.equals(only)).toList();
        tree.walk(roots);
        return tree;
    }

    /** The snapshot of another volume that a branch stands on, or "". */
    private String base(Branch branch) {
        JsonNode volume = branch.volume;
        String below = parent(volume == null ? branch.snapshots.get(0) : volume);
        // Bounded, so that an answer that makes no sense does not hold us up for ever.
        for (int i = 0; i <= branch.snapshots.size(); i++) {
            JsonNode snapshot = snapshots.get(below);
            if (snapshot == null || !snapshot.path("volumeId").asText().equals(branch.id)) {
                return snapshot == null ? "" : below;
            }
            below = parent(snapshot);
        }
        return "";
    }

    private static String parent(JsonNode node) {
        return node.path("parent").asText();
    }

    /** Without recursion: clones of clones may go deep. */
    private void walk(List<Branch> roots) {
        Deque<Line> open = new ArrayDeque<>();
        push(open, roots.stream().map(root -> line(root, 0, "", "")).toList());
        while (!open.isEmpty()) {
            Line line = open.pop();
            Branch branch = line.branch;
            List<Line> children = new ArrayList<>();
            int depth = line.depth + 1;
            if (branch != null) {
                drawBranch(branch, line);
                String before = "";
                for (JsonNode snapshot : branch.snapshots) {
                    boolean last = children.size() == branch.snapshots.size() - 1;
                    children.add(
                            new Line(
                                    null,
                                    snapshot,
                                    before,
                                    depth,
                                    line.below + (last ? "└─ " : "├─ "),
                                    line.below + (last ? "   " : "│  ")));
                    before = snapshot.path("name").asText();
                }
            } else {
                drawSnapshot(line);
                String name = line.snapshot.path("name").asText();
                List<Branch> clones = standingOn.getOrDefault(name, List.of());
                for (Branch clone : clones) {
                    boolean last = children.size() == clones.size() - 1;
                    children.add(
                            line(
                                    clone,
                                    depth,
                                    line.below + (last ? "└─ " : "├─ "),
                                    line.below + (last ? "   " : "│  ")));
                }
            }
            push(open, children);
        }
    }

    private static Line line(Branch branch, int depth, String lead, String below) {
        return new Line(branch, ControlProtocol.JSON.createObjectNode(), "", depth, lead, below);
    }

    private static void push(Deque<Line> open, List<Line> lines) {
        lines.reversed().forEach(open::push);
    }

    private void drawBranch(Branch branch, Line line) {
        JsonNode volume = branch.volume;
        ObjectNode node = nodes.addObject().put("kind", "volume").put("name", branch.name);
        node.put("depth", line.depth).put("deleted", volume == null);
        if (volume == null) {
            text.add(line.lead + branch.name + "  deleted");
            return;
        }
        node.put("sizeBytes", volume.path("sizeBytes").asLong());
        String on = parent(volume);
        if (!on.isEmpty()) {
            node.put("parent", on);
        }
        int count = branch.snapshots.size();
        String last = count == 0 ? "" : branch.snapshots.get(count - 1).path("name").asText();
        boolean branchedOff = count > 0 ? !on.equals(last) : line.depth == 0;
        text.add(
                line.lead
                        + branch.name
                        + "  "
                        + ByteSize.format(volume.path("sizeBytes").asLong())
                        + (branchedOff && !on.isEmpty() ? "  stands on " + on : ""));
    }

    private void drawSnapshot(Line line) {
        JsonNode snapshot = line.snapshot;
        String name = snapshot.path("name").asText();
        ObjectNode node = nodes.addObject().put("kind", "snapshot").put("name", name);
        node.put("depth", line.depth).put("created", snapshot.path("created").asText());
        String on = parent(snapshot);
        if (!on.isEmpty()) {
            node.put("parent", on);
        }
        node.set("holds", snapshot.path("holds"));
        boolean branchedOff = !line.before.isEmpty() && !on.isEmpty() && !on.equals(line.before);
        text.add(
                line.lead
                        + name.substring(name.indexOf('@'))
                        + "  "
                        + snapshot.path("created").asText()
                        + (snapshot.path("holds").isEmpty() ? "" : "  held")
                        + (branchedOff ? "  stands on " + on : ""));
    }

    boolean isEmpty() {
        return text.isEmpty();
    }

    /** A line a volume or snapshot. */
    void draw(Table out) {
        text.forEach(line -> out.row(line));
    }

    /** All in the order of drawing, each with its depth. */
    ObjectNode json() {
        ObjectNode json = ControlProtocol.JSON.createObjectNode();
        json.set("nodes", nodes);
        return json;
    }
}
