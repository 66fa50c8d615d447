package io.stemma.server.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.Geometry;
import io.stemma.engine.runtime.ByteSize;
import io.stemma.engine.volume.SpaceUsage;
import io.stemma.engine.volume.Volume;
import io.stemma.engine.volume.VolumeBackend;
import io.stemma.engine.volume.VolumeDescription;
import io.stemma.engine.volume.VolumeSpecification;
import io.stemma.server.cli.Administration;
import io.stemma.server.cli.AdministrationException;
import io.stemma.server.cli.ControlProtocol;
import io.stemma.server.iscsi.session.Portal;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Performs what administrators ask for, on the pool and on what initiators see, one operation at a
 * time. The same object serves the control socket of a running server and the command line alone.
 */
final class PoolAdministration implements Administration {
    private final VolumeBackend backend;
    private final Estate estate;
    private final SessionControl sessions;
    private final Supplier<List<Portal>> portals;
    private final boolean closesBackend;

    PoolAdministration(
            VolumeBackend backend,
            Estate estate,
            SessionControl sessions,
            Supplier<List<Portal>> portals,
            boolean closesBackend) {
        this.backend = backend;
        this.estate = estate;
        this.sessions = sessions;
        this.portals = portals;
        this.closesBackend = closesBackend;
    }

    @Override
    public synchronized ObjectNode perform(String operation, ObjectNode arguments)
            throws AdministrationException {
        try {
            return switch (operation) {
                case "status" -> status();
                case "session.list" -> listSessions();
                case "volume.list" -> listVolumes();
                case "volume.show" -> describe(volume(arguments));
                case "volume.create" -> createVolume(arguments);
                case "volume.resize" -> resizeVolume(arguments);
                case "volume.rename" -> renameVolume(arguments);
                case "volume.writeCache" -> writeCache(arguments);
                case "volume.recover" -> recoverVolume(arguments);
                case "volume.delete" -> deleteVolume(arguments);
                case "target.list" -> listTargets();
                case "target.show" -> describe(target(arguments, "name"));
                case "target.create" -> createTarget(arguments);
                case "target.set" -> setTarget(arguments);
                case "target.delete" -> deleteTarget(arguments);
                case "lun.list" -> listLuns();
                case "lun.map" -> mapLun(arguments);
                case "lun.unmap" -> unmapLun(arguments);
                default ->
                        throw new AdministrationException(
                                "operation \"" + operation + "\" is not known to this server");
            };
        } catch (DeviceException failed) {
            throw new AdministrationException(
                    operation + " failed: " + failed.getMessage(), failed);
        } catch (IllegalArgumentException refused) {
            throw new AdministrationException(Addresses.message(refused), refused);
        }
    }

    private static ObjectNode object() {
        return ControlProtocol.JSON.createObjectNode();
    }

    private ObjectNode status() {
        ObjectNode result = object();
        result.put("state", estate.problems().isEmpty() ? "serving" : "serving with problems");
        ArrayNode list = result.putArray("portals");
        portals.get().forEach(portal -> list.add(Addresses.format(portal.listen())));
        result.put("volumes", backend.volumes().size());
        result.put("targets", estate.targets().size());
        result.put("sessions", sessions.sessions().size());
        ArrayNode problems = result.putArray("problems");
        estate.problems().forEach(problems::add);
        for (Volume volume : backend.volumes()) {
            DeviceFault fault = volume.offlineFault();
            if (fault != null) {
                problems.add(
                        "volume "
                                + volume.description().name()
                                + " is offline: "
                                + fault.what()
                                + " at "
                                + fault.where()
                                + "; see stemma volume recover --help");
            }
        }
        return result;
    }

    private ObjectNode listSessions() {
        ObjectNode result = object();
        ArrayNode list = result.putArray("sessions");
        for (SessionControl.Row row : sessions.sessions()) {
            ObjectNode node = list.addObject();
            node.put("tsih", row.tsih()).put("initiator", row.initiator());
            if (!row.target().isEmpty()) {
                node.put("target", row.target());
            }
            node.put("address", row.address());
        }
        return result;
    }

    private ObjectNode listVolumes() {
        ObjectNode result = object();
        ArrayNode list = result.putArray("volumes");
        backend.volumes().forEach(volume -> list.add(describe(volume)));
        return result;
    }

