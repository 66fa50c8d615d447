package io.stemma.server.iscsi.session;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;

import java.net.SocketAddress;
import java.util.function.Supplier;

/** Sets accepted connections up, and turns those away that would be too many before login. */
public final class ConnectionInitializer extends ChannelInitializer<Channel> {
    private final Supplier<PhaseHandler> firstPhase;
    private final SessionLimits limits;
    private final Visitors visitors;

    /**
     * Connections that begin with a phase of their own each.
     *
     * @param firstPhase makes the login phase of one connection
     */
    public ConnectionInitializer(Supplier<PhaseHandler> firstPhase, SessionLimits limits) {
        this.firstPhase = firstPhase;
        this.limits = limits;
        visitors = new Visitors(limits.loginsMax());
    }

    @Override
    protected void initChannel(Channel channel) {
        SocketAddress remote = channel.remoteAddress();
        if (remote == null || !visitors.enter(remote)) {
            ChannelFuture _ = channel.close();
            return;
        }
        channel.pipeline()
                .addLast(
                        new ConnectionHandler(
                                channel, firstPhase.get(), limits, new Visit(visitors, remote)));
    }

    /** Connections that belong to no session. */
    public int loggingIn() {
        return visitors.count();
    }
}
