package io.stemma.bench.initiator;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;

/**
 * A session that has logged in and whose connection belongs to the caller, for those that want to
 * send what no decent initiator sends. One thread.
 *
 * @param channel of its only connection, blocking
 * @param commandNumber CmdSN of the next command
 * @param statusNumber StatSN of the login's answer
 */
public record RawSession(SocketChannel channel, int commandNumber, int statusNumber)
        implements AutoCloseable {
    /** Logs in. */
    public static RawSession open(InetSocketAddress portal, String target) throws IOException {
        SocketChannel channel = SocketChannel.open(portal);
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            LoginExchange.Agreed agreed = LoginExchange.run(channel, target);
            return new RawSession(channel, agreed.commandNumber(), agreed.statusNumber());
        } catch (IOException refused) {
            channel.close();
            throw refused;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
