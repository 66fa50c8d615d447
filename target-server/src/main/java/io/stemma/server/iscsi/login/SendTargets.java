package io.stemma.server.iscsi.login;

import io.stemma.server.iscsi.session.AccessPolicy;
import io.stemma.server.iscsi.session.TargetDirectory;
import io.stemma.server.iscsi.session.TargetNode;
import io.stemma.server.iscsi.text.TextPair;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Answers SendTargets (RFC 7143, appendix C). Targets that the initiator may not log in to are not
 * listed.
 *
 * @param directory targets and portals
 * @param initiatorName normalized
 * @param local our end of the connection
 * @param remote the initiator's end
 * @param own name of the session's target, or null in a discovery session
 */
record SendTargets(
        TargetDirectory directory,
        String initiatorName,
        InetSocketAddress local,
        InetSocketAddress remote,
        @Nullable String own) {

    /** The answer to a value of the key. */
    List<TextPair> answer(String value) {
        if (value.equals("All")) {
            return own == null ? list(directory.targets()) : rejected();
        }
        if (value.isEmpty() && own == null) {
            return rejected();
        }
        String name = value.isEmpty() ? own : Admittance.normalize(value);
        TargetNode target = name == null ? null : directory.target(name);
        return target == null ? List.of() : list(List.of(target));
    }

    private static List<TextPair> rejected() {
        return List.of(new TextPair("SendTargets", TextPair.REJECT));
    }

    private List<TextPair> list(List<TargetNode> targets) {
        List<String> addresses = PortalAddresses.of(directory.portals(), local);
        List<TextPair> pairs = new ArrayList<>();
        for (TargetNode target : targets) {
            if (visible(target.access())) {
                pairs.add(new TextPair("TargetName", target.name()));
                for (String address : addresses) {
                    pairs.add(new TextPair("TargetAddress", address));
                }
            }
        }
        return pairs;
    }

    private boolean visible(AccessPolicy access) {
        return Admittance.admits(access, initiatorName, remote);
    }
}
