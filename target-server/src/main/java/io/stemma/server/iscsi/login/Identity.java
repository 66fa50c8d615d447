package io.stemma.server.iscsi.login;

import io.stemma.server.iscsi.session.AccessPolicy;
import io.stemma.server.iscsi.session.Connection;
import io.stemma.server.iscsi.session.LoginStatus;
import io.stemma.server.iscsi.session.TargetNode;
import io.stemma.server.iscsi.text.Negotiation;
import io.stemma.server.iscsi.text.TextPair;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * Who wants to go where, as the first text of a login says (RFC 7143, 6.3.1).
 *
 * @param initiatorName normalized
 * @param target null for a discovery session
 * @param policy what guards it
 */
record Identity(String initiatorName, @Nullable TargetNode target, AccessPolicy policy) {

    /** An identity, or the status with which the login ends. */
    sealed interface Found {}

    /** May go on to prove itself. */
    record Known(Identity identity) implements Found {}

    /** May not. */
    record Turned(LoginStatus status) implements Found {}

    static Found find(LoginSettings settings, Negotiation negotiation, Connection connection) {
        String type = negotiation.declared("SessionType");
        boolean discovery = "Discovery".equals(type);
        if (type != null && !discovery && !type.equals("Normal")) {
            return new Turned(LoginStatus.SESSION_TYPE_NOT_SUPPORTED);
        }
        String name = negotiation.declared("InitiatorName");
        String wanted = negotiation.declared("TargetName");
        if (name == null || (wanted == null && !discovery)) {
            return new Turned(LoginStatus.MISSING_PARAMETER);
        }
        String initiator = Admittance.normalize(name);
        if (initiator.isEmpty()) {
            return new Turned(LoginStatus.INITIATOR_ERROR);
        }
        TargetNode target = null;
        if (!discovery) {
            target = settings.directory().target(Admittance.normalize(String.valueOf(wanted)));
            if (target == null) {
                return new Turned(LoginStatus.NOT_FOUND);
            }
        }
        AccessPolicy policy = target == null ? settings.discovery() : target.access();
        return Admittance.admits(policy, initiator, connection.remoteAddress())
                ? new Known(new Identity(initiator, target, policy))
                : new Turned(LoginStatus.AUTHORIZATION_FAILURE);
    }

    /** What a target says of itself in its first answer (RFC 7143, 13.6 and 13.9). */
    List<TextPair> introduction(LoginSettings settings, Connection connection) {
        if (target == null) {
            return List.of();
        }
        List<TextPair> pairs = new ArrayList<>();
        if (!target.alias().isEmpty()) {
            pairs.add(new TextPair("TargetAlias", target.alias()));
        }
        int tag = PortalAddresses.tag(settings.directory().portals(), connection.localAddress());
        pairs.add(new TextPair("TargetPortalGroupTag", Integer.toString(tag)));
        return pairs;
    }
}
