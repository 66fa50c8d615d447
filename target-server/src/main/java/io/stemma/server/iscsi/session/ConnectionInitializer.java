package io.stemma.server.iscsi.session;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.stemma.server.iscsi.pdu.ReceiveMemory;

import java.net.SocketAddress;
import java.util.function.Supplier;

/** Sets accepted connections up, and turns those away that would be too many before login. */
public final class ConnectionInitializer extends ChannelInitializer<Channel> {
    private final Supplier<PhaseHandler> firstPhase;
    private final SessionLimits limits;
    private final Visitors visitors;
    private final ReceiveMemory receiveMemory;

    /**
     * Connections that begin with a phase of their own each.
     *
     * @param firstPhase makes the login phase of one connection
     */
    public ConnectionInitializer(Supplier<PhaseHandler> firstPhase, SessionLimits limits) {
        this(firstPhase, limits, new ReceiveMemory(SessionLimits.ALL_RECEIVE_BYTES));
    }

    /** The same with so much memory for receiving. */
    public ConnectionInitializer(
            Supplier<PhaseHandler> firstPhase, SessionLimits limits, ReceiveMemory receiveMemory) {
        this.receiveMemory = receiveMemory;
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
                                channel,
                                firstPhase.get(),
                                limits,
                                new Visit(visitors, remote),
                                receiveMemory));
    }

    /** Connections that belong to no session. */
    public int loggingIn() {
        return visitors.count();
    }
}
