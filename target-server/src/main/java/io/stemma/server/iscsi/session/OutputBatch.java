package io.stemma.server.iscsi.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOutboundBuffer;
import io.stemma.engine.runtime.Invariant;

import org.jspecify.annotations.Nullable;

/**
 * What a connection is about to send, gathered in one pooled direct buffer so that a batch of
 * answers costs one system call. Long data is not copied in but goes between two parts of the
 * buffer. On the connection's event loop only.
 */
public final class OutputBatch {
    /** More than this is worth a system call of its own, bytes. */
    private static final int SMALL_BYTES = 64 << 10;

    /** A buffer that a thread's own cache gives without a lock, bytes. */
    private static final int SHORT_BUFFER_BYTES = 16 << 10;

    /** Batches in a row that would have fitted there, after which the next is tried in one. */
    private static final int SHORT_BATCHES_MIN = 8;

    private final Channel channel;
    private int shortBatches;
    private @Nullable ByteBuf buffer;

    /** The buffer of short batches, kept from one to the next until the connection is idle. */
    private @Nullable ByteBuf kept;

    private int handedOver;
    private boolean waiting;
    private boolean backlog;

    OutputBatch(Channel channel) {
        this.channel = channel;
    }

    /**
     * The buffer to write into, with room for {@code bytes} behind its writer index. Valid until
     * the next call to this object.
     */
    public ByteBuf room(int bytes) {
        ByteBuf open = buffer;
        if (open != null && open.writableBytes() >= bytes) {
            return open;
        }
        boolean fitsShort = open == null && shortBatches >= SHORT_BATCHES_MIN;
        handOver();
        ByteBuf fresh =
                fitsShort && bytes <= SHORT_BUFFER_BYTES
                        ? shortBuffer()
                        : ofCapacity(Math.max(bytes, SessionLimits.OUTPUT_BUFFER_BYTES));
        buffer = fresh;
        return fresh;
    }

    private ByteBuf shortBuffer() {
        ByteBuf again = kept;
        if (again == null) {
            again = ofCapacity(SHORT_BUFFER_BYTES);
            kept = again;
        } else if (again.refCnt() > 1) {
            // The network has not taken all of it.
            return ofCapacity(SHORT_BUFFER_BYTES);
        }
        return again.clear().retain();
    }

    private ByteBuf ofCapacity(int bytes) {
        return channel.alloc().directBuffer(bytes, bytes);
    }

    /** Gives the memory for short batches back as soon as it is sent. */
    void keepNothing() {
        ByteBuf unused = kept;
        if (unused != null) {
            kept = null;
            unused.release();
        }
    }

    /** Sends a buffer, which is taken over, behind what was written so far. */
    public void append(ByteBuf data) {
        handOverSoFar();
        write(data);
    }

    /**
     * Runs something once everything written so far has left for the network or never will, because
     * the channel is closed. On the event loop, perhaps inside {@link #flush}.
     */
    public void whenSent(Runnable action) {
        handOverSoFar();
        waiting = true;
        channel.write(Unpooled.EMPTY_BUFFER).addListener(sent -> action.run());
    }

    private void handOverSoFar() {
        ByteBuf open = buffer;
        if (open != null && open.writerIndex() > handedOver) {
            int length = open.writerIndex() - handedOver;
            write(open.retainedSlice(handedOver, length));
            handedOver = open.writerIndex();
        }
    }

    /** Whether something was written that {@link #flush} has not sent. */
    public boolean isEmpty() {
        ByteBuf open = buffer;
        return !waiting && (open == null || open.writerIndex() == handedOver);
    }

    /** Whether all of it lies in one buffer that is far from full. */
    boolean isSmall() {
        ByteBuf open = buffer;
        return !waiting && (open == null || open.writerIndex() < SMALL_BYTES);
    }

    /**
     * Sends everything. While the network has not taken what was sent before, more is gathered in
     * the same buffer: else an initiator that does not read would pin a whole buffer with each
     * short answer.
     */
    public void flush() {
        if (!backlog && !unsentBefore()) {
            flushAll();
        }
    }

    /** Sends everything, whatever was not taken before. */
    void flushAll() {
        handOver();
        if (waiting) {
            waiting = false;
            channel.flush();
        }
    }

    private boolean unsentBefore() {
        // Empty means that nothing flushed is left.
        ChannelOutboundBuffer unsent = channel.unsafe().outboundBuffer();
        if (unsent == null || unsent.isEmpty()) {
            return false;
        }
        backlog = true;
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener(
                        sent -> {
                            backlog = false;
                            flush();
                        });
        return backlog;
    }

    /** Gives memory back without sending it. */
    void discard() {
        ByteBuf open = buffer;
        buffer = null;
        handedOver = 0;
        if (open != null) {
            open.release();
        }
        keepNothing();
    }

    private void handOver() {
        ByteBuf open = buffer;
        if (open == null) {
            return;
        }
        buffer = null;
        shortBatches = open.writerIndex() <= SHORT_BUFFER_BYTES ? shortBatches + 1 : 0;
        if (open.writerIndex() == handedOver) {
            open.release();
        } else {
            write(open.readerIndex(handedOver));
        }
        handedOver = 0;
    }

    private void write(ByteBuf bytes) {
        Invariant.check(channel.eventLoop().inEventLoop(), "output belongs to its event loop");
        waiting = true;
        ChannelFuture _ = channel.write(bytes, channel.voidPromise());
    }
}
