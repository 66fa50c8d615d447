package io.stemma.server.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.runtime.Limits;
import io.stemma.engine.volume.PointsInTime;
import io.stemma.engine.volume.PointsInTime.SnapshotUsage;
import io.stemma.engine.volume.Registry;
import io.stemma.engine.volume.Snapshot;
import io.stemma.engine.volume.Volume;
import io.stemma.engine.volume.VolumeId;
import io.stemma.server.cli.AdministrationException;
import io.stemma.server.cli.ControlProtocol;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What administrators may do with snapshots. {@link PoolAdministration} calls, one at a time. */
final class SnapshotAdministration {
    /** Snapshots in one answer, which then is far below what a line may hold; asked for in turn. */
    private static final int LISTED_MAX = 10_000;

    /** Names in one message; more are counted. */
    private static final int NAMED_MAX = 10;

    private final Registry registry;
    private final Estate estate;

    SnapshotAdministration(Registry registry, Estate estate) {
        this.registry = registry;
        this.estate = estate;
    }

    private PointsInTime points() throws AdministrationException {
        return estate.volumes().requiredPoints();
    }

    private Snapshot named(ObjectNode arguments) throws AdministrationException {
        return estate.volumes().snapshot(arguments.path("name").asText());
    }

    private ObjectNode describe(Snapshot snapshot, boolean withSpace)
            throws AdministrationException {
        ObjectNode node = ControlProtocol.JSON.createObjectNode();
        node.put("name", snapshot.fullName());
        node.put("volume", snapshot.originName());
        node.put("volumeId", snapshot.originId().toString());
        node.put("id", snapshot.id().toString());
        node.put("set", snapshot.setId().toString());
        node.put("created", Instant.ofEpochMilli(snapshot.createdWallMillis()).toString());
        node.put("sizeBytes", snapshot.geometry().sizeBytes());
        node.put("blockSize", snapshot.geometry().logicalBlockBytes());
        node.put("naa", String.format("%016x", snapshot.naaLocallyAssigned()));
        node.put("serial", snapshot.serialNumber());
        ArrayNode holds = node.putArray("holds");
        snapshot.holds().forEach(holds::add);
        points().parent(snapshot).ifPresent(parent -> node.put("parent", parent.fullName()));
        if (withSpace) {
            SnapshotUsage usage = points().usage(snapshot);
            node.put("ownedBytes", usage.ownedBytes()).put("freedBytes", usage.freedBytes());
        }
        return node;
    }

    private List<String> clones(Snapshot snapshot) throws AdministrationException {
        return points().children(snapshot).stream()
                .map(Volume::description)
                .filter(volume -> !volume.id().equals(snapshot.originId()))
                .map(volume -> volume.name())
                .toList();
    }

    ObjectNode create(ObjectNode arguments) throws AdministrationException, DeviceException {
        PointsInTime points = points();
        String name = arguments.path("name").asText();
        refuse(Names.check("a snapshot", name).orElse(""));
        Set<Volume> volumes = new LinkedHashSet<>();
        for (JsonNode volume : arguments.path("volumes")) {
            if (!volumes.add(estate.volumes().volume(volume.asText()))) {
                refuse("volume \"" + volume.asText() + "\" is named twice; once is enough");
            }
        }
        if (volumes.isEmpty() || volumes.size() > Limits.SNAPSHOT_SET_MAX) {
            refuse("name 1 to " + Limits.SNAPSHOT_SET_MAX + " volumes, here are " + volumes.size());
        }
        Set<VolumeId> concerned = new HashSet<>();
        volumes.forEach(volume -> concerned.add(volume.description().id()));
        for (Snapshot one : points.snapshots()) {
            if (one.name().equals(name) && concerned.contains(one.originId())) {
                refuse("snapshot \"" + one.fullName() + "\" exists already; choose another name");
            }
        }
        ObjectNode result = ControlProtocol.JSON.createObjectNode();
        ArrayNode made = result.putArray("snapshots");
        try (PointsInTime.Cut cut = points.prepare(volumes)) {
            cut.cut();
            for (Snapshot snapshot : cut.complete(name)) {
                made.add(describe(snapshot, false));
            }
        }
        return result;
    }

