package io.stemma.server.cli;

import io.stemma.engine.runtime.ByteSize;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.TimeUnit;

/** Bytes from or to a channel, and a line every few seconds for whoever waits. */
final class ChannelPayload implements Payload {
    private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long MIB = 1L << 20;

    private final @Nullable ReadableByteChannel in;
    private final @Nullable WritableByteChannel out;
    private final String what;
    private final PrintWriter err;
    private long told = System.nanoTime();

    /**
     * Of one of them.
     *
     * @param in null: nothing goes in
     * @param out null: nothing comes out
     * @param what to call it
     */
    ChannelPayload(
            @Nullable ReadableByteChannel in,
            @Nullable WritableByteChannel out,
            String what,
            PrintWriter err) {
        this.in = in;
        this.out = out;
        this.what = what;
        this.err = err;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        return in == null ? -1 : in.read(into);
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        if (out == null) {
            throw new IOException("bytes came where none were asked for");
        }
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    @Override
    public void progress(long done, long total) {
        long now = System.nanoTime();
        if (now - told >= LINE_NANOS) {
            told = now;
            err.println(
                    what
                            + ": "
                            + ByteSize.format(done / MIB * MIB)
                            + " of "
                            + ByteSize.format(total / MIB * MIB));
            err.flush();
        }
    }
}
