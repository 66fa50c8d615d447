package io.stemma.engine.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.Geometry;
import io.stemma.engine.io.Folder;
import io.stemma.engine.io.Memory;
import io.stemma.engine.io.SimulatedDisk;
import io.stemma.engine.journal.JournalThreads;
import io.stemma.engine.volume.FileBackend;
import io.stemma.engine.volume.PointsInTime;
import io.stemma.engine.volume.Snapshot;
import io.stemma.engine.volume.SteppedThreads;
import io.stemma.engine.volume.TestClock;
import io.stemma.engine.volume.TestRequest;
import io.stemma.engine.volume.Volume;
import io.stemma.engine.volume.VolumeSpecification;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;

/** A pool on a simulated disk and one thread, and streams in memory. */
final class StreamRig {
    final SimulatedDisk disk;
    private SteppedThreads threads = new SteppedThreads();
    FileBackend backend;

    StreamRig(long seed) throws DeviceException {
        disk = new SimulatedDisk(seed);
        backend = open(disk.folder());
    }

    private FileBackend open(Folder folder) throws DeviceException {
        threads = new SteppedThreads();
        return FileBackend.open(folder, threads, JournalThreads.INLINE, new TestClock());
    }

    void restart(boolean sameBoot) throws DeviceException {
        backend = open(disk.restart(sameBoot));
    }

    PointsInTime points() {
        return backend.facet(PointsInTime.class).orElseThrow();
    }

    Waiting waiting() {
        return threads::runUntil;
    }

    Volume create(String name, long blocks, int blockBytes) throws DeviceException {
        Geometry geometry = new Geometry(blocks, blockBytes, 4096);
        return backend.create(new VolumeSpecification(name, geometry, true));
    }

    Volume volume(String name) {
        return backend.volume(name).orElseThrow();
    }

    Snapshot snapshot(Volume volume, String name) throws DeviceException {
        try (PointsInTime.Cut cut = points().prepare(List.of(volume))) {
            cut.cut();
            return cut.complete(name).getFirst();
        }
    }

    Snapshot named(String fullName) {
        return points().snapshot(fullName).orElseThrow();
    }

    @Nullable DeviceFault run(TestRequest request, Volume on) {
        request.on(on);
        threads.runUntil(request::done);
        return request.fault();
    }

    void write(Volume volume, long block, byte[] bytes) {
        Memory memory = Memory.of(bytes);
        TestRequest request = new TestRequest();
        request.keep(memory);
        int blocks = bytes.length / volume.geometry().logicalBlockBytes();
        request.write(block, blocks, memory.address(), false);
        assertThat(run(request, volume)).isNull();
    }

    void unmap(Volume volume, long block, long blocks) {
        TestRequest request = new TestRequest();
        request.unmap(block, blocks);
        assertThat(run(request, volume)).isNull();
    }

    /** All of it. */
    byte[] read(Volume volume) {
        int bytes = (int) volume.geometry().sizeBytes();
        Memory memory = new Memory(bytes);
        TestRequest request = new TestRequest();
        request.keep(memory);
        request.read(0, volume.geometry().blockCount(), memory.address());
        assertThat(run(request, volume)).isNull();
        return memory.get(bytes);
    }

    byte[] read(Snapshot snapshot) throws DeviceException {
        return read(points().open(snapshot));
    }

    /** Some writes and unmaps anywhere. */
    void scribble(Volume volume, Random random, int changes) {
        int blockBytes = volume.geometry().logicalBlockBytes();
        long blocks = volume.geometry().blockCount();
        for (int i = 0; i < changes; i++) {
            long first = random.nextLong(blocks);
            int count = (int) Math.min(blocks - first, 1 + random.nextInt(40));
            if (random.nextInt(4) == 0) {
                unmap(volume, first, Math.min(blocks - first, count * 3L));
            } else {
                byte[] bytes = new byte[count * blockBytes];
                random.nextBytes(bytes);
                write(volume, first, bytes);
            }
        }
    }

    byte[] export(Snapshot snapshot, @Nullable Snapshot base) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new Export(backend, snapshot, base, waiting())
                .run(
                        bytes -> {
                            byte[] taken = new byte[bytes.remaining()];
                            bytes.get(taken);
                            out.writeBytes(taken);
                        },
                        StreamProgress.NONE);
        return out.toByteArray();
    }

    /** The bytes as a source that gives a few at a time. */
    static Source source(byte[] bytes) {
        ByteBuffer all = ByteBuffer.wrap(bytes);
        return into -> {
            if (!all.hasRemaining()) {
                return -1;
            }
            int count = Math.min(Math.min(into.remaining(), all.remaining()), 70_001);
            into.put(all.slice(all.position(), count));
            all.position(all.position() + count);
            return count;
        };
    }

    Snapshot importNew(byte[] stream, String name, boolean resume) throws IOException {
        try (Import in = new Import(backend, source(stream), waiting())) {
            in.intoNew(name, true, resume);
            in.run(StreamProgress.NONE);
            return in.finish();
        }
    }

    Snapshot importOnto(byte[] stream, String name, boolean revert, boolean resume)
            throws IOException {
        try (Import in = new Import(backend, source(stream), waiting())) {
            in.onto(volume(name), revert, resume);
            in.run(StreamProgress.NONE);
            return in.finish();
        }
    }
}