    private ObjectNode describe(Volume volume) {
        VolumeDescription is = volume.description();
        SpaceUsage usage = volume.usage();
        DeviceFault fault = volume.offlineFault();
        ObjectNode node = object();
        node.put("name", is.name());
        node.put("id", is.id().toString());
        node.put("sizeBytes", is.geometry().sizeBytes());
        node.put("usedBytes", usage.ownedBytes());
        node.put("reclaimableBytes", usage.reclaimableBytes());
        node.put("blockSize", is.geometry().logicalBlockBytes());
        node.put("writeCache", is.writeCache());
        node.put("naa", String.format("%016x", is.naaLocallyAssigned()));
        node.put("serial", is.serialNumber());
        node.put("created", java.time.Instant.ofEpochMilli(is.createdWallMillis()).toString());
        node.put("state", fault == null ? "online" : "offline: " + fault.what());
        Origin origin = estate.configured(is.name());
        node.put("origin", (origin == null ? Origin.COMMAND : origin).toString());
        ArrayNode mapped = node.putArray("mappedAs");
        estate.targets()
                .keySet()
                .forEach(
                        target ->
                                estate.lunsOf(target).values().stream()
                                        .filter(lun -> lun.volume().equals(is.id()))
                                        .forEach(lun -> mapped.add(target + "/" + lun.lun())));
        return node;
    }

    private Volume volume(ObjectNode arguments) throws AdministrationException {
        return volume(arguments.path("name").asText());
    }

    private Volume volume(String name) throws AdministrationException {
        return backend.volume(name)
                .orElseThrow(
                        () ->
                                new AdministrationException(
                                        "volume \""
                                                + name
                                                + "\" does not exist; stemma volume list shows"
                                                + " those that do"));
    }

    private void refuseConfigured(Volume volume, String act) throws AdministrationException {
        Origin origin = estate.configured(volume.description().name());
        if (origin != null) {
            throw new AdministrationException(
                    "volume \""
                            + volume.description().name()
                            + "\" is named at "
                            + origin
                            + ", so it cannot be "
                            + act
                            + " by a command; change it there and restart");
        }
    }

