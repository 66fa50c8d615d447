package io.stemma.server.server;

import io.netty.util.NetUtil;
import io.stemma.server.iscsi.session.Network;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Objects;

/** Addresses as people write them: 127.0.0.1:3260, [::1]:3260, 10.0.0.0/8. */
final class Addresses {
    private Addresses() {}

    /** The message of an exception that has one. */
    static String message(IllegalArgumentException exception) {
        return Objects.requireNonNullElse(exception.getMessage(), "not valid");
    }

    /**
     * Reads HOST:PORT.
     *
     * @throws IllegalArgumentException with a message that says what to write instead
     */
    static InetSocketAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (host.isEmpty() || (host.contains(":") && !bracketed)) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is no address; write 127.0.0.1:3260 or [::1]:3260");
        }
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            if (port >= 0 && port <= 65_535) {
                String plain = bracketed ? host.substring(1, host.length() - 1) : host;
                return new InetSocketAddress(InetAddress.getByName(plain), port);
            }
        } catch (NumberFormatException | UnknownHostException unusable) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" names no host and port; write 127.0.0.1:3260", unusable);
        }
        throw new IllegalArgumentException("\"" + text + "\" has a port beyond 65535");
    }

    /** Writes HOST:PORT, IPv6 in brackets and short (RFC 5952). */
    static String format(InetSocketAddress address) {
        String host = NetUtil.toAddressString(address.getAddress());
        int zone = host.indexOf('%');
        String plain = zone < 0 ? host : host.substring(0, zone);
        return (plain.contains(":") ? "[" + plain + "]" : plain) + ":" + address.getPort();
    }

    /**
     * Reads a network in CIDR notation; a plain address is a network of one.
     *
     * @throws IllegalArgumentException with a message that says what to write instead
     */
    static Network network(String text) {
        int slash = text.indexOf('/');
        String host = slash < 0 ? text : text.substring(0, slash);
        if (host.matches("[0-9a-fA-F.:]+")) {
            try {
                InetAddress address = InetAddress.getByName(host);
                int bits = address.getAddress().length * 8;
                int prefix = slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1));
                if (prefix >= 0 && prefix <= bits) {
                    return new Network(address, prefix);
                }
            } catch (NumberFormatException | UnknownHostException unusable) {
                throw new IllegalArgumentException(
                        "\"" + text + "\" is no network; write 10.0.0.0/8 or fd00::/8", unusable);
            }
        }
        throw new IllegalArgumentException(
                "\"" + text + "\" is no network; write 10.0.0.0/8 or fd00::/8");
    }
}
