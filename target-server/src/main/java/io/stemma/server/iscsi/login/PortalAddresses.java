package io.stemma.server.iscsi.login;

import io.stemma.server.iscsi.session.Portal;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Portals as an initiator that reached us at one address can use them (RFC 7143, 13.8). */
final class PortalAddresses {
    private PortalAddresses() {}

    /** Values of TargetAddress, the portal that the initiator came through first. */
    static List<String> of(List<Portal> portals, InetSocketAddress local) {
        List<Portal> sorted = new ArrayList<>(portals);
        sorted.sort((a, b) -> Boolean.compare(serves(b, local), serves(a, local)));
        Set<String> values = new LinkedHashSet<>();
        for (Portal portal : sorted) {
            if (reachable(portal, local)) {
                values.add(address(portal, local) + "," + portal.portalGroupTag());
            }
        }
        return List.copyOf(values);
    }

    /** The tag of the portal group that serves a connection; 1 if no portal is known. */
    static int tag(List<Portal> portals, InetSocketAddress local) {
        return portals.stream()
                .filter(portal -> serves(portal, local))
                .findFirst()
                .map(Portal::portalGroupTag)
                .orElse(1);
    }

    private static boolean serves(Portal portal, InetSocketAddress local) {
        InetAddress listen = portal.listen().getAddress();
        return portal.listen().getPort() == local.getPort()
                && listen != null
                && (listen.isAnyLocalAddress() || listen.equals(local.getAddress()));
    }

    /** A loopback portal is of no use to an initiator on another machine. */
    private static boolean reachable(Portal portal, InetSocketAddress local) {
        InetAddress listen = portal.listen().getAddress();
        return portal.advertised() != null
                || listen == null
                || !listen.isLoopbackAddress()
                || local.getAddress() == null
                || local.getAddress().isLoopbackAddress();
    }

    private static String address(Portal portal, InetSocketAddress local) {
        InetSocketAddress advertised = portal.advertised();
        if (advertised != null && isName(advertised.getHostString())) {
            // A name that an operator wrote may resolve differently at the initiator.
            return advertised.getHostString() + ":" + advertised.getPort();
        }
        InetSocketAddress named = advertised == null ? portal.listen() : advertised;
        InetAddress address = named.getAddress();
        if (advertised == null && address != null && address.isAnyLocalAddress()) {
            address = local.getAddress();
        }
        return host(address, named.getHostString()) + ":" + named.getPort();
    }

    private static boolean isName(String host) {
        return !host.contains(":") && host.chars().anyMatch(Character::isLetter);
    }

    private static String host(@Nullable InetAddress address, String unresolved) {
        String numeric = address == null ? unresolved : address.getHostAddress();
        int scope = numeric.indexOf('%');
        String plain = scope < 0 ? numeric : numeric.substring(0, scope);
        return plain.contains(":") ? "[" + plain + "]" : plain;
    }
}
