package io.stemma.server.server;

import com.fasterxml.jackson.databind.node.ObjectNode;

import io.stemma.engine.volume.VolumeId;
import io.stemma.server.cli.ControlProtocol;

import java.util.UUID;

/**
 * A logical unit as it was asked for. The volume is kept by identity, so that a rename changes
 * nothing.
 */
record LunDefinition(int lun, VolumeId volume, boolean readOnly, Origin origin) {
    ObjectNode toJson() {
        ObjectNode node = ControlProtocol.JSON.createObjectNode();
        return node.put("lun", lun).put("volume", volume.toString()).put("readOnly", readOnly);
    }

    /** The same, but that initiators may change nothing. */
    LunDefinition asReadOnly() {
        return new LunDefinition(lun, volume, true, origin);
    }

    static LunDefinition fromJson(ObjectNode node, Origin origin) {
        return new LunDefinition(
                node.path("lun").asInt(),
                new VolumeId(UUID.fromString(node.path("volume").asText())),
                node.path("readOnly").asBoolean(),
                origin);
    }
}
