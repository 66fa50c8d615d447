package io.stemma.server.cli;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * What follows a request that says {@code "stream":true}, both ways: a letter, four bytes of
 * length, big-endian, and so many bytes. One thread sends, one receives.
 */
public final class ControlFrames {
    /** Bytes of the stream. */
    public static final int DATA = 'D';

    /** No more bytes of the stream; only from the side that asks. */
    public static final int END = 'E';

    /** Two numbers of 8 bytes: bytes done, bytes in all. */
    public static final int PROGRESS = 'P';

    /** The answer, as JSON; the last frame. */
    public static final int ANSWER = 'A';

    /** Bytes of one frame; a longer one ends the connection. */
    public static final int BYTES_MAX = 1 << 20;

    private final SocketChannel channel;
    private final DataInputStream in;
    private ByteBuffer body = ByteBuffer.allocate(0);

    /**
     * Over a connection.
     *
     * @param in what it receives; it may have read ahead
     */
    public ControlFrames(SocketChannel channel, InputStream in) {
        this.channel = channel;
        this.in = new DataInputStream(in);
    }

    /** Sends what remains in the buffer, in as many frames as that needs, one at the least. */
    public void send(int kind, ByteBuffer bytes) throws IOException {
        do {
            int length = Math.min(bytes.remaining(), BYTES_MAX);
            ByteBuffer head = ByteBuffer.allocate(5).put((byte) kind).putInt(length).flip();
            ByteBuffer part = bytes.slice(bytes.position(), length);
            ByteBuffer[] both = {head, part};
            while (head.hasRemaining() || part.hasRemaining()) {
                channel.write(both);
            }
            bytes.position(bytes.position() + length);
        } while (bytes.hasRemaining());
    }

    /**
     * Waits for the next frame.
     *
     * @return its kind; {@link #body} then has its bytes
     * @throws EOFException if the other side is gone
     */
    public int next() throws IOException {
        int kind = in.readUnsignedByte();
        int length = in.readInt();
        if (length < 0 || length > BYTES_MAX) {
            throw new IOException("a frame on the control socket exceeds its bound");
        }
        if (body.capacity() < length) {
            body = ByteBuffer.allocate(length);
        }
        in.readFully(body.array(), 0, length);
        body.clear().limit(length);
        return kind;
    }

    /** Bytes of the last frame, until the next. */
    public ByteBuffer body() {
        return body;
    }
}
