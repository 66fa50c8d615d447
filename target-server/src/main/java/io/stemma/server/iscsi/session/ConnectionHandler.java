package io.stemma.server.iscsi.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import io.stemma.engine.runtime.Invariant;
import io.stemma.server.iscsi.pdu.PduDecoder;
import io.stemma.server.iscsi.pdu.PduEncoder;
import io.stemma.server.iscsi.pdu.ReceiveBuffer;
import io.stemma.server.iscsi.pdu.ReceiveMemory;
import io.stemma.server.iscsi.pdu.RejectReason;
import io.stemma.server.iscsi.text.DigestType;
import io.stemma.server.iscsi.text.NegotiatedParameters;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.EnumSet;
import java.util.concurrent.TimeUnit;

/**
 * A connection on its channel: receives in place, hands whole PDUs to the phase, sends one batch a
 * read. Who does not read what we send is not read from, so that neither direction piles up.
 */
public final class ConnectionHandler extends ChannelInboundHandlerAdapter
        implements DataConnection {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionHandler.class);

    /** Where every PDU of an initiator keeps ExpStatSN. */
    private static final int EXP_STAT_SN = 28;

    /** How long a connection rests that waits for memory, or that asks too much too early. */
    private static final long REST_MILLIS = 20;

    private final SessionLimits limits;
    private final Visit visit;
    private final PduDecoder decoder = new PduDecoder(SessionLimits.LOGIN_DATA_SEGMENT_BYTES);
    private final PduEncoder encoder = new PduEncoder();
    private final Channel channel;
    private final OutputBatch output;
    private final AnswerPacing pacing = new AnswerPacing();
    private final ReceiveThreshold threshold;
    private final Runnable release = this::release;
    private final Runnable awaitMemory = this::awaitMemory;
    private final ReceiveBuffer receive;
    private PhaseHandler phase;
    private NegotiatedParameters parameters = NegotiatedParameters.defaults();
    private @Nullable Future<?> loginTimeout;
    private final EnumSet<Pause> pauses = EnumSet.noneOf(Pause.class);
    private int statSn;
    private boolean releaseScheduled;
    private long readNanos;
    private boolean reading;
    private boolean delivering;
    private boolean closing;
    private boolean closed;

    /**
     * A connection whose channel is being set up.
     *
     * @param first the phase it begins with
     * @param visit its place among the connections without a session, which it has taken
     * @param shared what the receive buffers of all connections may take
     */
    public ConnectionHandler(
            Channel channel,
            PhaseHandler first,
            SessionLimits limits,
            Visit visit,
            ReceiveMemory shared) {
        this.channel = channel;
        this.limits = limits;
        this.visit = visit;
        phase = first;
        output = new OutputBatch(channel);
        threshold = new ReceiveThreshold(channel.config());
        receive = new ReceiveBuffer(channel.alloc(), shared, SessionLimits.LOGIN_RECEIVE_BYTES);
        channel.config().setRecvByteBufAllocator(new InPlaceAllocator(receive, decoder));
        channel.config()
                .setWriteBufferWaterMark(
                        new WriteBufferWaterMark(
                                limits.outputBytesMax() / 2, limits.outputBytesMax()));
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        loginTimeout =
                eventLoop()
                        .schedule(
                                () -> close("no login in time"),
                                limits.loginSeconds(),
                                TimeUnit.SECONDS);
        context.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (closed) {
            bytes.release();
            return;
        }
        if (!receive.is(bytes)) {
            receiveCopy(bytes);
        }
        bytes.release();
        reading = true;
        deliver();
    }

    /**
     * Bytes that some other handler received: appended, delivered as far as they fill the buffer.
     */
    private void receiveCopy(ByteBuf bytes) {
        while (bytes.isReadable() && !closed) {
            ByteBuf room = receive.room(decoder.bytesWanted());
            room.writeBytes(bytes, Math.min(room.writableBytes(), bytes.readableBytes()));
            if (bytes.isReadable()) {
                reading = true;
                deliver();
                Invariant.check(pauses.isEmpty(), "a paused connection is not read from");
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        reading = false;
        if (!closed) {
            phase.readComplete(this);
            sendOrWait();
            if (!receive.drained()) {
                output.keepNothing();
            }
            awaitMemory();
        }
    }

    /** Reads on when there is memory for the PDU that has begun. */
    private void awaitMemory() {
        if (!closed && hasMemory()) {
            resume(Pause.MEMORY);
        }
    }

    private boolean hasMemory() {
        if (receive.prepare(decoder.bytesWanted())) {
            return true;
        }
        pause(Pause.MEMORY);
        eventLoop().schedule(awaitMemory, REST_MILLIS, TimeUnit.MILLISECONDS);
        return false;
    }

    /** Sends what was written, unless the initiator has enough to do and more may come soon. */
    private void sendOrWait() {
        if (!output.isSmall() || !pacing.mayWait(statSn)) {
            send();
        } else if (!releaseScheduled && !output.isEmpty()) {
            releaseScheduled = true;
            eventLoop().schedule(release, AnswerPacing.WAIT_NANOS, TimeUnit.NANOSECONDS);
            threshold.raise();
        }
    }

    private void release() {
        releaseScheduled = false;
        if (!closed) {
            threshold.lower();
            send();
        }
    }

    private void send() {
        output.flush();
        pacing.sent(statSn);
        phase.sent(this);
    }

    private void deliver() {
        delivering = true;
        threshold.reading();
        readNanos = System.nanoTime();
        try {
            while (!closing && pauses.isEmpty() && deliverNext()) {
                pauseIfUnread();
            }
        } catch (RuntimeException ours) {
            LOG.error("connection {} closed after a fault of our own", remoteAddress(), ours);
            close("internal fault");
        } catch (OutOfMemoryError none) {
            LOG.warn("connection {} closed: {}", remoteAddress(), none.toString());
            close("no memory");
        }
        delivering = false;
        if (closing) {
            leave();
        }
    }

    private boolean deliverNext() {
        switch (decoder.next(receive.bytes())) {
            case MORE -> {
                return false;
            }
            case PDU -> {
                threshold.came(decoder.pdu());
                pacing.expects(decoder.pdu().intAt(EXP_STAT_SN));
                phase.pdu(this, decoder.pdu());
            }
            case REJECTED -> reject();
            case BROKEN -> {
                reject();
                close("the stream of PDUs is broken");
            }
        }
        return true;
    }

    private void reject() {
        RejectReason reason = decoder.reason();
        if (reason != null) {
            phase.rejected(this, decoder.pdu(), reason);
        }
    }

    private void pauseIfUnread() {
        if (!channel.isWritable()) {
            send();
            if (!channel.isWritable()) {
                pause(Pause.OUTPUT);
            }
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (channel.isWritable()) {
            resume(Pause.OUTPUT);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        handlerRemoved(context);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        try {
            end();
        } finally {
            visit.end();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) {
            LOG.debug("connection {}: {}", remoteAddress(), cause.toString());
        } else if (cause instanceof OutOfMemoryError) {
            LOG.warn("connection {} closed: {}", remoteAddress(), cause.toString());
        } else {
            LOG.error("connection {}", remoteAddress(), cause);
        }
        cut();
    }

    private void cut() {
        ChannelFuture _ = channel.close();
    }

    private void end() {
        if (closed) {
            return;
        }
        closed = true;
        closing = true;
        endTimeout();
        output.discard();
        try {
            phase.closed(this);
        } finally {
            receive.close();
        }
    }

    private void endTimeout() {
        Future<?> timeout = loginTimeout;
        if (timeout != null) {
            timeout.cancel(false);
            loginTimeout = null;
        }
    }

    @Override
    public void loggedIn() {
        endTimeout();
        visit.end();
        receive.capacity(SessionLimits.RECEIVE_BYTES);
    }

    @Override
    public void pause(Pause why) {
        pauses.add(why);
        channel.config().setAutoRead(false);
    }

    @Override
    public void resume(Pause why) {
        if (!pauses.remove(why) || !pauses.isEmpty() || closed) {
            return;
        }
        if (!reading) {
            reading = true;
            deliver();
            reading = false;
            phase.readComplete(this);
            send();
        }
        if (pauses.isEmpty() && !closing && hasMemory()) {
            channel.config().setAutoRead(true);
        }
    }

    @Override
    public void rest() {
        pause(Pause.REST);
        eventLoop().schedule(() -> resume(Pause.REST), REST_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void idle() {
        receive.idle(decoder.bytesWanted());
        output.keepNothing();
    }

    @Override
    public void phase(PhaseHandler next) {
        phase = next;
    }

    @Override
    public void apply(NegotiatedParameters agreed) {
        parameters = agreed;
        boolean headers = parameters.headerDigest() == DigestType.CRC32C;
        boolean data = parameters.dataDigest() == DigestType.CRC32C;
        decoder.expect(parameters.targetMaxRecvDataSegmentLength(), headers, data);
        encoder.digests(headers, data);
    }

    @Override
    public void send(byte[] headerAndData) {
        if (!closed) {
            int length = encoder.lengthOf(headerAndData.length);
            encoder.whole(output.room(length), headerAndData);
        }
    }

    @Override
    public void flush() {
        if (closed) {
            output.discard();
        } else {
            send();
        }
    }

    @Override
    public void flushSoon() {
        if (closed) {
            output.discard();
        } else if (!reading) {
            sendOrWait();
        }
    }

    @Override
    public void close(String reason) {
        if (!eventLoop().inEventLoop()) {
            eventLoop().execute(() -> close(reason));
            return;
        }
        if (closing) {
            return;
        }
        closing = true;
        LOG.debug("connection {} closed: {}", remoteAddress(), reason);
        if (!delivering) {
            leave();
        }
    }

    /**
     * The phase ends now. The socket stays until the initiator has closed too, or for some seconds:
     * closing it with bytes unread would reset it and take away our last words.
     */
    private void leave() {
        if (closed) {
            return;
        }
        output.flushAll();
        end();
        if (!visit.again()) {
            cut();
            return;
        }
        Future<?> cut = eventLoop().schedule(this::cut, limits.closeSeconds(), TimeUnit.SECONDS);
        channel.closeFuture().addListener(gone -> cut.cancel(false));
        channel.config().setAutoRead(true);
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(sent -> shutDownOutput());
    }

    private void shutDownOutput() {
        if (channel instanceof DuplexChannel socket && channel.isActive()) {
            ChannelFuture _ = socket.shutdownOutput();
        } else {
            cut();
        }
    }

    @Override
    public OutputBatch output() {
        return output;
    }

    @Override
    public NegotiatedParameters parameters() {
        return parameters;
    }

    @Override
    public PduEncoder encoder() {
        return encoder;
    }

    @Override
    public ByteBufAllocator allocator() {
        return channel.alloc();
    }

    @Override
    public boolean mayHold() {
        return receive.mayHold();
    }

    @Override
    public long readNanos() {
        return readNanos;
    }

    @Override
    public EventLoop eventLoop() {
        return channel.eventLoop();
    }

    @Override
    public InetSocketAddress localAddress() {
        return internet(channel.localAddress());
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return internet(channel.remoteAddress());
    }

    private static InetSocketAddress internet(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress known
                ? known
                : InetSocketAddress.createUnresolved("unknown", 0);
    }

    @Override
    public int takeStatSn() {
        return statSn++;
    }

    @Override
    public int statSn() {
        return statSn;
    }

    @Override
    public void initialStatSn(int first) {
        statSn = first;
        pacing.begin(first);
    }
}
