package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.layer.Layer;
import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Merges layers in the background, one step of one edge at a time, each with the turn of the tree.
 * Nothing of it is remembered over a restart: what is moved is moved, and an edge begun again skips
 * it. Its lane only; {@link #wake}, {@link #tick} and the questions any thread.
 */
final class Merger {
    private static final Logger LOG = LoggerFactory.getLogger(Merger.class);

    private final Pool pool;
    private final PoolPointsInTime points;
    private final PoolLayers tree;
    private final Flattening flattening;
    private final AtomicBoolean running = new AtomicBoolean();
    private final Runnable turn = this::turn;
    private volatile boolean wanted = true;
    private volatile boolean paused;
    private volatile boolean closed;
    private volatile List<Edge> waiting = List.of();
    private volatile @Nullable EdgeMove move;
    private int ticksToRetry;

    Merger(Pool pool, PoolPointsInTime points, Registry registry) {
        this.pool = pool;
        this.points = points;
        tree = pool.layers();
        flattening = new Flattening(pool, registry);
    }

    /** The tree changed, or its turn is free. Does not block. */
    void wake() {
        wanted = true;
        go();
    }

    /** From time to time: looks again after a fault, and for what hosts have hidden meanwhile. */
    void tick() {
        if (--ticksToRetry <= 0) {
            ticksToRetry = Limits.MERGE_RETRY_TICKS;
            wake();
        }
    }

    void pause(boolean pause) {
        paused = pause;
        if (!pause) {
            wake();
        }
    }

    /** Begins no more steps. */
    void close() {
        closed = true;
    }

    /** Takes up again what a run before did not end. */
    void recovered(Collection<FileVolume> volumes) {
        flattening.recovered(volumes);
    }

    /** Makes a volume hold all that it sees. */
    void flatten(FileVolume volume) throws DeviceException {
        flattening.add(volume);
        wake();
    }

    List<PointsInTime.Merge> list() {
        List<PointsInTime.Merge> all = new ArrayList<>();
        EdgeMove now = move;
        if (now != null) {
            all.add(now.progress(!paused));
        }
        for (Edge edge : waiting) {
            if (now == null || !now.edge().equals(edge)) {
                all.add(
                        new PointsInTime.Merge(
                                words(edge), 0, edge.parent().presence().blockCount(), 0, false));
            }
        }
        all.addAll(flattening.list(!paused));
        return all;
    }

    static String words(Edge edge) {
        return switch (edge.way()) {
            case INTO_CHILD -> "layer " + edge.parent().key() + " into " + edge.child().key();
            case INTO_PARENT -> "layer " + edge.child().key() + " into " + edge.parent().key();
            case TRIM -> "layer " + edge.parent().key() + " under " + edge.child().key();
        };
    }

    private void go() {
        if (closed || paused || !running.compareAndSet(false, true)) {
            return;
        }
        if (!pool.threads().merge(turn)) {
            running.set(false);
        }
    }

    private void turn() {
        boolean more = false;
        try {
            // Before the try: whoever has the turn wakes this when it leaves.
            wanted = false;
            if (!closed && !paused && !pool.journal().failed() && tree.turn().tryEnter()) {
                try {
                    more = step();
                } finally {
                    tree.turn().leaveUntold();
                }
            }
        } catch (IOException failed) {
            move = null;
            LOG.warn("Layers are not merged now: {}", failed.toString());
        } catch (RuntimeException broken) {
            move = null;
            paused = true;
            LOG.error("Merging stops: a defect of this program", broken);
        } finally {
            running.set(false);
        }
        if (more || wanted) {
            go();
        }
    }

    /** One step; whether there may be another. */
    private boolean step() throws IOException {
        EdgeMove now = move;
        if (now == null || !stillThere(now.edge())) {
            now = next();
            move = now;
        }
        if (now == null) {
            return flattening.step();
        }
        if (now.step()) {
            move = null;
        }
        return true;
    }

    private @Nullable EdgeMove next() {
        List<Edge> found = Edges.find(tree, points);
        waiting = found;
        return found.isEmpty() ? null : new EdgeMove(pool, points, found.getFirst());
    }

    /** Whether an edge is as it was when it was chosen. */
    private boolean stillThere(Edge edge) {
        Layer.Below below = edge.child().below();
        List<Layer> over = tree.children(edge.parent());
        FileVolume host = edge.host();
        boolean headStill =
                host == null
                        || (host.layer() == edge.child()
                                && host.admission().serves()
                                && !host.layers().cutting());
        return headStill
                && below != null
                && below.parent() == edge.parent()
                && over.size() == 1
                && !points.named().hasName(edge.parent());
    }
}
