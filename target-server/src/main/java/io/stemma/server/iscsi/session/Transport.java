package io.stemma.server.iscsi.session;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.GlobalEventExecutor;

import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** Event loops and listening sockets: epoll where its native library loads, NIO elsewhere. */
public final class Transport implements AutoCloseable {
    /** Connections the kernel keeps for us before we accept them. */
    private static final int BACKLOG = 128;

    private static final long STOP_SECONDS = 5;

    private final EventLoopGroup loops;
    private final ChannelGroup open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    private final Class<? extends ServerChannel> channelType;

    private Transport(
            int threads, IoHandlerFactory handlers, Class<? extends ServerChannel> channelType) {
        loops = new MultiThreadIoEventLoopGroup(threads, handlers);
        this.channelType = channelType;
    }

    /** The best transport of this machine with so many event loops. */
    public static Transport best(int threads) {
        return Epoll.isAvailable()
                ? new Transport(
                        threads, EpollIoHandler.newFactory(), EpollServerSocketChannel.class)
                : nio(threads);
    }

    /** The transport that works everywhere. */
    public static Transport nio(int threads) {
        return new Transport(threads, NioIoHandler.newFactory(), NioServerSocketChannel.class);
    }

    /** Whether it is epoll. */
    public boolean isNative() {
        return channelType == EpollServerSocketChannel.class;
    }

    /**
     * Begins to listen. Blocks until the socket is bound.
     *
     * @return the listening channel, whose local address tells the port where 0 was asked for
     */
    public Channel listen(InetSocketAddress address, ConnectionInitializer connections) {
        ChannelFuture bound =
                new ServerBootstrap()
                        .group(loops)
                        .channel(channelType)
                        .option(ChannelOption.SO_BACKLOG, BACKLOG)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childOption(ChannelOption.SO_KEEPALIVE, true)
                        .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                        .childHandler(remembered(connections))
                        .bind(address);
        Channel listening = bound.syncUninterruptibly().channel();
        open.add(listening);
        return listening;
    }

    private ChannelInitializer<Channel> remembered(ConnectionInitializer connections) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                open.add(channel);
                channel.pipeline().addLast(connections);
            }
        };
    }

    /** The event loops. */
    public EventLoopGroup loops() {
        return loops;
    }

    /**
     * Closes every channel and then ends the loops, because a loop that ends does not tell handlers
     * that their channels are gone; blocks for some seconds at most.
     */
    @Override
    public void close() {
        open.close().awaitUninterruptibly(STOP_SECONDS, TimeUnit.SECONDS);
        loops.shutdownGracefully(0, STOP_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(2 * STOP_SECONDS, TimeUnit.SECONDS);
    }
}
