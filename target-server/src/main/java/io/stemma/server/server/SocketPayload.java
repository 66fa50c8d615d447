package io.stemma.server.server;

import io.stemma.server.cli.ControlFrames;
import io.stemma.server.cli.Payload;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/** The bytes of an operation that a command asked for over the control socket. One thread. */
final class SocketPayload implements Payload {
    private static final long PROGRESS_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final ControlFrames frames;
    private ByteBuffer left = ByteBuffer.allocate(0);
    private boolean ended;
    private long told = System.nanoTime();

    SocketPayload(ControlFrames frames) {
        this.frames = frames;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        while (!left.hasRemaining()) {
            if (ended || !receive()) {
                return -1;
            }
        }
        int count = Math.min(left.remaining(), into.remaining());
        into.put(left.slice(left.position(), count));
        left.position(left.position() + count);
        return count;
    }

    private boolean receive() throws IOException {
        switch (frames.next()) {
            case ControlFrames.DATA -> left = frames.body();
            case ControlFrames.END -> ended = true;
            default -> throw new IOException("the command sent something unknown");
        }
        return !ended;
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        frames.send(ControlFrames.DATA, bytes);
    }

    @Override
    public void progress(long done, long total) {
        long now = System.nanoTime();
        if (now - told < PROGRESS_NANOS) {
            return;
        }
        told = now;
        try {
            frames.send(
                    ControlFrames.PROGRESS,
                    ByteBuffer.allocate(16).putLong(done).putLong(total).flip());
        } catch (IOException gone) {
            ended = true; // Whoever reads or writes next is told why.
        }
    }
}
