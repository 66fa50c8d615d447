package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceException;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A backend whose volumes are {@link FaultyVolume}s: for tests of what happens above when a disk
 * fails, answers late or not at all. While nothing is planted it behaves as what it wraps.
 */
public final class FaultyBackend implements VolumeBackend {
    private final VolumeBackend inner;
    private final Map<Volume, FaultyVolume> volumes = new ConcurrentHashMap<>();

    public FaultyBackend(VolumeBackend inner) {
        this.inner = inner;
    }

    /** The volume of that name, to plant faults in. */
    public FaultyVolume faulty(String name) {
        return wrapped(inner.volume(name).orElseThrow());
    }

    private FaultyVolume wrapped(Volume volume) {
        return volumes.computeIfAbsent(volume, FaultyVolume::new);
    }

    private static Volume unwrapped(Volume volume) {
        return volume instanceof FaultyVolume faulty ? faulty.inner() : volume;
    }

    @Override
    public BackendCapabilities capabilities() {
        return inner.capabilities();
    }

    @Override
    public List<Volume> volumes() {
        return inner.volumes().stream().map(volume -> (Volume) wrapped(volume)).toList();
    }

    @Override
    public Optional<Volume> volume(String name) {
        return inner.volume(name).map(this::wrapped);
    }

    @Override
    public Volume create(VolumeSpecification specification) throws DeviceException {
        return wrapped(inner.create(specification));
    }

    @Override
    public void resize(Volume volume, long newBlockCount, boolean allowShrink)
            throws DeviceException {
        inner.resize(unwrapped(volume), newBlockCount, allowShrink);
    }

    @Override
    public void rename(Volume volume, String newName) throws DeviceException {
        inner.rename(unwrapped(volume), newName);
    }

    @Override
    public void writeCache(Volume volume, boolean enabled) throws DeviceException {
        inner.writeCache(unwrapped(volume), enabled);
    }

    @Override
    public void delete(Volume volume) throws DeviceException {
        inner.delete(unwrapped(volume));
    }

    @Override
    public void recover(Volume volume) throws DeviceException {
        inner.recover(unwrapped(volume));
    }

    @Override
    public SpaceUsage usage() {
        return inner.usage();
    }

    @Override
    public SpaceState space() {
        return inner.space();
    }

    @Override
    public Registry registry() {
        return inner.registry();
    }

    @Override
    public <F> Optional<F> facet(Class<F> facet) {
        return inner.facet(facet);
    }

    @Override
    public void close() throws DeviceException {
        inner.close();
    }
}
