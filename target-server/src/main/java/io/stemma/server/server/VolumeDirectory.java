package io.stemma.server.server;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.volume.PointsInTime;
import io.stemma.engine.volume.Snapshot;
import io.stemma.engine.volume.Volume;
import io.stemma.engine.volume.VolumeBackend;
import io.stemma.engine.volume.VolumeId;
import io.stemma.server.cli.AdministrationException;

import org.jspecify.annotations.Nullable;

import java.util.Optional;

/**
 * Finds what can be read as a volume, by name or identity: volumes, and the snapshots of backends
 * that have them. Keeps nothing. Any control thread.
 */
final class VolumeDirectory {
    private final VolumeBackend backend;

    VolumeDirectory(VolumeBackend backend) {
        this.backend = backend;
    }

    /** Snapshots and what is done with them, where the backend can. */
    Optional<PointsInTime> points() {
        return backend.facet(PointsInTime.class);
    }

    /** The same for whoever asks for nothing else. */
    PointsInTime requiredPoints() throws AdministrationException {
        return points().orElseThrow(
                        () ->
                                new AdministrationException(
                                        "volumes of the backend \""
                                                + backend.capabilities().name()
                                                + "\" have no snapshots"));
    }

    /**
     * The volume of that name; a snapshot is none, since most that is done with volumes changes.
     */
    Volume volume(String name) throws AdministrationException {
        if (Names.isSnapshot(name)) {
            throw new AdministrationException(
                    "\""
                            + name
                            + "\" names a snapshot, and this is done with volumes only; stemma"
                            + " snapshot --help shows what can be done with snapshots");
        }
        Optional<Volume> volume = backend.volume(name);
        return volume.orElseThrow(() -> new AdministrationException(noVolume(name)));
    }

    private String noVolume(String name) {
        boolean leftSnapshots =
                points().stream()
                        .flatMap(points -> points.snapshots().stream())
                        .anyMatch(snapshot -> snapshot.originName().equals(name));
        return leftSnapshots
                ? "volume \""
                        + name
                        + "\" is deleted, its snapshots are not; stemma snapshot list "
                        + name
                        + " shows them"
                : "volume \"" + name + "\" does not exist; stemma volume list shows those that do";
    }

    /** The snapshot of that name. */
    Snapshot snapshot(String fullName) throws AdministrationException {
        PointsInTime points = requiredPoints();
        if (!Names.isSnapshot(fullName)) {
            throw new AdministrationException(
                    "\"" + fullName + "\" names no snapshot; write VOLUME@SNAPSHOT");
        }
        return points.snapshot(fullName)
                .orElseThrow(
                        () ->
                                new AdministrationException(
                                        "snapshot \""
                                                + fullName
                                                + "\" does not exist; stemma snapshot list shows"
                                                + " those that do"));
    }

    /** Identity of the volume or snapshot of that name. */
    VolumeId existing(String name) throws AdministrationException {
        return Names.isSnapshot(name) ? snapshot(name).id() : volume(name).description().id();
    }

    /** The volume of that name, or the snapshot to read. */
    Volume readable(String name) throws AdministrationException, DeviceException {
        return Names.isSnapshot(name) ? requiredPoints().open(snapshot(name)) : volume(name);
    }

    /** The same, or empty where there is none. */
    Optional<VolumeId> id(String name) {
        return Names.isSnapshot(name)
                ? points().flatMap(points -> points.snapshot(name)).map(Snapshot::id)
                : backend.volume(name).map(volume -> volume.description().id());
    }

    /** The volume of that identity. */
    Optional<Volume> volume(VolumeId id) {
        return backend.volumes().stream()
                .filter(volume -> volume.description().id().equals(id))
                .findFirst();
    }

    private Optional<Snapshot> snapshot(VolumeId id) {
        return points().flatMap(points -> points.snapshot(id));
    }

    /** The volume or snapshot of that identity, to be read, or null where there is none. */
    @Nullable Volume open(VolumeId id) throws DeviceException {
        Optional<Volume> volume = volume(id);
        Optional<Snapshot> snapshot = volume.isPresent() ? Optional.empty() : snapshot(id);
        return snapshot.isPresent()
                ? points().orElseThrow().open(snapshot.get())
                : volume.orElse(null);
    }

    /** Name now of the volume or snapshot of that identity, or null where there is none. */
    @Nullable String name(VolumeId id) {
        return volume(id)
                .map(volume -> volume.description().name())
                .or(() -> snapshot(id).map(Snapshot::fullName))
                .orElse(null);
    }
}
