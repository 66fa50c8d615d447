package io.stemma.engine.volume;

import io.stemma.engine.layer.Layer;
import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds the edges of a tree that are worth some work now. The caller has the turn. */
final class Edges {
    private final PoolLayers tree;
    private final Map<Layer, FileVolume> heads = new HashMap<>();
    private final Set<Layer> fixed = new HashSet<>();

    /** Heads that are being cut, and what a cut has just made of them. */
    private final Set<Layer> cut = new HashSet<>();

    private final Map<Layer, List<Layer>> children = new HashMap<>();

    private Edges(PoolLayers tree, PoolPointsInTime points) {
        this.tree = tree;
        for (NamedLayer named : points.named().all()) {
            fixed.add(named.layer());
        }
        for (FileVolume reader : tree.readers()) {
            if (!reader.admission().has(Admission.READ_ONLY)) {
                heads.put(reader.layer(), reader);
            }
            if (reader.layers().cutting()) {
                Layer head = reader.layer();
                cut.add(head);
                Layer.Below below = head.below();
                if (below != null) {
                    cut.add(below.parent());
                }
            }
        }
        for (Layer layer : tree.layers()) {
            Layer.Below below = layer.below();
            if (below != null) {
                children.computeIfAbsent(below.parent(), parent -> new ArrayList<>()).add(layer);
            }
        }
    }

    /** All edges with work to do, those that move least first. */
    static List<Edge> find(PoolLayers tree, PoolPointsInTime points) {
        Edges edges = new Edges(tree, points);
        record Weighed(Edge edge, long blocks) {}
        List<Weighed> found = new ArrayList<>();
        for (Layer parent : tree.layers()) {
            Layer child = edges.onlyChild(parent);
            if (child != null && edges.ready(parent, child)) {
                Edge edge = edges.weigh(parent, child);
                if (edge != null) {
                    found.add(new Weighed(edge, moved(edge)));
                }
            }
        }
        return found.stream()
                .sorted(Comparator.comparingLong(Weighed::blocks))
                .map(Weighed::edge)
                .toList();
    }

    private @Nullable Layer onlyChild(Layer parent) {
        List<Layer> over = children.getOrDefault(parent, List.of());
        boolean free = !fixed.contains(parent) && !heads.containsKey(parent);
        return free && over.size() == 1 ? over.getFirst() : null;
    }

    /** Whether all that is known of both is durable, or is a head whose volume serves. */
    private boolean ready(Layer parent, Layer child) {
        if (cut.contains(parent) || cut.contains(child) || !tree.adopt(parent)) {
            return false;
        }
        FileVolume host = heads.get(child);
        if (host != null) {
            return host.admission().serves() && !host.layers().cutting();
        }
        return tree.adopt(child);
    }

    private @Nullable Edge weigh(Layer parent, Layer child) {
        FileVolume host = heads.get(child);
        long shown = LayerSpace.shown(parent, child);
        long held = LayerSpace.held(child);
        if (shown <= held) {
            return new Edge(parent, child, host, Edge.Way.INTO_CHILD);
        }
        if (host == null) {
            return new Edge(parent, child, null, Edge.Way.INTO_PARENT);
        }
        // What hosts write is never moved down; the parent stays until the next snapshot.
        long hidden = LayerSpace.held(parent) - shown;
        long worth = Math.clamp(parent.presence().blockCount() / 64, 1, Limits.TRIM_BLOCKS_WORTH);
        return hidden >= worth ? new Edge(parent, child, host, Edge.Way.TRIM) : null;
    }

    private static long moved(Edge edge) {
        return switch (edge.way()) {
            case INTO_CHILD -> LayerSpace.shown(edge.parent(), edge.child());
            case INTO_PARENT -> LayerSpace.held(edge.child());
            case TRIM -> 0;
        };
    }
}
