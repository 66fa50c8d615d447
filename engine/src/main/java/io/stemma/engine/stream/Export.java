package io.stemma.engine.stream;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.runtime.Limits;
import io.stemma.engine.volume.PointsInTime;
import io.stemma.engine.volume.Snapshot;
import io.stemma.engine.volume.Volume;
import io.stemma.engine.volume.VolumeBackend;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayDeque;

/**
 * A snapshot on its way out, whole or as the difference to another. At most {@code
 * Limits.STREAM_PIECES} reads are under way, and nothing is read that no layer holds. A sink that
 * does not take bytes holds up this stream and nothing else. One thread, one run.
 */
public final class Export {
    private final PointsInTime points;
    private final Waiting waiting;
    private final StreamHeader header;
    private final Volume volume;
    private final @Nullable Volume from;
    private final ArrayDeque<Piece> free = new ArrayDeque<>();
    private final ArrayDeque<Piece> under = new ArrayDeque<>();
    private final int blockBytes;

    /**
     * Prepares it.
     *
     * @param base the snapshot that the other side has, of the same tree; null: all of it
     * @throws IllegalArgumentException if the two have nothing in common
     */
    public Export(
            VolumeBackend backend, Snapshot snapshot, @Nullable Snapshot base, Waiting waiting)
            throws DeviceException {
        this.waiting = waiting;
        points =
                backend.facet(PointsInTime.class)
                        .orElseThrow(
                                () -> new IllegalArgumentException("the pool has no snapshots"));
        if (snapshot.equals(base)) {
            throw new IllegalArgumentException(
                    "\"" + snapshot.fullName() + "\" is its own base: name an older snapshot");
        }
        volume = points.open(snapshot);
        from = base == null ? null : points.open(base);
        blockBytes = snapshot.geometry().logicalBlockBytes();
        Lineage lineage = new Lineage(backend.registry());
        header =
                new StreamHeader(
                        snapshot.geometry(),
                        snapshot.originId(),
                        snapshot.originName(),
                        lineage.of(snapshot),
                        snapshot.name(),
                        snapshot.createdWallMillis(),
                        base == null ? null : lineage.of(base),
                        base == null ? "" : base.fullName());
        points.difference(from, volume, (first, count, mapped) -> {});
    }

    /** What the stream begins with. */
    public StreamHeader header() {
        return header;
    }

    /**
     * Writes the stream.
     *
     * @throws IOException of the sink, or a {@link DeviceException} of the snapshot; what was
     *     written until then is no whole stream, and no import takes it for one
     */
    public StreamTotals run(Sink sink, StreamProgress progress) throws IOException {
        for (int i = 0; i < Limits.STREAM_PIECES; i++) {
            free.add(new Piece());
        }
        StreamWriter writer = new StreamWriter(sink);
        try {
            writer.header(header);
            RunBatch batch = new RunBatch();
            long done = 0;
            long total = -1;
            do {
                batch.startAt(batch.end());
                points.difference(from, volume, batch);
                total = total < 0 ? batch.totalBlocks() : total;
                for (int i = 0; i < batch.size(); i++) {
                    run(batch.first(i), batch.count(i), batch.mapped(i), writer);
                    done += batch.count(i);
                    progress.at(done * blockBytes, total * blockBytes);
                }
            } while (batch.more());
            while (!under.isEmpty()) {
                oldest(writer);
            }
            return writer.end();
        } finally {
            under.forEach(Piece::cancel);
        }
    }

    private void run(long first, long count, boolean mapped, StreamWriter writer)
            throws IOException {
        long most = Limits.STREAM_RECORD_BYTES_MAX / blockBytes;
        long end = first + count;
        for (long block = first; block < end; ) {
            long blocks = mapped ? Math.min(most, end - block) : end - block;
            if (free.isEmpty()) {
                oldest(writer);
            }
            Piece piece = free.remove();
            if (mapped) {
                piece.read(block, blocks, piece.memoryAddress());
                piece.start(volume);
            } else {
                piece.unmap(block, blocks); // Never started: it only keeps its place in the row.
            }
            under.add(piece);
            block += blocks;
        }
    }

    private void oldest(StreamWriter writer) throws IOException {
        Piece piece = under.remove();
        free.add(piece);
        if (piece.kind() == Piece.Kind.UNMAP) {
            writer.zeroes(piece.firstBlock(), piece.blockCount());
            return;
        }
        piece.endedWell(waiting);
        int length = Math.toIntExact(piece.blockCount() * blockBytes);
        writer.data(piece.firstBlock(), piece.blockCount(), piece.bytes(length));
    }
}
