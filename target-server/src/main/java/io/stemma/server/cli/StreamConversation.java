package io.stemma.server.cli;

import org.jspecify.annotations.Nullable;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * Asks a running server for something that bytes belong to. One thread sends, so that an answer is
 * heard while bytes still go in.
 */
final class StreamConversation {
    private final SocketChannel channel;
    private final Payload payload;
    private volatile @Nullable IOException unread;

    StreamConversation(SocketChannel channel, Payload payload) {
        this.channel = channel;
        this.payload = payload;
    }

    /** All of it, after the request was sent. Returns the answer. */
    String run() throws IOException {
        ControlFrames frames =
                new ControlFrames(
                        channel, new BufferedInputStream(Channels.newInputStream(channel)));
        Thread.ofPlatform().daemon().name("stream-in").start(() -> send(frames));
        try {
            return answer(frames);
        } catch (IOException broken) {
            IOException first = unread;
            throw first == null ? broken : first;
        }
    }

    private String answer(ControlFrames frames) throws IOException {
        while (true) {
            int kind = frames.next();
            switch (kind) {
                case ControlFrames.DATA -> write(frames.body());
                case ControlFrames.PROGRESS ->
                        payload.progress(frames.body().getLong(), frames.body().getLong());
                case ControlFrames.ANSWER -> {
                    return StandardCharsets.UTF_8.decode(frames.body()).toString();
                }
                default -> throw new IOException("the server sent something unknown");
            }
        }
    }

    private void write(ByteBuffer bytes) throws IOException {
        try {
            payload.write(bytes);
        } catch (IOException failed) {
            unread = failed;
            throw failed;
        }
    }

    private void send(ControlFrames frames) {
        ByteBuffer buffer = ByteBuffer.allocate(ControlFrames.BYTES_MAX);
        try {
            while (read(buffer) >= 0) {
                frames.send(ControlFrames.DATA, buffer.flip());
                buffer.clear();
            }
            frames.send(ControlFrames.END, buffer.clear().limit(0));
        } catch (IOException ended) {
            // The server took no more: its answer says why. Or what was to be sent cannot be read.
            IOException own = unread;
            if (own != null) {
                close(own);
            }
        }
    }

    private int read(ByteBuffer into) throws IOException {
        try {
            return payload.read(into);
        } catch (IOException failed) {
            unread = failed;
            throw failed;
        }
    }

    private void close(IOException own) {
        try {
            channel.close();
        } catch (IOException closedAlready) {
            own.addSuppressed(closedAlready);
        }
    }
}
