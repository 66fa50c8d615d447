package io.stemma.engine.stream;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.volume.PointsInTime;
import io.stemma.engine.volume.Registry;
import io.stemma.engine.volume.Snapshot;
import io.stemma.engine.volume.VolumeId;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * Which snapshot of another pool a snapshot is a copy of. A snapshot that an import made has an
 * identity of its own, as hosts must not take it for the original; streams go by that of the first.
 */
public final class Lineage {
    private static final String PREFIX = "received/";

    private final Registry registry;

    /** Keeps it in that registry. */
    public Lineage(Registry registry) {
        this.registry = registry;
    }

    /** Identity of the snapshot that it is a copy of, its own if it is of none. */
    VolumeId of(Snapshot snapshot) {
        return registry.get(PREFIX + snapshot.id())
                .map(bytes -> new String(bytes, StandardCharsets.US_ASCII))
                .map(text -> new VolumeId(UUID.fromString(text)))
                .orElse(snapshot.id());
    }

    void record(Snapshot snapshot, VolumeId original) throws DeviceException {
        if (!snapshot.id().equals(original)) {
            byte[] text = original.toString().getBytes(StandardCharsets.US_ASCII);
            registry.put(PREFIX + snapshot.id(), text);
        }
    }

    /** A snapshot is deleted; one that is a copy of none is no error. */
    public void forget(VolumeId snapshot) throws DeviceException {
        registry.remove(PREFIX + snapshot);
    }

    /** Forgets those that were deleted where nobody told this. */
    void sweep(PointsInTime points) throws DeviceException {
        for (String key : registry.list(PREFIX).keySet()) {
            VolumeId id = new VolumeId(UUID.fromString(key.substring(PREFIX.length())));
            if (points.snapshot(id).isEmpty()) {
                registry.remove(key);
            }
        }
    }
}
