package io.stemma.engine.stream;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.volume.PointsInTime;
import io.stemma.engine.volume.Registry;
import io.stemma.engine.volume.Snapshot;
import io.stemma.engine.volume.Volume;
import io.stemma.engine.volume.VolumeBackend;
import io.stemma.engine.volume.VolumeId;

import org.jspecify.annotations.Nullable;

import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Which volumes hold half-done imports, in the registry. While one does, the snapshot that it
 * stands on is held: reverting to that one throws the import away.
 */
public final class ImportMarks {
    private static final String PREFIX = "import/";

    private final VolumeBackend backend;
    private final Registry registry;

    /** Those of a backend. */
    public ImportMarks(VolumeBackend backend) {
        this.backend = backend;
        registry = backend.registry();
    }

    /** What a volume holds half. */
    public Optional<ImportMark> of(VolumeId volume) {
        return registry.get(PREFIX + volume).map(ImportMark::decode);
    }

    void put(VolumeId volume, ImportMark mark) throws DeviceException {
        registry.put(PREFIX + volume, mark.encode());
    }

    /** Keeps the base of an import that is about to begin. */
    void hold(VolumeId volume, Snapshot base) throws DeviceException {
        points().hold(base, tag(volume));
    }

    private PointsInTime points() {
        return backend.facet(PointsInTime.class).orElseThrow();
    }

    private static String tag(VolumeId volume) {
        return "import-" + volume.toString().substring(0, 8);
    }

    /**
     * The volume holds no half-done import any more: it is finished, or the volume was reverted or
     * deleted. One that held none is no error.
     */
    public void forget(VolumeId volume) throws DeviceException {
        ImportMark mark = of(volume).orElse(null);
        VolumeId base = mark == null ? null : mark.base();
        Snapshot held = base == null ? null : points().snapshot(base).orElse(null);
        if (held != null) {
            points().release(held, tag(volume));
        }
        // Last: without it nobody would know of the hold.
        registry.remove(PREFIX + volume);
    }

    /** Forgets those of volumes that were deleted where nobody told this. */
    public void sweep() throws DeviceException {
        Set<VolumeId> there =
                backend.volumes().stream()
                        .map(volume -> volume.description().id())
                        .collect(Collectors.toSet());
        for (String key : registry.list(PREFIX).keySet()) {
            VolumeId id = new VolumeId(UUID.fromString(key.substring(PREFIX.length())));
            if (!there.contains(id)) {
                forget(id);
            }
        }
    }

    /** Whether a volume is what a snapshot is, or, without one, empty; by its maps. */
    boolean untouched(Volume volume, @Nullable Snapshot base) throws DeviceException {
        PointsInTime points = points();
        Snapshot parent = points.parent(volume).orElse(null);
        boolean stands =
                base == null
                        ? parent == null
                        : parent != null
                                && parent.id().equals(base.id())
                                && volume.geometry().equals(base.geometry());
        if (!stands) {
            return false;
        }
        RunBatch changed = new RunBatch();
        points.difference(base == null ? null : points.open(base), volume, changed);
        return changed.size() == 0;
    }
}
