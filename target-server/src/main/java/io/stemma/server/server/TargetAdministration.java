package io.stemma.server.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.stemma.engine.block.DeviceException;
import io.stemma.server.cli.AdministrationException;
import io.stemma.server.cli.ControlProtocol;

import java.io.IOException;

/** What administrators may do with targets. {@link PoolAdministration} calls, one at a time. */
final class TargetAdministration {
    private final Estate estate;
    private final LunAdministration luns;
    private final SessionControl sessions;
    private final boolean serving;

    /**
     * Over an estate.
     *
     * @param serving whether this process is the server, whose environment holds the secrets
     */
    TargetAdministration(
            Estate estate, LunAdministration luns, SessionControl sessions, boolean serving) {
        this.estate = estate;
        this.luns = luns;
        this.sessions = sessions;
        this.serving = serving;
    }

    ObjectNode list() {
        ObjectNode result = ControlProtocol.JSON.createObjectNode();
        ArrayNode list = result.putArray("targets");
        estate.targets().values().forEach(target -> list.add(describe(target)));
        return result;
    }

    ObjectNode show(ObjectNode arguments) throws AdministrationException {
        return describe(luns.target(arguments.path("name").asText()));
    }

    private ObjectNode describe(TargetDefinition target) {
        ObjectNode node = target.toJson();
        node.put("origin", target.origin().toString());
        ArrayNode list = node.putArray("luns");
        estate.lunsOf(target.name())
                .values()
                .forEach(lun -> list.add(luns.describe(target.name(), lun)));
        return node;
    }

    ObjectNode create(ObjectNode arguments) throws AdministrationException, DeviceException {
        TargetDefinition target = TargetDefinition.fromJson(arguments, Origin.COMMAND);
        TargetDefinition before = estate.targets().get(target.name());
        if (before != null) {
            throw new AdministrationException(
                    "target "
                            + target.name()
                            + " exists already, made by "
                            + before.origin()
                            + "; stemma target set changes it");
        }
        checkSecrets(target);
        estate.putTarget(target);
        return describe(target);
    }

    private void checkSecrets(TargetDefinition target) throws AdministrationException {
        try {
            estate.checkSecrets(target, serving);
        } catch (IOException unusable) {
            throw new AdministrationException(Explanation.of(unusable), unusable);
        }
    }

    /** What is named is replaced, lists as a whole; what is not named stays. */
    ObjectNode set(ObjectNode arguments) throws AdministrationException, DeviceException {
        TargetDefinition before = luns.target(arguments.path("name").asText());
        refuseConfigured(before, "changed", "change it there and start the server again");
        ObjectNode merged = before.toJson();
        merged.setAll(arguments);
        TargetDefinition target = TargetDefinition.fromJson(merged, Origin.COMMAND);
        checkSecrets(target);
        estate.putTarget(target);
        return describe(target);
    }

    private static void refuseConfigured(TargetDefinition target, String act, String instead)
            throws AdministrationException {
        if (!target.origin().equals(Origin.COMMAND)) {
            throw new AdministrationException(
                    "target "
                            + target.name()
                            + " is named at "
                            + target.origin()
                            + ", so it cannot be "
                            + act
                            + " by a command; "
                            + instead);
        }
    }

    ObjectNode delete(ObjectNode arguments) throws AdministrationException, DeviceException {
        TargetDefinition target = luns.target(arguments.path("name").asText());
        refuseConfigured(target, "deleted", "take it out there and start the server again");
        estate.removeTarget(target.name());
        sessions.close(target.name());
        return ControlProtocol.JSON.createObjectNode().put("name", target.name());
    }
}
