package io.stemma.bench.fairness;

import io.stemma.bench.initiator.RawSession;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/** Sessions that log in, answer pings and do nothing else. One thread. */
final class IdleSessions implements AutoCloseable {
    private static final int HEADER_BYTES = 48;
    private static final int NOP_IN = 0x20;
    private static final int LOGINS_BETWEEN_PINGS = 256;

    private final InetSocketAddress portal;
    private final String target;
    private final Selector selector = Selector.open();
    private final ByteBuffer in = ByteBuffer.allocateDirect(4096);
    private final ByteBuffer out = ByteBuffer.allocateDirect(HEADER_BYTES);
    private int closed;
    private int answered;

    IdleSessions(InetSocketAddress portal, String target) throws IOException {
        this.portal = portal;
        this.target = target;
    }

    /** Opens so many, one after the other, and answers pings of older ones meanwhile. */
    void open(int sessions) throws IOException {
        for (int i = 1; i <= sessions; i++) {
            SocketChannel channel = RawSession.open(portal, target).channel();
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ);
            if (i % LOGINS_BETWEEN_PINGS == 0) {
                answerPings(0);
            }
        }
    }

    /** Answers the pings that have come; waits for one for so long, 0 not at all. */
    void answerPings(long millis) throws IOException {
        if (millis == 0) {
            int _ = selector.selectNow(this::ready);
        } else {
            int _ = selector.select(this::ready, millis);
        }
    }

    private void ready(SelectionKey key) {
        SocketChannel channel = (SocketChannel) key.channel();
        try {
            in.clear();
            if (channel.read(in) < 0) {
                closed++;
                channel.close();
                return;
            }
            if (in.position() >= HEADER_BYTES && in.get(0) == NOP_IN) {
                out.clear();
                for (int at = 0; at < HEADER_BYTES; at += 8) {
                    out.putLong(at, 0);
                }
                out.put(0, (byte) 0x40).put(1, (byte) 0x80).putInt(16, -1);
                out.putInt(20, in.getInt(20)).putInt(24, in.getInt(28));
                out.putInt(28, in.getInt(24));
                channel.write(out);
                answered++;
            }
        } catch (IOException reset) {
            closed++;
            key.cancel();
        }
    }

    /** Pings answered so far. */
    int answered() {
        return answered;
    }

    /** How many the server has closed. */
    int closed() {
        return closed;
    }

    @Override
    public void close() throws IOException {
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
    }
}
