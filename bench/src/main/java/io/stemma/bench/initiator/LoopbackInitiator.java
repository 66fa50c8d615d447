package io.stemma.bench.initiator;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * An initiator that batches: commands that may be sent together leave in one write, answers that
 * came together are taken in one read. One session, one connection, no digests; it keeps a fixed
 * number of READ(16) or WRITE(16) commands in flight and allocates nothing once logged in.
 *
 * <p>It answers R2Ts and pings; everything else that is not the success of a command ends it with
 * an {@link IOException}, for it drives a load and judges nobody. One thread at a time.
 */
public final class LoopbackInitiator implements AutoCloseable {
    private static final int DEPTH_MAX = 128;
    private static final int BLOCK_BYTES = 512;
    private static final int DATA_BYTES = 1 << 20;

    private final SocketChannel channel;
    private final PduWriter out;
    private final LoginExchange.Agreed agreed;
    private final ByteBuffer in = ByteBuffer.allocateDirect(DATA_BYTES).limit(0);
    private final int[] freeTags = new int[DEPTH_MAX];
    private final long[] beganNanos = new long[DEPTH_MAX];

    private @Nullable Histogram latencies;
    private int free;
    private boolean write;
    private int bytes = BLOCK_BYTES;
    private int depth;
    private long lunBytes;
    private int commandNumber;
    private int maxCommandNumber;
    private int statusNumber;
    private int skipBytes;
    private long completed;
    private long random = 0x9E3779B97F4A7C15L;

    /** Logs in and waits until the unit is ready. */
    public LoopbackInitiator(InetSocketAddress portal, String target, int lun) throws IOException {
        channel = SocketChannel.open(portal);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        agreed = LoginExchange.run(channel, target);
        out = new PduWriter(channel, lun);
        commandNumber = agreed.commandNumber();
        maxCommandNumber = agreed.maxCommandNumber();
        statusNumber = agreed.statusNumber();
        for (int attempt = 0; !unitReady(); attempt++) {
            if (attempt == 8) {
                throw new IOException("the logical unit does not become ready");
            }
        }
    }

    /** Sends TEST UNIT READY, which also takes the unit attention of a new nexus (SPC-5, 6.53). */
    private boolean unitReady() throws IOException {
        out.testUnitReady(commandNumber++, statusNumber + 1);
        out.flush();
        while (true) {
            fill(PduWriter.HEADER_BYTES);
            int at = in.position();
            skipBytes = paddedSegment(at);
            boolean response = (in.get(at) & 0x3f) == 0x21;
            int status = in.get(at + 3);
            takeNumbers(at);
            in.position(at + PduWriter.HEADER_BYTES);
            skip();
            if (response) {
                return status == 0;
            }
        }
    }

    /**
     * Chooses what {@link #complete} does; nothing may be in flight.
     *
     * @param write or read
     * @param bytes of each command, a multiple of 512, at most 1 MiB
     * @param depth commands in flight, at most 128
     * @param lunBytes that commands are spread over
     */
    public void prepare(boolean write, int bytes, int depth, long lunBytes) {
        if (bytes > DATA_BYTES || depth > DEPTH_MAX || bytes > lunBytes) {
            throw new IllegalArgumentException(bytes + " bytes at depth " + depth);
        }
        this.write = write;
        this.bytes = bytes;
        this.depth = depth;
        this.lunBytes = lunBytes;
        free = depth;
        for (int tag = 0; tag < depth; tag++) {
            freeTags[tag] = tag;
        }
    }

    /**
     * Records from now on how long each command takes, from when it is laid out to when its answer
     * is read; costs two looks at the clock a command.
     *
     * @param nanoseconds where to, or null to record no longer
     */
    public void record(@Nullable Histogram nanoseconds) {
        latencies = nanoseconds;
    }

    /**
     * Waits for so many completions and keeps the depth filled; returns with commands in flight.
     */
    public void complete(long count) throws IOException {
        long goal = completed + count;
        submitAll();
        while (completed < goal) {
            turn();
            submitAll();
        }
        out.flush();
    }

    /** Waits until nothing is in flight. */
    public void drain() throws IOException {
        while (free < depth) {
            turn();
        }
    }

    private void turn() throws IOException {
        out.flush();
        fill(1);
        while (in.hasRemaining()) {
            skip();
            if (in.remaining() < PduWriter.HEADER_BYTES) {
                return;
            }
            answer();
        }
    }

    private void submitAll() throws IOException {
        while (free > 0 && commandNumber - maxCommandNumber <= 0) {
            int tag = freeTags[--free];
            beganNanos[tag] = latencies == null ? 0 : System.nanoTime();
            int immediate = write ? Math.min(bytes, agreed.immediateBytes()) : 0;
            out.command(
                    write, tag, nextBlock(), bytes, immediate, commandNumber++, statusNumber + 1);
        }
    }

    private long nextBlock() {
        random ^= random << 13;
        random ^= random >>> 7;
        random ^= random << 17;
        return Long.remainderUnsigned(random, lunBytes / bytes) * (bytes / BLOCK_BYTES);
    }

    private void answer() throws IOException {
        int at = in.position();
        skipBytes = paddedSegment(at);
        int opcode = in.get(at) & 0x3f;
        switch (opcode) {
            case 0x21 -> {
                takeNumbers(at);
                end(in.getInt(at + 16), in.get(at + 2), in.get(at + 3));
            }
            case 0x25 -> {
                if ((in.get(at + 1) & 1) != 0) {
                    takeNumbers(at);
                    end(in.getInt(at + 16), 0, in.get(at + 3));
                }
            }
            case 0x31 -> {
                maxCommandNumber = in.getInt(at + 32);
                out.dataOut(
                        in.getInt(at + 16),
                        in.getInt(at + 20),
                        in.getInt(at + 40),
                        in.getInt(at + 44),
                        agreed.segmentBytes(),
                        statusNumber + 1);
            }
            case 0x20 -> {
                if (in.getInt(at + 20) != -1) {
                    out.pong(in.getInt(at + 20), commandNumber, statusNumber + 1);
                }
            }
            default -> throw new IOException("unexpected opcode " + opcode);
        }
        in.position(at + PduWriter.HEADER_BYTES);
    }

    private void takeNumbers(int at) {
        statusNumber = in.getInt(at + 24);
        maxCommandNumber = in.getInt(at + 32);
    }

    private int paddedSegment(int at) {
        return ((in.getInt(at + 4) & 0xffffff) + 3) & ~3;
    }

    private void end(int tag, int response, int status) throws IOException {
        if (response != 0 || status != 0) {
            throw new IOException("command ended with response " + response + " status " + status);
        }
        Histogram recorded = latencies;
        if (recorded != null && beganNanos[tag] != 0) {
            recorded.recordValue(
                    Math.min(
                            System.nanoTime() - beganNanos[tag],
                            recorded.getHighestTrackableValue()));
        }
        freeTags[free++] = tag;
        completed++;
    }

    /** Drops the data segment of the PDU that was answered last, as far as it has come. */
    private void skip() throws IOException {
        while (skipBytes > 0) {
            if (!in.hasRemaining()) {
                fill(1);
            }
            int now = Math.min(skipBytes, in.remaining());
            in.position(in.position() + now);
            skipBytes -= now;
        }
    }

    /** Reads until so many bytes wait. */
    private void fill(int wanted) throws IOException {
        in.compact();
        do {
            if (channel.read(in) < 0) {
                throw new EOFException("the target closed the connection");
            }
        } while (in.position() < wanted);
        in.flip();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
