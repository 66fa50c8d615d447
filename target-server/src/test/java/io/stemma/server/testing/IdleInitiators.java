package io.stemma.server.testing;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * Many sessions of one initiator that log in, answer pings and do nothing else. On one thread; what
 * the target's other PDUs say is not looked at.
 */
public final class IdleInitiators implements AutoCloseable {
    private static final int LOGIN_RESPONSE = 0x23;
    private static final int NOP_IN = 0x20;

    private final InetSocketAddress portal;
    private final String target;
    private final Selector selector = Selector.open();
    private final ByteBuffer in = ByteBuffer.allocateDirect(4096);
    private final ByteBuffer out = ByteBuffer.allocateDirect(4096);
    private int opened;
    private int closed;
    private int answered;

    /** None yet. */
    public IdleInitiators(InetSocketAddress portal, String target) throws IOException {
        this.portal = portal;
        this.target = target;
    }

    /** Opens so many sessions one after the other, answering pings of older ones meanwhile. */
    public void open(int sessions) throws IOException {
        for (int i = 0; i < sessions; i++) {
            SocketChannel channel = SocketChannel.open(portal);
            logIn(channel, ++opened);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ);
            if (i % 256 == 0) {
                answerPings();
            }
        }
    }

    private void logIn(SocketChannel channel, long isid) throws IOException {
        byte[] keys =
                ("InitiatorName=iqn.2026-11.io.stemma.test:idle\0TargetName="
                                + target
                                + "\0SessionType=Normal\0")
                        .getBytes(StandardCharsets.US_ASCII);
        out.clear();
        out.put(0, (byte) 0x43).put(1, (byte) 0x87).putInt(2, 0).putInt(4, keys.length);
        out.putLong(8, isid << 16).putInt(16, 1).putInt(20, 0).putInt(24, 1).putInt(28, 0);
        out.putLong(32, 0).putLong(40, 0).put(48, keys);
        out.limit(48 + (keys.length + 3 & ~3));
        while (out.hasRemaining()) {
            channel.write(out);
        }
        in.clear();
        while (in.position() < 48 || in.position() < 48 + (in.getInt(4) + 3 & ~3)) {
            if (channel.read(in) < 0) {
                throw new IOException("session " + isid + ": closed during login");
            }
        }
        if (in.get(0) != LOGIN_RESPONSE || in.getShort(36) != 0) {
            throw new IOException(
                    "session " + isid + ": login status " + Integer.toHexString(in.getShort(36)));
        }
    }

    /** Answers what pings have come; returns how many were answered since the beginning. */
    public int answerPings() throws IOException {
        int _ = selector.selectNow(this::ready);
        return answered;
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
            if (in.position() == 48 && in.get(0) == NOP_IN) {
                int transferTag = in.getInt(20);
                out.clear();
                out.put(0, (byte) 0x40).put(1, (byte) 0x80).putInt(2, 0).putShort(6, (short) 0);
                out.putLong(8, 0).putInt(16, -1).putInt(20, transferTag).putInt(24, 1);
                out.putInt(28, in.getInt(24)).putLong(32, 0).putLong(40, 0).limit(48);
                channel.write(out);
                answered++;
            }
        } catch (IOException reset) {
            closed++;
            key.cancel();
        }
    }

    /** How many the target has closed. */
    public int closed() {
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
