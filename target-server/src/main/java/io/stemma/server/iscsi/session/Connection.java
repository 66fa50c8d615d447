package io.stemma.server.iscsi.session;

import io.netty.channel.EventLoop;
import io.stemma.server.iscsi.text.NegotiatedParameters;

import java.net.InetSocketAddress;

/**
 * One TCP connection of an initiator, as its phases see it. All methods belong to its event loop
 * except {@link #eventLoop} and {@link #close}.
 */
public interface Connection {
    /** The loop that owns this connection and its session. */
    EventLoop eventLoop();

    /** Our end, the address the initiator reached us at. */
    InetSocketAddress localAddress();

    /** The initiator's end. */
    InetSocketAddress remoteAddress();

    /** Hands PDUs from now on to another phase, starting with the PDU after the current one. */
    void phase(PhaseHandler next);

    /** Digests and lengths as agreed, from the next PDU on in both directions. */
    void apply(NegotiatedParameters parameters);

    /**
     * Sends a whole control PDU: basic header segment and data segment without padding and digests,
     * which the connection adds. Batched; leaves at the end of the current read or {@link #flush}.
     */
    void send(byte[] headerAndData);

    /** Sends what was batched. */
    void flush();

    /** StatSN for the next response that carries status; counts up (RFC 7143, 4.2.2.2). */
    int takeStatSn();

    /** StatSN as the next response will have it, without taking it. */
    int statSn();

    /** Sets the first StatSN, once, at the first login request. */
    void initialStatSn(int statSn);

    /** Closes after what was sent; safe to repeat. Any thread. The reason is logged at debug. */
    void close(String reason);

    /** Reads nothing more for a moment, so that others get the event loop; then goes on. */
    void rest();
}
