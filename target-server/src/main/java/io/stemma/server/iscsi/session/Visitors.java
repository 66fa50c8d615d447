package io.stemma.server.iscsi.session;

import io.stemma.engine.runtime.Invariant;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * Counts the connections that belong to no session: those that have not logged in, those of
 * discovery, those that linger until the initiator has read the last words. One address has at most
 * three quarters of the places, so that it cannot keep all others from logging in. Any thread.
 */
final class Visitors {
    private static final InetAddress NOWHERE = InetAddress.getLoopbackAddress();

    private final int max;
    private final int addressMax;
    private final Map<InetAddress, Integer> byAddress = new HashMap<>();
    private int all;

    /** So many places. */
    Visitors(int max) {
        this.max = max;
        addressMax = max - max / 4;
    }

    /** Takes a place, or returns false where none is free. */
    synchronized boolean enter(SocketAddress remote) {
        InetAddress address = address(remote);
        int before = byAddress.getOrDefault(address, 0);
        if (all >= max || before >= addressMax) {
            return false;
        }
        all++;
        byAddress.put(address, before + 1);
        return true;
    }

    /** Gives a place back. */
    synchronized void leave(SocketAddress remote) {
        Integer left = byAddress.computeIfPresent(address(remote), (a, n) -> n == 1 ? null : n - 1);
        all--;
        Invariant.check(all >= 0 && (all > 0 || left == null), "a place is given back once");
    }

    private static InetAddress address(SocketAddress remote) {
        InetAddress known =
                remote instanceof InetSocketAddress internet ? internet.getAddress() : null;
        return known == null ? NOWHERE : known;
    }

    /** Places taken. */
    synchronized int count() {
        return all;
    }
}