    private static void refuse(String why) throws AdministrationException {
        if (!why.isEmpty()) {
            throw new AdministrationException(why);
        }
    }

    /** A part of the list; what follows is asked for by the identity of the last one. */
    ObjectNode list(ObjectNode arguments) throws AdministrationException {
        List<Snapshot> snapshots = points().snapshots();
        String volume = arguments.path("volume").asText();
        if (!volume.isEmpty()) {
            snapshots = snapshots.stream().filter(s -> s.originName().equals(volume)).toList();
            if (snapshots.isEmpty()) {
                estate.volumes().volume(volume);
            }
        }
        int from = after(snapshots, arguments.path("after").asText());
        int to = Math.min(snapshots.size(), from + LISTED_MAX);
        ObjectNode result = ControlProtocol.JSON.createObjectNode();
        ArrayNode list = result.putArray("snapshots");
        for (Snapshot snapshot : snapshots.subList(from, to)) {
            list.add(describe(snapshot, arguments.path("space").asBoolean()));
        }
        return result.put("more", to < snapshots.size());
    }

    private static int after(List<Snapshot> snapshots, String id) throws AdministrationException {
        if (id.isEmpty()) {
            return 0;
        }
        for (int i = 0; i < snapshots.size(); i++) {
            if (snapshots.get(i).id().toString().equals(id)) {
                return i + 1;
            }
        }
        throw new AdministrationException("the snapshots changed meanwhile; ask again");
    }

    ObjectNode show(ObjectNode arguments) throws AdministrationException {
        Snapshot snapshot = named(arguments);
        ObjectNode node = describe(snapshot, true);
        ArrayNode clones = node.putArray("clones");
        clones(snapshot).forEach(clones::add);
        ArrayNode mapped = node.putArray("mappedAs");
        estate.mappings(snapshot.id()).forEach(mapped::add);
        return node;
    }

    ObjectNode rename(ObjectNode arguments) throws AdministrationException, DeviceException {
        Snapshot snapshot = named(arguments);
        String name = arguments.path("newName").asText();
        refuse(Names.check("a snapshot", name).orElse(""));
        String full = snapshot.originName() + Snapshot.SEPARATOR + name;
        if (points().snapshot(full).isPresent()) {
            refuse("snapshot \"" + full + "\" exists already; choose another name");
        }
        Origin origin = estate.configuredMapping(snapshot.id());
        if (origin != null) {
            refuse(
                    "snapshot \""
                            + snapshot.fullName()
                            + "\" is named at "
                            + origin
                            + ", so it cannot be renamed while the server runs with that file; end"
                            + " the server, run this command again, and write the new name there");
        }
        points().rename(snapshot, name);
        return describe(estate.volumes().snapshot(full), false);
    }

    /** Deletes all or, when one must stay, none. */
    ObjectNode delete(ObjectNode arguments) throws AdministrationException, DeviceException {
        Set<Snapshot> doomed = new LinkedHashSet<>();
        for (JsonNode name : arguments.path("names")) {
            doomed.add(estate.volumes().snapshot(name.asText()));
        }
        refuse(doomed.isEmpty() ? "name a snapshot to delete, as VOLUME@SNAPSHOT" : "");
        for (Snapshot snapshot : doomed) {
            refuse(standsAgainstDeletion(snapshot));
        }
        ObjectNode result = ControlProtocol.JSON.createObjectNode();
        ArrayNode deleted = result.putArray("deleted");
        for (Snapshot snapshot : doomed) {
            ObjectNode node = deleted.addObject().put("name", snapshot.fullName());
            node.put("freedBytes", points().usage(snapshot).freedBytes());
            ArrayNode clones = node.putArray("clones");
            clones(snapshot).forEach(clones::add);
            remove(snapshot);
        }
        return result;
    }

    /** Why it has to stay and what would be allowed, or nothing. */
    private String standsAgainstDeletion(Snapshot snapshot) {
        String name = snapshot.fullName();
        List<String> mappings = estate.mappings(snapshot.id());
        if (!mappings.isEmpty()) {
            return "snapshot \""
                    + name
                    + "\" is mapped as "
                    + String.join(", ", mappings)
                    + "; unmap it first with stemma lun unmap";
        }
        if (!snapshot.holds().isEmpty()) {
            return "snapshot \""
                    + name
                    + "\" is held as "
                    + String.join(", ", snapshot.holds())
                    + "; release it first with stemma snapshot release "
                    + name
                    + " "
                    + snapshot.holds().get(0);
        }
        return "";
    }

