package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.journal.TreeRecord;
import io.stemma.engine.journal.TreeRecord.EdgeClosed;
import io.stemma.engine.journal.TreeRecord.LayerMerged;
import io.stemma.engine.journal.TreeRecord.LayerTrimmed;
import io.stemma.engine.layer.BlockState;
import io.stemma.engine.layer.Layer;
import io.stemma.engine.layer.PresenceMap;
import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The work on one edge, step by step. A step copies what is to move, makes it durable and barriers
 * what it relied upon, puts a record of its range, and gives the old place back when nobody can
 * read it any more. Whoever calls has the turn.
 */
final class EdgeMove {
    private final Pool pool;
    private final PoolPointsInTime points;
    private final Edge edge;
    private final BlockCopier copier;
    private final long end;
    private long position;
    private volatile long looked;

    EdgeMove(Pool pool, PoolPointsInTime points, Edge edge) {
        this.pool = pool;
        this.points = points;
        this.edge = edge;
        copier = new BlockCopier(edge.host());
        Layer source = edge.way() == Edge.Way.INTO_PARENT ? edge.child() : edge.parent();
        long other = edge.way() == Edge.Way.INTO_PARENT ? edge.parent().presence().blockCount() : 0;
        end = Math.max(source.presence().blockCount(), other);
    }

    Edge edge() {
        return edge;
    }

    PointsInTime.Merge progress(boolean running) {
        return new PointsInTime.Merge(
                Merger.words(edge), looked, end, copier.copiedBytes(), running);
    }

    /** One step; true when the edge is done. */
    boolean step() throws IOException {
        if (position >= end) {
            close();
            return true;
        }
        requireRoom();
        long first = position;
        position =
                switch (edge.way()) {
                    case INTO_CHILD -> intoChild(first);
                    case INTO_PARENT -> intoParent(first);
                    case TRIM -> trim(first);
                };
        looked = position;
        return edge.way() == Edge.Way.TRIM && position >= end;
    }

    /** A merge gives back more than it takes, so it may have the ballast. */
    private void requireRoom() throws IOException {
        long most = (long) Limits.MERGE_BLOCKS_MAX * Limits.LAYER_BLOCK_BYTES;
        if (edge.way() != Edge.Way.TRIM && !pool.space().makeRoom(most)) {
            throw new DeviceException(pool.space().refusal("merge"));
        }
    }

    private long intoChild(long first) throws IOException {
        Layer parent = edge.parent();
        Layer child = edge.child();
        FileVolume host = edge.host();
        long visible = Math.min(visible(), parent.presence().blockCount());
        long last = Math.min(first + Limits.MERGE_LOOK_BLOCKS_MAX, end);
        if (host != null) {
            host.punches().keep(first, last - first);
        }
        try {
            long until = copier.copy(parent, child, first, Math.min(last, visible));
            // Beyond what is visible there is nothing to move.
            until = until >= visible ? last : until;
            if (until == first) {
                return first;
            }
            if (!pool.makes(Plant.RECORD_BEFORE_DATA)) {
                settle(child);
            }
            if (pool.makes(Plant.PUNCH_BEFORE_RECORD)) {
                giveBack(parent, first, until);
            }
            commit(new LayerMerged(child.key(), true, first, until - first));
            if (host != null) {
                show(parent, child, first, Math.min(until, visible));
            }
            giveBack(parent, first, until);
            return until;
        } finally {
            if (host != null) {
                host.punches().keep(0, 0);
            }
        }
    }

    /** What was copied, and what was taken for there already, is durable and barriered. */
    private void settle(Layer receiver) throws IOException {
        FileVolume host = edge.host();
        if (host != null) {
            if (copier.takeCopied()) {
                host.unsynced().add(Limits.LAYER_BLOCK_BYTES);
            }
            if (pool.makes(Plant.MERGE_TRUSTS_PENDING)) {
                receiver.file().dataSync();
            } else {
                ControlFlush.run(host);
            }
        } else {
            receiver.file().dataSync();
        }
    }

    private void commit(TreeRecord record) throws DeviceException {
        pool.journal().commit(record);
    }

    /** The map of a head is not the journal's: it learns here what the record said. */
    private static void show(Layer parent, Layer child, long first, long until) {
        for (long block = first; block < until; ) {
            BlockState state = parent.presence().get(block);
            long run = Math.max(1, parent.presence().run(block, until - block, state));
            if (state != BlockState.ABSENT) {
                child.presence().setWhere(block, run, BlockState.ABSENT, state);
            }
            block += run;
        }
    }

    /** Gives back the space of all data of a layer in a range, which is somewhere else now. */
    private void giveBack(Layer from, long first, long until) throws IOException {
        pool.layers().owners().forget(from);
        awaitReaders();
        new RunsOfData(from, first, until).punch(pool.space(), from.file());
    }

    private void awaitReaders() throws DeviceException {
        if (!pool.makes(Plant.READER_OF_PUNCHED_LAYER)) {
            pool.layers().drainReaders();
        }
    }

