package io.stemma.server.server;

import io.stemma.server.iscsi.session.Portal;
import io.stemma.server.iscsi.session.TargetNode;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/** What a person reads when the server is up: where it listens and how to mount what it serves. */
final class Welcome {
    private Welcome() {}

    /** A wildcard is no address to connect to; this machine itself always is one. */
    private static InetSocketAddress reachable(InetSocketAddress address) {
        return address.getAddress().isAnyLocalAddress()
                ? new InetSocketAddress(InetAddress.getLoopbackAddress(), address.getPort())
                : address;
    }

    static String text(List<Portal> portals, List<TargetNode> targets) {
        StringBuilder text = new StringBuilder();
        String address = "";
        for (Portal portal : portals) {
            InetSocketAddress shown =
                    portal.advertised() == null ? portal.listen() : portal.advertised();
            text.append("listening on ").append(Addresses.format(portal.listen())).append('\n');
            address = address.isEmpty() ? Addresses.format(reachable(shown)) : address;
        }
        if (targets.isEmpty()) {
            return text.append(
                            "no target yet; make one with stemma target create and stemma lun"
                                    + " map\n")
                    .toString();
        }
        for (TargetNode target : targets) {
            for (Integer lun : target.device().units().keySet()) {
                text.append("  iscsi://").append(address).append('/').append(target.name());
                text.append('/').append(lun).append('\n');
            }
        }
        TargetNode first = targets.get(0);
        text.append("On Linux (package open-iscsi, as root):\n");
        text.append("  iscsiadm -m discovery -t sendtargets -p ").append(address).append('\n');
        text.append("  iscsiadm -m node -T ").append(first.name()).append(" -p ");
        text.append(address).append(" --login\n");
        text.append("  lsblk -S        # shows the new disk; mkfs and mount it as any other\n");
        text.append("Ctrl-C ends the server.\n");
        return text.toString();
    }
}