    private ObjectNode createVolume(ObjectNode arguments)
            throws AdministrationException, DeviceException {
        String name = arguments.path("name").asText();
        String wrong =
                Names.checkVolume(name).orElse(name.isEmpty() ? "a volume needs a name" : null);
        if (wrong != null) {
            throw new AdministrationException(wrong);
        }
        int blockSize = arguments.path("blockSize").asInt(512);
        if (blockSize != 512 && blockSize != 4096) {
            throw new AdministrationException("the block size is 512 or 4096 bytes");
        }
        long blocks = blocks(arguments, blockSize);
        Volume volume =
                backend.create(
                        new VolumeSpecification(
                                name,
                                new Geometry(blocks, blockSize, 4096),
                                arguments.path("writeCache").asBoolean(true)));
        return describe(volume);
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

    private ObjectNode resizeVolume(ObjectNode arguments)
            throws AdministrationException, DeviceException {
        Volume volume = volume(arguments);
        refuseConfigured(volume, "resized");
        backend.resize(
                volume,
                blocks(arguments, volume.geometry().logicalBlockBytes()),
                arguments.path("allowShrink").asBoolean(false));
        return describe(volume);
    }

    private ObjectNode renameVolume(ObjectNode arguments)
            throws AdministrationException, DeviceException {
        Volume volume = volume(arguments);
        refuseConfigured(volume, "renamed");
        backend.rename(volume, arguments.path("newName").asText());
        return describe(volume);
    }

    private ObjectNode writeCache(ObjectNode arguments)
            throws AdministrationException, DeviceException {
        Volume volume = volume(arguments);
        refuseConfigured(volume, "changed");
        backend.writeCache(volume, arguments.path("writeCache").asBoolean());
        return describe(volume);
    }

    private ObjectNode recoverVolume(ObjectNode arguments)
            throws AdministrationException, DeviceException {
        Volume volume = volume(arguments);
        if (volume.offlineFault() == null) {
            throw new AdministrationException(
                    "volume \"" + volume.description().name() + "\" is online already");
        }
        backend.recover(volume);
        return describe(volume);
    }

    private ObjectNode deleteVolume(ObjectNode arguments)
            throws AdministrationException, DeviceException {
        Volume volume = volume(arguments);
        refuseConfigured(volume, "deleted");
        ObjectNode description = describe(volume);
        if (!description.path("mappedAs").isEmpty()) {
            throw new AdministrationException(
                    "volume \""
                            + volume.description().name()
                            + "\" is mapped as "
                            + description.path("mappedAs")
                            + "; unmap it first with stemma lun unmap");
        }
        backend.delete(volume);
        return description;
    }

    private TargetDefinition target(ObjectNode arguments, String key)
            throws AdministrationException {
        String name = Names.normalizeTarget(arguments.path(key).asText());
        TargetDefinition target = estate.targets().get(name);
        if (target == null) {
            throw new AdministrationException(
                    "target \""
                            + name
                            + "\" does not exist; stemma target list shows those that do");
        }
        return target;
    }

    private ObjectNode describe(TargetDefinition target) {
        ObjectNode node = target.toJson();
        node.put("origin", target.origin().toString());
        ArrayNode list = node.putArray("luns");
        estate.lunsOf(target.name()).values().forEach(lun -> list.add(describe(target, lun)));
        return node;
    }

    private ObjectNode describe(TargetDefinition target, LunDefinition lun) {
        Volume volume = estate.volume(lun.volume());
        ObjectNode node = object();
        node.put("target", target.name());
        node.put("lun", lun.lun());
        node.put("volume", volume == null ? "(missing)" : volume.description().name());
        node.put("readOnly", lun.readOnly());
        node.put("origin", lun.origin().toString());
        return node;
    }

    private ObjectNode listTargets() {
        ObjectNode result = object();
        ArrayNode list = result.putArray("targets");
        estate.targets().values().forEach(target -> list.add(describe(target)));
        return result;
    }

    private ObjectNode createTarget(ObjectNode arguments)
            throws AdministrationException, DeviceException {
        TargetDefinition target = TargetDefinition.fromJson(arguments, Origin.COMMAND);
        TargetDefinition before = estate.targets().get(target.name());
        if (before != null) {
            throw new AdministrationException(
                    "target " + target.name() + " exists already, made by " + before.origin());
        }
        checkSecrets(target);
        estate.putTarget(target);
        return describe(target);
    }

    private static void checkSecrets(TargetDefinition target) throws AdministrationException {
        try {
            target.access(System.getenv());
        } catch (java.io.IOException unreadable) {
            throw new AdministrationException(String.valueOf(unreadable.getMessage()), unreadable);
        }
    }

    private ObjectNode setTarget(ObjectNode arguments)
            throws AdministrationException, DeviceException {
        TargetDefinition before = target(arguments, "name");
        refuseConfigured(before, "changed");
        ObjectNode merged = before.toJson();
        merged.setAll(arguments);
        TargetDefinition target = TargetDefinition.fromJson(merged, Origin.COMMAND);
        checkSecrets(target);
        estate.putTarget(target);
        return describe(target);
    }

    private static void refuseConfigured(TargetDefinition target, String act)
            throws AdministrationException {
        if (!target.origin().equals(Origin.COMMAND)) {
            throw new AdministrationException(
                    "target "
                            + target.name()
                            + " is named at "
                            + target.origin()
                            + ", so it cannot be "
                            + act
                            + " by a command; change it there and restart");
        }
    }

    private ObjectNode deleteTarget(ObjectNode arguments)
            throws AdministrationException, DeviceException {
        TargetDefinition target = target(arguments, "name");
        refuseConfigured(target, "deleted");
        estate.removeTarget(target.name());
        sessions.close(target.name());
        return object().put("name", target.name());
    }

    private ObjectNode listLuns() {
        ObjectNode result = object();
        ArrayNode list = result.putArray("luns");
        for (TargetDefinition target : estate.targets().values()) {
            estate.lunsOf(target.name()).values().forEach(lun -> list.add(describe(target, lun)));
        }
        return result;
    }

    private ObjectNode mapLun(ObjectNode arguments)
            throws AdministrationException, DeviceException {
        TargetDefinition target = target(arguments, "target");
        Volume volume = volume(arguments.path("volume").asText());
        Map<Integer, LunDefinition> taken = estate.lunsOf(target.name());
        int lun = arguments.has("lun") ? arguments.path("lun").asInt() : lowestFree(taken);
        if (lun < 0 || lun > Names.LUN_MAX) {
            throw new AdministrationException("a LUN is a number from 0 to " + Names.LUN_MAX);
        }
        LunDefinition before = taken.get(lun);
        if (before != null) {
            throw new AdministrationException(
                    "LUN "
                            + lun
                            + " of "
                            + target.name()
                            + " is mapped already, by "
                            + before.origin()
                            + "; unmap it first or take another number");
        }
        LunDefinition definition =
                new LunDefinition(
                        lun,
                        volume.description().id(),
                        arguments.path("readOnly").asBoolean(false),
                        Origin.COMMAND);
        estate.putLun(target.name(), definition);
        return describe(target, definition);
    }

    private static int lowestFree(Map<Integer, LunDefinition> taken) {
        int lun = 0;
        while (taken.containsKey(lun)) {
            lun++;
        }
        return lun;
    }

    private ObjectNode unmapLun(ObjectNode arguments)
            throws AdministrationException, DeviceException {
        TargetDefinition target = target(arguments, "target");
        int lun = arguments.path("lun").asInt(-1);
        LunDefinition definition = estate.lunsOf(target.name()).get(lun);
        if (definition == null) {
            throw new AdministrationException(
                    "LUN " + lun + " of " + target.name() + " is not mapped");
        }
        if (!Objects.equals(definition.origin(), Origin.COMMAND)) {
            throw new AdministrationException(
                    "LUN "
                            + lun
                            + " is named at "
                            + definition.origin()
                            + ", so it cannot be unmapped by a command; change it there and"
                            + " restart");
        }
        estate.removeLun(target.name(), lun);
        return object().put("target", target.name()).put("lun", lun);
    }

    @Override
    public void close() throws AdministrationException {
        if (closesBackend) {
            try {
                backend.close();
            } catch (DeviceException failed) {
                throw new AdministrationException(
                        "closing the pool failed: " + failed.getMessage(), failed);
            }
        }
    }
}
