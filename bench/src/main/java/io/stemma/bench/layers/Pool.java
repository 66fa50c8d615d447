package io.stemma.bench.layers;

import io.stemma.engine.block.Geometry;
import io.stemma.engine.volume.FileBackend;
import io.stemma.engine.volume.PointsInTime;
import io.stemma.engine.volume.Snapshot;
import io.stemma.engine.volume.Volume;
import io.stemma.engine.volume.VolumeSpecification;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Random;

/** A pool in a folder, and what the programs do with it. */
final class Pool implements AutoCloseable {
    static final int BLOCK = 4096;
    private static final int FILL_BYTES = 1 << 20;

    private final FileBackend backend;
    private final PointsInTime points;

    Pool(Path folder) throws IOException {
        backend = FileBackend.open(folder);
        points = backend.facet(PointsInTime.class).orElseThrow();
    }

    PointsInTime points() {
        return points;
    }

    Volume create(String name, long bytes) throws IOException {
        Geometry geometry = new Geometry(bytes / 512, 512, BLOCK);
        return backend.create(new VolumeSpecification(name, geometry, true));
    }

    /** Writes all of a volume once, durably. */
    void fill(Volume volume, long bytes, long memory) throws IOException {
        Stream stream = new Stream(volume, FILL_BYTES, 4, memory);
        stream.write(inOrder(bytes / FILL_BYTES), 64);
        stream.flush();
    }

    Snapshot snapshot(Volume volume, String name) throws IOException {
        return snapshots(List.of(volume), name).getFirst();
    }

    List<Snapshot> snapshots(Collection<Volume> volumes, String name) throws IOException {
        try (PointsInTime.Cut cut = points.prepare(volumes)) {
            cut.cut();
            return cut.complete(name);
        }
    }

    static long[] inOrder(long count) {
        long[] places = new long[Math.toIntExact(count)];
        for (int i = 0; i < places.length; i++) {
            places[i] = i;
        }
        return places;
    }

    /** Different places in random order. */
    static long[] shuffled(long among, int count, long seed) {
        long[] places = inOrder(among);
        Random random = new Random(seed);
        for (int i = 0; i < count; i++) {
            int other = i + random.nextInt(places.length - i);
            long place = places[i];
            places[i] = places[other];
            places[other] = place;
        }
        return java.util.Arrays.copyOf(places, count);
    }

    @Override
    public void close() throws IOException {
        backend.close();
    }
}
