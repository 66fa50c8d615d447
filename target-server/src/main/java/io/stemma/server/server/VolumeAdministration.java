package io.stemma.server.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.Geometry;
import io.stemma.engine.runtime.ByteSize;
import io.stemma.engine.volume.Snapshot;
import io.stemma.engine.volume.SpaceUsage;
import io.stemma.engine.volume.Volume;
import io.stemma.engine.volume.VolumeBackend;
import io.stemma.engine.volume.VolumeDescription;
import io.stemma.engine.volume.VolumeSpecification;
import io.stemma.server.cli.AdministrationException;
import io.stemma.server.cli.ControlProtocol;

import java.time.Instant;
import java.util.List;

/** What administrators may do with volumes. {@link PoolAdministration} calls, one at a time. */
final class VolumeAdministration {
    private final VolumeBackend backend;
    private final Estate estate;
    private final SnapshotAdministration snapshots;

    VolumeAdministration(VolumeBackend backend, Estate estate, SnapshotAdministration snapshots) {
        this.backend = backend;
        this.estate = estate;
        this.snapshots = snapshots;
    }

    ObjectNode list() {
        ObjectNode result = ControlProtocol.JSON.createObjectNode();
        ArrayNode list = result.putArray("volumes");
        backend.volumes().forEach(volume -> list.add(describe(volume)));
        return result;
    }

    ObjectNode show(ObjectNode arguments) throws AdministrationException {
        return describe(volume(arguments.path("name").asText()));
    }

    private Volume volume(String name) throws AdministrationException {
        return estate.volumes().volume(name);
    }

    private Volume volume(ObjectNode arguments) throws AdministrationException {
        return volume(arguments.path("name").asText());
    }

    /** What it is, for people and programs. */
    ObjectNode describe(Volume volume) {
        VolumeDescription is = volume.description();
        SpaceUsage usage = volume.usage();
        ObjectNode node = ControlProtocol.JSON.createObjectNode();
        node.put("name", is.name());
        node.put("id", is.id().toString());
        node.put("sizeBytes", is.geometry().sizeBytes());
        node.put("usedBytes", usage.ownedBytes());
        node.put("reclaimableBytes", usage.reclaimableBytes());
        node.put("blockSize", is.geometry().logicalBlockBytes());
        node.put("writeCache", is.writeCache());
        node.put("naa", String.format("%016x", is.naaLocallyAssigned()));
        node.put("serial", is.serialNumber());
        node.put("created", Instant.ofEpochMilli(is.createdWallMillis()).toString());
        DeviceFault fault = volume.offlineFault();
        node.put("state", fault == null ? "online" : "offline: " + fault.what());
        Origin origin = estate.configured(is.name());
        node.put("origin", (origin == null ? Origin.COMMAND : origin).toString());
        estate.volumes()
                .points()
                .flatMap(points -> points.parent(volume))
                .ifPresent(parent -> node.put("parent", parent.fullName()));
        ArrayNode mapped = node.putArray("mappedAs");
        estate.mappings(is.id()).forEach(mapped::add);
        return node;
    }

    /** A volume of the configuration is changed there, so that both sides stay in step. */
    void refuseConfigured(Volume volume, String act, String instead)
            throws AdministrationException {
        String name = volume.description().name();
        Origin origin = estate.configured(name);
        if (origin != null) {
            throw new AdministrationException(
                    "volume \""
                            + name
                            + "\" is named at "
                            + origin
                            + ", so it cannot be "
                            + act
                            + " while the server runs with that file; "
                            + instead);
        }
    }

    ObjectNode create(ObjectNode arguments) throws AdministrationException, DeviceException {
        String name = newName(arguments.path("name").asText());
        int blockSize = arguments.path("blockSize").asInt(512);
        if (blockSize != 512 && blockSize != 4096) {
            throw new AdministrationException("the block size is 512 or 4096 bytes");
        }
        Geometry geometry = new Geometry(blocks(arguments, blockSize), blockSize, 4096);
        return describe(
                backend.create(
                        new VolumeSpecification(
                                name, geometry, arguments.path("writeCache").asBoolean(true))));
    }

