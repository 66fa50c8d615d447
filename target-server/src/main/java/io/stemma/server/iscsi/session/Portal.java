package io.stemma.server.iscsi.session;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;

/**
 * A network portal (RFC 7143, 4.1).
 *
 * @param listen where we listen; a wildcard address is possible
 * @param advertised what SendTargets names instead, or null to name the address that the initiator
 *     reached us at
 * @param portalGroupTag 1 to 65,535
 */
public record Portal(
        InetSocketAddress listen, @Nullable InetSocketAddress advertised, int portalGroupTag) {}
