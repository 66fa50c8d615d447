package io.stemma.server.iscsi.task;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.stemma.server.iscsi.pdu.Pdu;
import io.stemma.server.iscsi.pdu.PduEncoder;
import io.stemma.server.iscsi.pdu.RejectReason;
import io.stemma.server.iscsi.session.DataConnection;
import io.stemma.server.iscsi.session.Session;
import io.stemma.server.iscsi.text.NegotiatedParameters;

/** NOP both ways, Logout and Reject of one connection (RFC 7143, 11.14 to 11.19). */
final class SessionControl {
    private static final int CLOSE_SESSION = 0;
    private static final int CLOSE_CONNECTION = 1;
    private static final int LOGOUT_DONE = 0;
    private static final int CID_NOT_FOUND = 1;
    private static final int RECOVERY_NOT_SUPPORTED = 2;

    private final Session session;
    private final DataConnection connection;
    private final PduEncoder encoder;
    private final NegotiatedParameters parameters;
    private int pingTag;
    private int quietSeconds;
    private boolean pinged;

    SessionControl(Session session) {
        this.session = session;
        connection = session.connection();
        encoder = connection.encoder();
        parameters = session.outcome().parameters();
    }

    /** NOP-Out: repeats ping data; the answer to our own ping needs none. */
    void nopOut(Pdu pdu) {
        int tag = pdu.initiatorTaskTag();
        if (tag == Pdu.NO_TAG) {
            return;
        }
        int length =
                Math.min(
                        pdu.dataSegmentLength(),
                        connection.parameters().initiatorMaxRecvDataSegmentLength());
        ByteBuf out = connection.output().room(encoder.lengthOf(length));
        numbers(connection.takeStatSn());
        encoder.nopIn(out, pdu.longAt(8), tag, Pdu.NO_TAG, pdu.buffer(), pdu.dataIndex(), length);
    }

    /**
     * Logout: the answer is sent, then the connection closed; what tasks are left end by
     * themselves.
     */
    void logout(Pdu pdu) {
        int reason = pdu.byteAt(1) & 0x7f;
        int response = RECOVERY_NOT_SUPPORTED;
        if (reason == CLOSE_SESSION) {
            response = LOGOUT_DONE;
        } else if (reason == CLOSE_CONNECTION) {
            response = pdu.shortAt(20) == session.outcome().cid() ? LOGOUT_DONE : CID_NOT_FOUND;
        }
        ByteBuf out = connection.output().room(encoder.lengthOf(0));
        numbers(connection.takeStatSn());
        encoder.logoutResponse(
                out,
                pdu.initiatorTaskTag(),
                response,
                parameters.defaultTime2Wait(),
                parameters.defaultTime2Retain());
        if (response == LOGOUT_DONE) {
            connection.close("logout");
        }
    }

    /** Reject; its data is the header of what is rejected. */
    void reject(Pdu pdu, RejectReason reason) {
        ByteBuf out = connection.output().room(encoder.lengthOf(Pdu.HEADER_BYTES));
        numbers(connection.takeStatSn());
        encoder.reject(out, reason, pdu);
    }

    /** The initiator said something. */
    void heard() {
        quietSeconds = 0;
        pinged = false;
    }

    /** A second passed in silence: pings, or gives the connection up. */
    void quietSecond() {
        quietSeconds++;
        connection.idle();
        if (pinged && quietSeconds >= session.limits().pingSeconds()) {
            connection.close("no answer to a NOP-In");
        } else if (!pinged && quietSeconds >= session.limits().idleSeconds()) {
            pinged = true;
            quietSeconds = 0;
            ping();
        }
    }

    private void ping() {
        pingTag = pingTag + 1 & Integer.MAX_VALUE;
        ByteBuf out = connection.output().room(encoder.lengthOf(0));
        numbers(connection.statSn());
        encoder.nopIn(out, 0, Pdu.NO_TAG, pingTag, Unpooled.EMPTY_BUFFER, 0, 0);
        connection.flushSoon();
    }

    private void numbers(int statSn) {
        encoder.numbers(statSn, session.expCmdSn(), session.maxCmdSn());
    }
}
