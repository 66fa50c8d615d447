package io.stemma.server.server;

import io.stemma.engine.block.Geometry;
import io.stemma.engine.volume.BackendCapabilities;
import io.stemma.engine.volume.Registry;
import io.stemma.engine.volume.SpaceState;
import io.stemma.engine.volume.SpaceUsage;
import io.stemma.engine.volume.Volume;
import io.stemma.engine.volume.VolumeBackend;
import io.stemma.engine.volume.VolumeDescription;
import io.stemma.engine.volume.VolumeId;
import io.stemma.engine.volume.VolumeSpecification;
import io.stemma.server.scsi.MemoryVolume;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Volumes and their points in time, in memory: what survives a restart is what this holds. */
final class MemoryBackend implements VolumeBackend {
    private static final long FIRST_NAA = 0x3000_0000_0000_0000L;

    private final List<MemoryVolume> volumes = new ArrayList<>();
    private final Map<String, byte[]> values = new TreeMap<>();
    private final MemoryPoints points = new MemoryPoints(this);
    private long identities;

    /** Whether it can take snapshots. */
    boolean withPoints = true;

    MemoryPoints points() {
        return points;
    }

    /** An identity that nobody had. */
    VolumeDescription identity(String name, Geometry geometry, long wallMillis) {
        long next = ++identities;
        return new VolumeDescription(
                VolumeId.random(),
                name,
                geometry,
                true,
                FIRST_NAA + next,
                String.format("%016x", next),
                wallMillis);
    }

    /** A volume by its name, for tests to look into. */
    MemoryVolume memory(String name) {
        return (MemoryVolume) volume(name).orElseThrow();
    }

    MemoryVolume add(String name, Geometry geometry) {
        if (volume(name).isPresent()) {
            throw new IllegalArgumentException("volume \"" + name + "\" exists already");
        }
        MemoryVolume volume = MemoryVolume.of(identity(name, geometry, 0));
        volumes.add(volume);
        return volume;
    }

    @Override
    public BackendCapabilities capabilities() {
        return new BackendCapabilities(
                "memory", false, false, true, true, 4096, 4096, 1 << 20, false);
    }

    @Override
    public SpaceState space() {
        return SpaceState.UNKNOWN;
    }

    @Override
    public List<Volume> volumes() {
        return volumes.stream()
                .sorted(Comparator.comparing(volume -> volume.description().name()))
                .<Volume>map(volume -> volume)
                .toList();
    }

    @Override
    public Optional<Volume> volume(String name) {
        return volumes().stream()
                .filter(volume -> volume.description().name().equals(name))
                .findFirst()
                .or(() -> points.snapshot(name).map(points::open));
    }

    @Override
    public Volume create(VolumeSpecification specification) {
        return add(specification.name(), specification.geometry());
    }

    @Override
    public void resize(Volume volume, long newBlockCount, boolean allowShrink) {
        ((MemoryVolume) volume).resize(newBlockCount);
    }

    @Override
    public void rename(Volume volume, String newName) {
        ((MemoryVolume) volume).rename(newName);
        points.renamed(volume.description());
    }

    @Override
    public void writeCache(Volume volume, boolean enabled) {
        ((MemoryVolume) volume).writeCache(enabled);
    }

    @Override
    public void delete(Volume volume) {
        volumes.remove(volume);
        points.forget(volume.description().id());
    }

    @Override
    public void recover(Volume volume) {}

    @Override
    public SpaceUsage usage() {
        return new SpaceUsage(0, 0, 0);
    }

    @Override
    public Registry registry() {
        return new Registry() {
            @Override
            public Optional<byte[]> get(String key) {
                return Optional.ofNullable(values.get(key));
            }

            @Override
            public Map<String, byte[]> list(String prefix) {
                Map<String, byte[]> list = new TreeMap<>(values);
                list.keySet().removeIf(key -> !key.startsWith(prefix));
                return list;
            }

            @Override
            public void put(String key, byte[] value) {
                values.put(key, value);
            }

            @Override
            public void remove(String key) {
                values.remove(key);
            }
        };
    }

    @Override
    public <F> Optional<F> facet(Class<F> facet) {
        return withPoints && facet.isInstance(points)
                ? Optional.of(facet.cast(points))
                : Optional.empty();
    }

    @Override
    public void close() {}
}
