package io.stemma.engine.stream;

import io.stemma.engine.block.BlockRequest;
import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.runtime.Invariant;
import io.stemma.engine.runtime.Limits;
import io.stemma.engine.volume.PointsInTime;
import io.stemma.engine.volume.Snapshot;
import io.stemma.engine.volume.Volume;
import io.stemma.engine.volume.VolumeBackend;
import io.stemma.engine.volume.VolumeSpecification;
import io.stemma.engine.volume.WriteTap;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A stream on its way in: {@link #intoNew} or {@link #onto}, {@link #run}, {@link #finish}. Before
 * its first change the volume is marked as half imported, durably; the mark goes when the snapshot
 * has its name. A stream that ends early, is damaged or meets a full disk leaves the mark: the
 * import is resumed with the same snapshot's stream, or thrown away by reverting to the base or
 * deleting the new volume. What is refused is an {@link IllegalArgumentException}. One thread.
 */
public final class Import implements AutoCloseable {
    private final VolumeBackend backend;
    private final PointsInTime points;
    private final Waiting waiting;
    private final StreamReader reader;
    private final StreamHeader header;
    private final ImportMarks marks;
    private final Lineage lineage;
    private final List<Piece> pieces = new ArrayList<>();
    private final Watch watch = new Watch();
    private @Nullable Volume target;
    private @Nullable ImportMark mark;
    private int turn;
    private long unflushedBytes;
    private long unflushedRecords;

    /** Sees that nobody else changes the volume meanwhile. */
    private final class Watch implements WriteTap {
        private volatile boolean others;

        void forgive() {
            others = false;
        }

        @Override
        public boolean before(BlockRequest request, Runnable proceed) {
            if (!(request instanceof Piece piece) || !pieces.contains(piece)) {
                others = true;
            }
            return true;
        }

        @Override
        public void replaced(long firstBlock, long blockCount) {
            others = true;
        }

        @Override
        public void after(BlockRequest request, @Nullable DeviceFault fault) {}

        void check() {
            if (others) {
                throw new IllegalArgumentException(
                        "somebody else changed the volume during the import, which therefore is"
                                + " not what the stream says: revert it to the base, or delete it"
                                + " if it is new, and begin again");
            }
        }
    }

    /**
     * Reads and judges the header.
     *
     * @throws StreamException if it is none, or of a newer server
     */
    public Import(VolumeBackend backend, Source source, Waiting waiting) throws IOException {
        this.backend = backend;
        this.waiting = waiting;
        points =
                backend.facet(PointsInTime.class)
                        .orElseThrow(
                                () -> new IllegalArgumentException("the pool has no snapshots"));
        marks = new ImportMarks(backend);
        lineage = new Lineage(backend.registry());
        reader = StreamReader.open(source);
        header = reader.header();
        for (int i = 0; i < Limits.STREAM_PIECES; i++) {
            pieces.add(new Piece());
        }
    }

    /** What the stream begins with. */
    public StreamHeader header() {
        return header;
    }

    /**
     * Takes a full stream into a new volume.
     *
     * @param resume whether to go on where an earlier import of it stopped, if there is one
     */
    public void intoNew(String name, boolean writeCache, boolean resume) throws DeviceException {
        if (!header.isFull()) {
            throw new IllegalArgumentException(
                    "the stream tells what \""
                            + header.fullName()
                            + "\" changed since \""
                            + header.baseName()
                            + "\": name a volume that is as that was, to bring it onto");
        }
        sweep();
        Optional<Volume> there = backend.volume(name);
        if (there.isEmpty()) {
            VolumeSpecification wanted =
                    new VolumeSpecification(name, header.geometry(), writeCache);
            Volume made = backend.create(wanted);
            claim(made);
            begin(made, fresh(null));
            return;
        }
        Volume volume = there.get();
        claim(volume);
        ImportMark old = marks.of(volume.description().id()).orElse(null);
        if (!resume) {
            throw new IllegalArgumentException(
                    "volume \""
                            + name
                            + "\" exists already"
                            + (old == null
                                    ? ": give the new one another name"
                                    : " and holds half of an import: resume it, or delete the"
                                            + " volume"));
        }
        if (old == null && reusable(volume)) {
            begin(volume, fresh(null));
        } else {
            begin(volume, resumed(volume, old));
        }
    }

    /** Killed between the creation of the volume and its mark, an import left this. */
    private boolean reusable(Volume volume) throws DeviceException {
        return volume.geometry().equals(header.geometry()) && marks.untouched(volume, null);
    }

    /**
     * Takes the difference to a snapshot onto a volume that is as that snapshot.
     *
     * @param revert whether to make the volume so first; what is in no snapshot is lost then
     * @param resume whether to go on where an earlier import of it stopped, if there is one
     */
    public void onto(Volume volume, boolean revert, boolean resume) throws DeviceException {
        if (header.isFull()) {
            throw new IllegalArgumentException(
                    "the stream is all of \""
                            + header.fullName()
                            + "\", which becomes a new volume: name one that does not exist");
        }
        sweep();
        claim(volume);
        ImportMark old = marks.of(volume.description().id()).orElse(null);
        Snapshot base = base(volume, old);
        if (revert) {
            points.revert(volume, base);
            watch.forgive();
        }
        if (old != null && marks.untouched(volume, base)) {
            marks.forget(volume.description().id()); // Reverted: nothing of it is left.
            old = null;
        }
        if (old != null) {
            begin(volume, onward(volume, base, old, resume));
        } else {
            requireUntouched(volume, base);
            begin(volume, fresh(base));
            marks.hold(volume.description().id(), base);
        }
        resize(volume);
    }

    /** One of its own or, for a clone, the one below. */
    private Snapshot base(Volume volume, @Nullable ImportMark old) {
        Snapshot parent = points.parent(volume).orElse(null);
        for (Snapshot one : points.snapshots()) {
            boolean near =
                    one.originId().equals(volume.description().id())
                            || (parent != null && one.id().equals(parent.id()))
                            || (old != null && one.id().equals(old.base()));
            if (near && lineage.of(one).equals(header.base())) {
                return one;
            }
        }
        throw new IllegalArgumentException(
                "volume \""
                        + volume.description().name()
                        + "\" has no snapshot that is \""
                        + header.baseName()
                        + "\" ("
                        + header.base()
                        + "), to which the stream tells the difference: import that one first, or"
                        + " a stream of all");
    }

    private ImportMark onward(Volume volume, Snapshot base, ImportMark old, boolean resume) {
        if (!resume) {
            throw new IllegalArgumentException(
                    "volume \""
                            + volume.description().name()
                            + "\" holds half of an import of \""
                            + old.snapshotName()
                            + "\": resume it, or throw it away by reverting to \""
                            + base.fullName()
                            + "\"");
        }
        return resumed(volume, old);
    }

    private ImportMark resumed(Volume volume, @Nullable ImportMark old) {
        if (old == null || !old.isOf(header)) {
            throw new IllegalArgumentException(
                    "volume \""
                            + volume.description().name()
                            + "\" holds no half of an import of \""
                            + header.fullName()
                            + "\""
                            + (old == null ? "" : " but one of \"" + old.snapshotName() + "\"")
                            + ": nothing can be resumed");
        }
        return old;
    }

    private void requireUntouched(Volume volume, Snapshot base) throws DeviceException {
        String name = volume.description().name();
        if (points.snapshot(name + Snapshot.SEPARATOR + header.snapshotName()).isPresent()) {
            throw new IllegalArgumentException(
                    "volume \""
                            + name
                            + "\" has a snapshot \""
                            + header.snapshotName()
                            + "\" already: rename or delete it, if it is another one");
        }
        if (!marks.untouched(volume, base)) {
            throw new IllegalArgumentException(
                    "volume \""
                            + name
                            + "\" is not what it was at \""
                            + base.fullName()
                            + "\", to which the stream tells the difference: revert it to that"
                            + " first, or let the import do so; what is in no snapshot is lost"
                            + " then");
        }
    }

    private ImportMark fresh(@Nullable Snapshot base) {
        return new ImportMark(
                header.snapshot(),
                header.snapshotName(),
                base == null ? null : base.id(),
                header.geometry().blockCount(),
                0,
                0,
                false);
    }

    private void sweep() throws DeviceException {
        marks.sweep();
        lineage.sweep(points);
    }

    /** From here on others are seen, and no other import has it. */
    private void claim(Volume volume) {
        if (volume.geometry().logicalBlockBytes() != header.geometry().logicalBlockBytes()) {
            throw new IllegalArgumentException(
                    "the stream has blocks of "
                            + header.geometry().logicalBlockBytes()
                            + " bytes and volume \""
                            + volume.description().name()
                            + "\" has blocks of "
                            + volume.geometry().logicalBlockBytes()
                            + ": name a volume with the same");
        }
        try {
            volume.tap(watch);
        } catch (IllegalStateException taken) {
            throw new IllegalArgumentException(
                    "something else works on volume \""
                            + volume.description().name()
                            + "\": wait until it has ended",
                    taken);
        }
        target = volume;
    }

    private void begin(Volume volume, ImportMark from) throws DeviceException {
        mark = from;
        marks.put(volume.description().id(), from);
    }

    private void resize(Volume volume) throws DeviceException {
        if (volume.geometry().blockCount() != mark().blockCount()) {
            backend.resize(volume, mark().blockCount(), true);
        }
    }

    private Volume target() {
        return Objects.requireNonNull(target, "an import has begun before it runs");
    }

    private ImportMark mark() {
        return Objects.requireNonNull(mark, "an import that has begun has a mark");
    }

    /**
     * Brings in all records. When it returns, the stream was found whole and right, and is durable.
     *
     * @return what was in the stream; less if an earlier import had read it to its end
     * @throws IOException of the source; {@link StreamException} if the stream is not right, {@link
     *     DeviceException} of the volume: in all cases it can be resumed
     */
    public StreamTotals run(StreamProgress progress) throws IOException {
        if (mark().whole()) {
            return StreamTotals.NONE;
        }
        long blockBytes = header.geometry().logicalBlockBytes();
        long total = header.geometry().sizeBytes();
        try {
            while (reader.next()) {
                record();
                progress.at(reader.end() * blockBytes, total);
            }
            checkpoint(mark().atEnd());
        } catch (IOException | IllegalArgumentException ended) {
            pieces.forEach(piece -> piece.ended(waiting));
            throw ended;
        }
        return reader.totals();
    }

    private void record() throws IOException {
        long from = mark().nextBlock();
        Piece piece = pieces.get(turn);
        turn = (turn + 1) % pieces.size();
        piece.endedWell(waiting);
        if (reader.isData()) {
            // Read even where it is not needed any more: a bad byte there is a bad stream.
            reader.payload(piece.bytes(reader.payloadBytes()));
        }
        if (reader.end() <= from) {
            return;
        }
        if (reader.isData()) {
            piece.write(reader.first(), reader.blocks(), piece.memoryAddress(), false);
        } else {
            piece.unmap(reader.first(), reader.blocks());
        }
        piece.start(target());
        unflushedBytes += reader.payloadBytes();
        unflushedRecords++;
        if (unflushedBytes >= Limits.STREAM_UNFLUSHED_BYTES_MAX
                || unflushedRecords >= Limits.STREAM_UNFLUSHED_RECORDS_MAX) {
            checkpoint(mark().at(reader.end(), reader.number()));
        }
    }

    /** All up to here becomes durable, then the mark says so. */
    private void checkpoint(ImportMark next) throws IOException {
        for (Piece piece : pieces) {
            piece.endedWell(waiting);
        }
        watch.check();
        Piece flush = pieces.get(turn);
        flush.flush();
        flush.start(target());
        flush.endedWell(waiting);
        marks.put(target().description().id(), next);
        mark = next;
        unflushedBytes = 0;
        unflushedRecords = 0;
    }

    /** Takes the snapshot, after {@link #run}. */
    public Snapshot finish() throws DeviceException {
        Invariant.check(mark().whole(), "an import is finished when it was read to its end");
        Volume volume = target();
        Snapshot made = snapshot(volume);
        lineage.record(made, header.snapshot());
        marks.forget(volume.description().id());
        return made;
    }

    private Snapshot snapshot(Volume volume) throws DeviceException {
        String full = volume.description().name() + Snapshot.SEPARATOR + header.snapshotName();
        Optional<Snapshot> before = points.snapshot(full);
        if (before.isPresent()) {
            return before.get(); // Killed before the mark was taken off.
        }
        try (PointsInTime.Cut cut = points.prepare(List.of(volume))) {
            cut.cut();
            watch.check();
            return cut.complete(header.snapshotName()).getFirst();
        }
    }

    /** Lets go of the volume, whatever state it is in. */
    @Override
    public void close() {
        Volume volume = target;
        if (volume != null) {
            pieces.forEach(BlockRequest::cancel);
            volume.tap(null);
        }
    }
}