    /** Deletes it with what a logical unit kept for it; nothing stands against it. */
    void remove(Snapshot snapshot) throws AdministrationException, DeviceException {
        points().delete(snapshot);
        RegistryUnitStore.removeAll(registry, snapshot.id());
    }

    /**
     * The snapshots that are to be deleted with their volume, oldest first.
     *
     * @throws AdministrationException if it has some and nobody said what becomes of them, or one
     *     has to stay
     */
    List<Snapshot> goingWith(Volume volume, ObjectNode arguments) throws AdministrationException {
        if (estate.volumes().points().isEmpty()) {
            return List.of();
        }
        List<Snapshot> own =
                points().snapshots().stream()
                        .filter(s -> s.originId().equals(volume.description().id()))
                        .toList();
        if (arguments.path("keepSnapshots").asBoolean(false)) {
            return List.of();
        }
        if (own.isEmpty() || arguments.path("withSnapshots").asBoolean(false)) {
            for (Snapshot snapshot : own) {
                refuse(standsAgainstDeletion(snapshot));
            }
            return own;
        }
        List<String> names = new ArrayList<>();
        for (Snapshot snapshot : own.subList(0, Math.min(NAMED_MAX, own.size()))) {
            List<String> clones = clones(snapshot);
            names.add(
                    snapshot.fullName()
                            + (clones.isEmpty() ? "" : " (cloned: " + some(clones) + ")")
                            + (snapshot.holds().isEmpty() ? "" : " (held)"));
        }
        throw new AdministrationException(
                "volume \""
                        + volume.description().name()
                        + "\" has snapshots: "
                        + String.join(", ", names)
                        + more(own.size())
                        + "; add --with-snapshots to delete them as well (clones stay), or"
                        + " --keep-snapshots to leave them");
    }

    private static String some(List<String> names) {
        return String.join(", ", names.subList(0, Math.min(NAMED_MAX, names.size())))
                + more(names.size());
    }

    private static String more(int all) {
        return all > NAMED_MAX ? " and " + (all - NAMED_MAX) + " more" : "";
    }

    ObjectNode hold(ObjectNode arguments) throws AdministrationException, DeviceException {
        Snapshot snapshot = named(arguments);
        String tag = arguments.path("tag").asText();
        refuse(Names.check("a hold", tag).orElse(""));
        if (!snapshot.holds().contains(tag)
                && snapshot.holds().size() >= Limits.SNAPSHOT_HOLDS_MAX) {
            refuse(
                    "snapshot \""
                            + snapshot.fullName()
                            + "\" has "
                            + Limits.SNAPSHOT_HOLDS_MAX
                            + " holds, which is the most; release one first");
        }
        points().hold(snapshot, tag);
        return describe(named(arguments), false);
    }

    ObjectNode release(ObjectNode arguments) throws AdministrationException, DeviceException {
        Snapshot snapshot = named(arguments);
        String tag = arguments.path("tag").asText();
        if (!snapshot.holds().contains(tag)) {
            refuse(
                    "snapshot \""
                            + snapshot.fullName()
                            + "\" is not held as \""
                            + tag
                            + "\"; its holds: "
                            + (snapshot.holds().isEmpty()
                                    ? "none"
                                    : String.join(", ", snapshot.holds())));
        }
        points().release(snapshot, tag);
        return describe(named(arguments), false);
    }

    ObjectNode difference(ObjectNode arguments) throws AdministrationException, DeviceException {
        Volume from = estate.volumes().readable(arguments.path("from").asText());
        Volume to = estate.volumes().readable(arguments.path("to").asText());
        long start = arguments.path("start").asLong(0);
        Difference found =
                new Difference(
                        to.geometry().logicalBlockBytes(),
                        start,
                        arguments.path("summary").asBoolean(false));
        points().difference(from, to, found);
        return found.result()
                .put("from", from.description().name())
                .put("to", to.description().name());
    }
}
