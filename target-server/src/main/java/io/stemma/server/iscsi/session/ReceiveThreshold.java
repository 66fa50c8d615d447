package io.stemma.server.iscsi.session;

import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelConfig;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.stemma.server.iscsi.pdu.Pdu;

/**
 * How much has to come before the kernel wakes the event loop (SO_RCVLOWAT). An initiator that
 * sends its writes one by one wakes us for each; while our answers wait for each other it may as
 * well send a few more first. Whoever raises the threshold has a timer that lowers it: the kernel
 * then reports at once what has come meanwhile. The end of the stream is reported in any case.
 *
 * <p>Where the transport is not epoll nothing is changed. On the connection's event loop only.
 */
final class ReceiveThreshold {
    /** The option of Linux, asm-generic/socket.h; the same on x86-64 and arm64. */
    static final ChannelOption<Integer> RECEIVE_LOW_WATER =
            new IntegerUnixChannelOption("SO_RCVLOWAT", 1, 18);

    /** So many PDUs like the last are to come. */
    private static final int PDUS = 4;

    /** Shorter PDUs come many at a time anyway, bytes. */
    private static final int PDU_BYTES_MIN = 512;

    /** With more PDUs than this in one read the initiator does not send one by one. */
    private static final int PDUS_ONE_BY_ONE_MAX = 2;

    /** The highest threshold, bytes. */
    private static final int BYTES_MAX = 32 << 10;

    private final ChannelConfig config;
    private final boolean supported;
    private boolean raised;
    private int pdus;
    private int lastPduBytes;

    ReceiveThreshold(ChannelConfig config) {
        this.config = config;
        supported = config instanceof EpollChannelConfig;
    }

    /** A read begins. */
    void reading() {
        pdus = 0;
    }

    /** A whole PDU came with this read. */
    void came(Pdu pdu) {
        pdus++;
        lastPduBytes = Pdu.HEADER_BYTES + pdu.dataSegmentLength();
    }

    /** Asks the kernel to wait for a few PDUs like the last, if they come one by one. */
    void raise() {
        boolean oneByOne = pdus > 0 && pdus <= PDUS_ONE_BY_ONE_MAX;
        if (supported && !raised && oneByOne && lastPduBytes >= PDU_BYTES_MIN) {
            raised = set(Math.min(PDUS * lastPduBytes, BYTES_MAX));
        }
    }

    /** Every byte is reported again, and what has come already is reported at once. */
    void lower() {
        if (raised) {
            raised = !set(1);
        }
    }

    private boolean set(int bytes) {
        try {
            return config.setOption(RECEIVE_LOW_WATER, bytes);
        } catch (ChannelException gone) {
            // The socket is closed, and the handler is about to hear of it.
            return false;
        }
    }
}
