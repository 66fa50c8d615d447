package io.stemma.server.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.volume.VolumeId;
import io.stemma.server.cli.AdministrationException;
import io.stemma.server.cli.ControlProtocol;

import java.util.Map;

/** What administrators may do with mappings. {@link PoolAdministration} calls, one at a time. */
final class LunAdministration {
    private final Estate estate;

    LunAdministration(Estate estate) {
        this.estate = estate;
    }

    /** The target of that name, in whatever case it is written. */
    TargetDefinition target(String written) throws AdministrationException {
        String name = Names.normalizeTarget(written);
        TargetDefinition target = estate.targets().get(name);
        if (target == null) {
            throw new AdministrationException(
                    "target \""
                            + name
                            + "\" does not exist; stemma target list shows those that do");
        }
        return target;
    }

    ObjectNode describe(String target, LunDefinition lun) {
        String name = estate.volumes().name(lun.volume());
        ObjectNode node = ControlProtocol.JSON.createObjectNode();
        node.put("target", target);
        node.put("lun", lun.lun());
        node.put("volume", name == null ? "(missing)" : name);
        node.put("readOnly", lun.readOnly());
        node.put("origin", lun.origin().toString());
        return node;
    }

    /** Also those whose target is gone, so that they can be found and unmapped. */
    ObjectNode list() {
        ObjectNode result = ControlProtocol.JSON.createObjectNode();
        ArrayNode list = result.putArray("luns");
        estate.luns()
                .forEach(
                        (target, luns) ->
                                luns.values().forEach(lun -> list.add(describe(target, lun))));
        return result;
    }

    ObjectNode map(ObjectNode arguments) throws AdministrationException, DeviceException {
        TargetDefinition target = target(arguments.path("target").asText());
        String name = arguments.path("volume").asText();
        VolumeId volume = estate.volumes().existing(name);
        Map<Integer, LunDefinition> taken = estate.lunsOf(target.name());
        int lun = arguments.has("lun") ? arguments.path("lun").asInt(-1) : lowestFree(taken);
        if (lun < 0 || lun > Names.LUN_MAX) {
            throw new AdministrationException(
                    arguments.has("lun")
                            ? "a LUN is a number from 0 to " + Names.LUN_MAX
                            : "target "
                                    + target.name()
                                    + " has no free LUN below "
                                    + (Names.LUN_MAX + 1)
                                    + "; make another target");
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
                        volume,
                        arguments.path("readOnly").asBoolean(false) || Names.isSnapshot(name),
                        Origin.COMMAND);
        estate.putLun(target.name(), definition);
        return describe(target.name(), definition);
    }

    private static int lowestFree(Map<Integer, LunDefinition> taken) {
        int lun = 0;
        while (taken.containsKey(lun)) {
            lun++;
        }
        return lun;
    }

    ObjectNode unmap(ObjectNode arguments) throws AdministrationException, DeviceException {
        String target = Names.normalizeTarget(arguments.path("target").asText());
        int lun = arguments.path("lun").asInt(-1);
        LunDefinition definition = estate.lunsOf(target).get(lun);
        if (definition == null) {
            target(target);
            throw new AdministrationException(
                    "LUN "
                            + lun
                            + " of "
                            + target
                            + " is not mapped; stemma lun list shows those that are");
        }
        if (!definition.origin().equals(Origin.COMMAND)) {
            throw new AdministrationException(
                    "LUN "
                            + lun
                            + " is named at "
                            + definition.origin()
                            + ", so it cannot be unmapped by a command; take it out there and"
                            + " start the server again");
        }
        estate.removeLun(target, lun);
        return ControlProtocol.JSON.createObjectNode().put("target", target).put("lun", lun);
    }
}