    private long intoParent(long first) throws IOException {
        Layer parent = edge.parent();
        Layer child = edge.child();
        if (first == 0) {
            begin(parent, child);
        }
        long held = child.presence().blockCount();
        long last = Math.min(first + Limits.MERGE_LOOK_BLOCKS_MAX, end);
        long until = copier.copy(child, parent, first, Math.min(last, held));
        until = until >= held ? last : until;
        if (until == first) {
            return first;
        }
        parent.file().dataSync();
        RunsOfData moved = new RunsOfData(child, first, Math.min(until, held));
        commit(new LayerMerged(child.key(), false, first, until - first));
        pool.layers().owners().forget(child);
        awaitReaders();
        moved.punchWhereGone(pool.space(), child);
        return until;
    }

    /** From now on nobody remembers what the parent shows, since that is about to change. */
    private void begin(Layer parent, Layer child) throws IOException {
        parent.changing(true);
        pool.layers().owners().forget(parent);
        long bytes = child.presence().blockCount() * Limits.LAYER_BLOCK_BYTES;
        if (parent.file().size() < bytes) {
            parent.file().resize(bytes);
            parent.file().dataSync();
        }
    }

    private long trim(long first) throws IOException {
        Layer parent = edge.parent();
        long last = Math.min(first + Limits.MERGE_LOOK_BLOCKS_MAX, end);
        List<LayerTrimmed> hidden = hidden(parent, edge.child(), first, last);
        if (hidden.isEmpty()) {
            return last;
        }
        LayerTrimmed end = hidden.getLast();
        long until = hidden.size() < Limits.TRIM_RUNS_MAX ? last : end.first() + end.count();
        RunsOfData before = new RunsOfData(parent, first, until);
        settle(edge.child());
        // Who saw one of these blocks absent in the child is still to find it in the parent.
        pool.layers().drainReaders();
        pool.journal().commit(hidden.toArray(LayerTrimmed[]::new));
        pool.layers().owners().forget(parent);
        awaitReaders();
        before.punchWhereGone(pool.space(), parent);
        if (pool.makes(Plant.MERGE_TRUSTS_PENDING)) {
            for (LayerTrimmed run : hidden) {
                long behind = run.first() + run.count();
                new RunsOfData(parent, run.first(), behind).punch(pool.space(), parent.file());
            }
        }
        return until;
    }

    /** The first runs of a range that the parent holds, the child holds or does not see. */
    private List<LayerTrimmed> hidden(Layer parent, Layer child, long first, long last) {
        List<LayerTrimmed> hidden = new ArrayList<>();
        PresenceMap above = child.presence();
        PresenceMap below = parent.presence();
        long end = Math.min(last, below.blockCount());
        long seen = Math.min(end, Math.min(visible(), above.blockCount()));
        long block = first;
        while (block < end && hidden.size() < Limits.TRIM_RUNS_MAX) {
            BlockState state = block < seen ? above.get(block) : BlockState.ZERO;
            long run = block < seen ? above.run(block, seen - block, state) : end - block;
            if (state != BlockState.ABSENT && !below.all(block, run, BlockState.ABSENT)) {
                hidden.add(new LayerTrimmed(parent.key(), block, run));
            }
            block += run;
        }
        return hidden;
    }

    private long visible() {
        Layer.Below below = edge.child().below();
        return below == null ? 0 : below.visibleBlocks();
    }

    private void close() throws IOException {
        Layer parent = edge.parent();
        Layer child = edge.child();
        boolean intoChild = edge.way() == Edge.Way.INTO_CHILD;
        if (!intoChild) {
            // Or its longer end would have no map while the child's place has one.
            parent.changing(true);
        }
        commit(new EdgeClosed(child.key(), intoChild));
        if (intoChild) {
            child.below(lower(parent.below(), child.below()));
        } else {
            takePlace(parent, child);
        }
        pool.layers().owners().forget(intoChild ? parent : child);
        pool.layers().dropGone();
        if (!intoChild) {
            parent.changing(false);
            long bytes = parent.presence().blockCount() * Limits.LAYER_BLOCK_BYTES;
            if (parent.file().size() > bytes) {
                parent.file().resize(bytes);
            }
        }
    }

    private void takePlace(Layer parent, Layer child) {
        for (Layer over : pool.layers().children(child)) {
            Layer.Below below = over.below();
            over.below(new Layer.Below(parent, below == null ? 0 : below.visibleBlocks()));
        }
        points.named().move(child, parent);
        parent.below(lower(parent.below(), child.below()));
    }

    /** What lies below, no more of it visible than both saw. */
    private static Layer.@Nullable Below lower(
            Layer.@Nullable Below of, Layer.@Nullable Below through) {
        if (of == null || through == null) {
            return null;
        }
        long visible = Math.min(of.visibleBlocks(), through.visibleBlocks());
        return new Layer.Below(of.parent(), visible);
    }
}
