package io.stemma.server.server;

import com.fasterxml.jackson.databind.node.ObjectNode;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.stream.Export;
import io.stemma.engine.stream.Import;
import io.stemma.engine.stream.ImportMark;
import io.stemma.engine.stream.ImportMarks;
import io.stemma.engine.stream.StreamHeader;
import io.stemma.engine.stream.StreamTotals;
import io.stemma.engine.stream.Waiting;
import io.stemma.engine.volume.Snapshot;
import io.stemma.engine.volume.Volume;
import io.stemma.engine.volume.VolumeBackend;
import io.stemma.server.cli.AdministrationException;
import io.stemma.server.cli.ControlProtocol;
import io.stemma.server.cli.Payload;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;

/**
 * Snapshots as streams. They run beside other operations, at most {@link #STREAMS_MAX} at a time;
 * what changes the pool at their begin and end has the turn of the administration.
 */
final class StreamAdministration {
    /** Streams at one time, each with 8 MiB of memory; the next is refused. */
    static final int STREAMS_MAX = 4;

    private final VolumeBackend backend;
    private final Estate estate;
    private final Object turn;
    private final ImportMarks marks;
    private final Semaphore room = new Semaphore(STREAMS_MAX);
    private volatile boolean closed;

    /**
     * Over an opened pool.
     *
     * @param turn the lock of whoever changes the pool
     */
    StreamAdministration(VolumeBackend backend, Estate estate, Object turn) {
        this.backend = backend;
        this.estate = estate;
        this.turn = turn;
        marks = new ImportMarks(backend);
    }

    private void enter() throws AdministrationException {
        if (closed) {
            throw new AdministrationException("the server is ending; try again when it is up");
        }
        if (!room.tryAcquire()) {
            throw new AdministrationException(
                    STREAMS_MAX + " streams are under way, which is the most; wait for one to end");
        }
    }

    ObjectNode exported(ObjectNode arguments, Payload payload) throws AdministrationException {
        enter();
        try {
            Snapshot snapshot = estate.volumes().snapshot(arguments.path("name").asText());
            String base = arguments.path("base").asText();
            Export export =
                    new Export(
                            backend,
                            snapshot,
                            base.isEmpty() ? null : estate.volumes().snapshot(base),
                            Waiting.ASLEEP);
            StreamTotals totals = export.run(payload::write, payload::progress);
            return described(export.header(), totals).put("name", snapshot.fullName());
        } catch (IOException failed) {
            throw new AdministrationException(
                    "the export ended early: " + Explanation.of(failed), failed);
        } finally {
            room.release();
        }
    }

    private static ObjectNode described(StreamHeader header, StreamTotals totals) {
        ObjectNode node = ControlProtocol.JSON.createObjectNode();
        long block = header.geometry().logicalBlockBytes();
        node.put("exportedAs", header.fullName()).put("snapshotId", header.snapshot().toString());
        node.put("base", header.baseName());
        node.put("sizeBytes", header.geometry().sizeBytes());
        node.put("records", totals.records());
        node.put("dataBytes", totals.dataBlocks() * block);
        node.put("zeroBytes", totals.zeroBlocks() * block);
        return node;
    }

    ObjectNode imported(ObjectNode arguments, Payload payload) throws AdministrationException {
        enter();
        String name = "";
        boolean full = false;
        try (Import in = new Import(backend, payload::read, Waiting.ASLEEP)) {
            full = in.header().isFull();
            name = begin(in, arguments);
            StreamTotals totals = in.run(payload::progress);
            synchronized (turn) {
                Snapshot made = in.finish();
                return described(in.header(), totals).put("name", made.fullName());
            }
        } catch (IOException failed) {
            throw new AdministrationException(
                    "the import ended early: " + Explanation.of(failed) + advice(name, full),
                    failed);
        } finally {
            room.release();
        }
    }

    /** Returns the name of the volume. */
    private String begin(Import in, ObjectNode arguments)
            throws AdministrationException, DeviceException {
        StreamHeader header = in.header();
        String as = arguments.path("as").asText();
        String onto = arguments.path("onto").asText();
        boolean resume = arguments.path("resume").asBoolean(false);
        synchronized (turn) {
            if (!as.isEmpty() || (header.isFull() && onto.isEmpty())) {
                String name = as.isEmpty() ? header.volumeName() : as;
                String wrong = Names.checkVolume(name).orElse("");
                if (!wrong.isEmpty()) {
                    throw new AdministrationException(wrong);
                }
                in.intoNew(name, !arguments.path("writeThrough").asBoolean(false), resume);
                return name;
            }
            Volume volume = estate.volumes().volume(onto.isEmpty() ? header.volumeName() : onto);
            String name = volume.description().name();
            List<String> mapped = estate.mappings(volume.description().id());
            if (!mapped.isEmpty()) {
                throw new AdministrationException(
                        "volume \""
                                + name
                                + "\" is mapped as "
                                + String.join(", ", mapped)
                                + ", and hosts must not use it while it is written; unmap it first"
                                + " with stemma lun unmap");
            }
            in.onto(volume, arguments.path("forceRevert").asBoolean(false), resume);
            return name;
        }
    }

    private String advice(String name, boolean full) {
        if (name.isEmpty()) {
            return "";
        }
        return "; volume \""
                + name
                + "\" holds half of it: repeat the command with --resume, or throw it away with"
                + (full
                        ? " stemma volume delete " + name
                        : " stemma volume revert to the snapshot it began from");
    }

    /** What stands half imported, for the status. */
    List<String> halfDone() {
        List<String> found = new ArrayList<>();
        for (Volume volume : backend.volumes()) {
            ImportMark mark = marks.of(volume.description().id()).orElse(null);
            if (mark != null) {
                found.add(
                        "volume "
                                + volume.description().name()
                                + " holds an import of snapshot "
                                + mark.snapshotName()
                                + " that is under way or was broken off, with "
                                + 100 * mark.nextBlock() / mark.blockCount()
                                + " % of the volume done; if none runs, repeat stemma snapshot"
                                + " import with --resume"
                                + advice(volume, mark));
            }
        }
        return found;
    }

    private String advice(Volume volume, ImportMark mark) {
        String name = volume.description().name();
        return mark.base() == null
                ? ", or throw it away with stemma volume delete " + name
                : ", or throw it away with stemma volume revert "
                        + estate.volumes().name(mark.base());
    }

    /** Refuses to show hosts what is half there. */
    void requireWhole(String name) throws AdministrationException {
        for (Volume volume : backend.volumes()) {
            if (volume.description().name().equals(name)
                    && marks.of(volume.description().id()).isPresent()) {
                throw new AdministrationException(
                        "volume \""
                                + name
                                + "\" holds half of an import, which no host must see; stemma"
                                + " status says what to do");
            }
        }
    }

    /** After a volume was reverted: what was half imported is thrown away. */
    ObjectNode reverted(ObjectNode volume) throws DeviceException {
        for (Volume one : backend.volumes()) {
            if (one.description().name().equals(volume.path("name").asText())) {
                marks.forget(one.description().id());
            }
        }
        return volume;
    }

    /** After a volume was deleted. */
    ObjectNode swept(ObjectNode volume) throws DeviceException {
        marks.sweep();
        return volume;
    }

    /** Waits for streams under way, whose connections are closed, and refuses later ones. */
    void close() {
        if (!closed) {
            closed = true;
            room.acquireUninterruptibly(STREAMS_MAX); // For ever: nobody enters any more.
        }
    }
}