    private static String newName(String name) throws AdministrationException {
        String wrong =
                Names.checkVolume(name).orElse(name.isEmpty() ? "a volume needs a name" : null);
        if (wrong != null) {
            throw new AdministrationException(wrong);
        }
        return name;
    }

    /** A volume that begins as a snapshot. */
    ObjectNode cloned(ObjectNode arguments) throws AdministrationException, DeviceException {
        Snapshot snapshot = estate.volumes().snapshot(arguments.path("name").asText());
        String name = newName(arguments.path("volume").asText());
        return describe(
                estate.volumes()
                        .requiredPoints()
                        .clone(snapshot, name, arguments.path("writeCache").asBoolean(true)));
    }

    private static long blocks(ObjectNode arguments, int blockSize) throws AdministrationException {
        String text = arguments.path("size").asText();
        long bytes = ByteSize.parse(text);
        if (bytes <= 0 || bytes % blockSize != 0) {
            throw new AdministrationException(
                    "size "
                            + text
                            + " is not a multiple of the block size of "
                            + blockSize
                            + " bytes above zero");
        }
        return bytes / blockSize;
    }

    ObjectNode resize(ObjectNode arguments) throws AdministrationException, DeviceException {
        Volume volume = volume(arguments);
        refuseConfigured(
                volume,
                "resized",
                "end the server, run this command again, and write the new size there");
        Geometry now = volume.geometry();
        long blocks = blocks(arguments, now.logicalBlockBytes());
        boolean allowShrink = arguments.path("allowShrink").asBoolean(false);
        if (blocks < now.blockCount() && !allowShrink) {
            throw new AdministrationException(
                    "volume \""
                            + volume.description().name()
                            + "\" has "
                            + ByteSize.format(now.sizeBytes())
                            + "; "
                            + arguments.path("size").asText()
                            + " would lose what lies behind the new end, for ever: add"
                            + " --allow-shrink if that is meant");
        }
        backend.resize(volume, blocks, allowShrink);
        return describe(volume);
    }

    ObjectNode rename(ObjectNode arguments) throws AdministrationException, DeviceException {
        Volume volume = volume(arguments);
        refuseConfigured(
                volume,
                "renamed",
                "end the server, run this command again, and write the new name there");
        backend.rename(volume, arguments.path("newName").asText());
        return describe(volume);
    }

    ObjectNode writeCache(ObjectNode arguments) throws AdministrationException, DeviceException {
        Volume volume = volume(arguments);
        refuseConfigured(volume, "changed", "write writeCache: there and start the server again");
        backend.writeCache(volume, arguments.path("writeCache").asBoolean());
        return describe(volume);
    }

    ObjectNode recover(ObjectNode arguments) throws AdministrationException, DeviceException {
        Volume volume = volume(arguments);
        if (volume.offlineFault() == null) {
            throw new AdministrationException(
                    "volume \"" + volume.description().name() + "\" is online already");
        }
        backend.recover(volume);
        return describe(volume);
    }

    ObjectNode delete(ObjectNode arguments) throws AdministrationException, DeviceException {
        Volume volume = volume(arguments);
        refuseConfigured(
                volume,
                "deleted",
                "take it out there, start the server again, and run this command then");
        ObjectNode description = describe(volume);
        if (!description.path("mappedAs").isEmpty()) {
            throw new AdministrationException(
                    "volume \""
                            + volume.description().name()
                            + "\" is mapped as "
                            + String.join(", ", estate.mappings(volume.description().id()))
                            + "; unmap it first with stemma lun unmap");
        }
        List<Snapshot> doomed = snapshots.goingWith(volume, arguments);
        backend.delete(volume);
        // Newest first, and after the volume: then nothing lies over any, and nothing is merged.
        ArrayNode deleted = description.putArray("deletedSnapshots");
        for (Snapshot snapshot : doomed.reversed()) {
            snapshots.remove(snapshot);
            deleted.add(snapshot.fullName());
        }
        RegistryUnitStore.removeAll(backend.registry(), volume.description().id());
        return description;
    }
}
