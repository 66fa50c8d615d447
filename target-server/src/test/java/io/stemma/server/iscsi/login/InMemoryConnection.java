package io.stemma.server.iscsi.login;

import io.netty.channel.EventLoop;
import io.stemma.server.iscsi.pdu.Pdu;
import io.stemma.server.iscsi.pdu.PduOnHeap;
import io.stemma.server.iscsi.session.Connection;
import io.stemma.server.iscsi.session.PhaseHandler;
import io.stemma.server.iscsi.text.NegotiatedParameters;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;

/** A connection without a network: what was sent can be read, what a phase does can be seen. */
final class InMemoryConnection implements Connection {
    final Deque<byte[]> sent = new ArrayDeque<>();
    PhaseHandler phase;
    @Nullable NegotiatedParameters applied;
    @Nullable String closed;
    InetSocketAddress local = new InetSocketAddress(InetAddress.getLoopbackAddress(), 3260);
    InetSocketAddress remote = new InetSocketAddress(InetAddress.getLoopbackAddress(), 50_000);
    int statSn;
    int initialCalls;
    int rests;

    InMemoryConnection(PhaseHandler phase) {
        this.phase = phase;
    }

    /** Delivers a PDU to whatever phase is on. */
    void receive(byte[] bytes) {
        Pdu pdu = PduOnHeap.of(bytes);
        phase.pdu(this, pdu);
        phase.readComplete(this);
    }

    @Override
    public EventLoop eventLoop() {
        throw new IllegalStateException("login needs no event loop");
    }

    @Override
    public InetSocketAddress localAddress() {
        return local;
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return remote;
    }

    @Override
    public void phase(PhaseHandler next) {
        phase = next;
    }

    @Override
    public void apply(NegotiatedParameters parameters) {
        applied = parameters;
    }

    @Override
    public void send(byte[] headerAndData) {
        if (closed != null) {
            throw new AssertionError("sent after close");
        }
        sent.add(headerAndData);
    }

    @Override
    public void flush() {}

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
        if (initialCalls++ > 0) {
            throw new AssertionError("StatSN set twice");
        }
        statSn = first;
    }

    @Override
    public void rest() {
        // What a test hands over, it hands over at once.
        rests++;
    }

    @Override
    public void close(String reason) {
        if (closed == null) {
            closed = reason;
        }
    }
}
