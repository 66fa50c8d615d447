package io.stemma.server.iscsi.session;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Sets accepted connections up, and turns those away that would be too many before login. */
public final class ConnectionInitializer extends ChannelInitializer<Channel> {
    private final Supplier<PhaseHandler> firstPhase;
    private final SessionLimits limits;
    private final AtomicInteger loggingIn = new AtomicInteger();

    /**
     * Connections that begin with a phase of their own each.
     *
     * @param firstPhase makes the login phase of one connection
     */
    public ConnectionInitializer(Supplier<PhaseHandler> firstPhase, SessionLimits limits) {
        this.firstPhase = firstPhase;
        this.limits = limits;
    }

    @Override
    protected void initChannel(Channel channel) {
        if (loggingIn.incrementAndGet() > limits.loginsMax()) {
            loggingIn.decrementAndGet();
            ChannelFuture _ = channel.close();
            return;
        }
        channel.pipeline()
                .addLast(
                        new ConnectionHandler(
                                channel, firstPhase.get(), limits, loggingIn::decrementAndGet));
    }

    /** Connections that have not logged in. */
    public int loggingIn() {
        return loggingIn.get();
    }
}
