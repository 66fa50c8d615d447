package io.stemma.server.iscsi.session;

import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** One connection's place among the {@link Visitors}. On the connection's event loop. */
public final class Visit {
    private final Visitors visitors;
    private final SocketAddress remote;
    private boolean counted = true;

    Visit(Visitors visitors, SocketAddress remote) {
        this.visitors = visitors;
        this.remote = remote;
    }

    /** The only visitor, for connections without a listening socket. */
    public static Visit alone() {
        Visitors one = new Visitors(1);
        SocketAddress nowhere = new InetSocketAddress(0);
        one.enter(nowhere);
        return new Visit(one, nowhere);
    }

    /** The connection belongs to a session now, or is gone. */
    void end() {
        if (counted) {
            counted = false;
            visitors.leave(remote);
        }
    }

    /** It belongs to none any more and would linger; returns whether there is a place for it. */
    boolean again() {
        counted = counted || visitors.enter(remote);
        return counted;
    }
}
