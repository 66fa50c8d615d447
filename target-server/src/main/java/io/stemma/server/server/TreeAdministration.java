package io.stemma.server.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.runtime.ByteSize;
import io.stemma.engine.volume.PointsInTime;
import io.stemma.engine.volume.Snapshot;
import io.stemma.engine.volume.Volume;
import io.stemma.engine.volume.VolumeId;
import io.stemma.server.cli.AdministrationException;
import io.stemma.server.cli.ControlProtocol;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What administrators may do with the place of a volume in its tree, and with the work that follows
 * in the background. {@link PoolAdministration} calls, one at a time.
 */
final class TreeAdministration {
    private final Estate estate;
    private final VolumeAdministration volumes;
    private final boolean serving;

    /** Background work goes on after a restart, so that this always begins right. */
    private boolean paused;

    TreeAdministration(Estate estate, VolumeAdministration volumes, boolean serving) {
        this.estate = estate;
        this.volumes = volumes;
        this.serving = serving;
    }

    private PointsInTime points() throws AdministrationException {
        return estate.volumes().requiredPoints();
    }

    ObjectNode revert(ObjectNode arguments) throws AdministrationException, DeviceException {
        Snapshot snapshot = estate.volumes().snapshot(arguments.path("name").asText());
        Volume volume =
                estate.volumes()
                        .volume(snapshot.originId())
                        .orElseThrow(
                                () ->
                                        new AdministrationException(
                                                "volume \""
                                                        + snapshot.originName()
                                                        + "\" is deleted, so nothing can be"
                                                        + " reverted; stemma snapshot clone "
                                                        + snapshot.fullName()
                                                        + " NEW makes a volume of the snapshot"));
        String name = volume.description().name();
        long now = volume.geometry().sizeBytes();
        long then = snapshot.geometry().sizeBytes();
        String sizes = "from " + ByteSize.format(now) + " to " + ByteSize.format(then);
        if (now != then) {
            volumes.refuseConfigured(
                    volume,
                    "resized " + sizes + ", as this would do,",
                    "end the server, run this command again, and write the new size there");
        }
        if (!arguments.path("yes").asBoolean(false)) {
            throw new AdministrationException(
                    "volume \""
                            + name
                            + "\" would become what it was at "
                            + Instant.ofEpochMilli(snapshot.createdWallMillis())
                            + (now == then ? "" : ", its size would go " + sizes)
                            + ", and what is in no snapshot would be lost, for ever: add --yes if"
                            + " that is meant, or keep it first with stemma snapshot create NAME "
                            + name);
        }
        points().revert(volume, snapshot);
        return volumes.describe(volume).put("revertedTo", snapshot.fullName());
    }

    ObjectNode promote(ObjectNode arguments) throws AdministrationException, DeviceException {
        Volume volume = estate.volumes().volume(arguments.path("name").asText());
        String name = volume.description().name();
        Set<VolumeId> own = new HashSet<>();
        snapshotsOf(volume).forEach(snapshot -> own.add(snapshot.id()));
        points().promote(volume);
        ObjectNode result = volumes.describe(volume);
        ArrayNode gained = result.putArray("gainedSnapshots");
        for (Snapshot snapshot : snapshotsOf(volume)) {
            if (!own.contains(snapshot.id())) {
                gained.add(snapshot.fullName());
            }
        }
        return result.put("name", name);
    }

    private List<Snapshot> snapshotsOf(Volume volume) throws AdministrationException {
        VolumeId id = volume.description().id();
        return points().snapshots().stream().filter(s -> s.originId().equals(id)).toList();
    }

    ObjectNode flatten(ObjectNode arguments) throws AdministrationException, DeviceException {
        Volume volume = estate.volumes().volume(arguments.path("name").asText());
        if (points().parent(volume).isEmpty()) {
            throw new AdministrationException(
                    "volume \""
                            + volume.description().name()
                            + "\" lies over no snapshot, so there is nothing to do");
        }
        points().flatten(volume);
        return volumes.describe(volume);
    }

    ObjectNode merges() throws AdministrationException {
        ObjectNode result = ControlProtocol.JSON.createObjectNode().put("paused", paused);
        ArrayNode list = result.putArray("merges");
        for (PointsInTime.Merge merge : points().merges()) {
            list.addObject()
                    .put("what", merge.what())
                    .put("blocksDone", merge.blocksDone())
                    .put("blocksTotal", merge.blocksTotal())
                    .put("movedBytes", merge.movedBytes())
                    .put("running", merge.running());
        }
        return result;
    }

    ObjectNode pause(boolean nowPaused) throws AdministrationException {
        PointsInTime points = points();
        if (!serving) {
            throw new AdministrationException(
                    "no server runs, so nothing goes on that could be held");
        }
        points.pauseMerges(nowPaused);
        paused = nowPaused;
        return merges();
    }
}
