package io.stemma.server.iscsi.login;

import io.stemma.server.iscsi.pdu.Pdu;
import io.stemma.server.iscsi.session.Connection;

/**
 * One Text Request at a time (RFC 7143, 11.10): an initiator that sends the next before it has
 * taken up the answer to the last breaks the protocol, and thousands of them in one read would hold
 * up everybody on the event loop. Some are let through, for initiators that keep no count of our
 * answers; the connection then rests after each, so that one who is cut and comes again gains
 * nothing. On the connection's event loop.
 */
final class TextTurn {
    private static final int EXP_STAT_SN = 28;

    /** Requests of a connection that may come too early; one more ends it. */
    private static final int EARLY_MAX = 64;

    /** Of these so many cost no rest. */
    private static final int EARLY_FREE = 8;

    private int early;
    private boolean answered;
    private int answer;

    /** Whether a request may be answered, by what it says of the answer to the one before. */
    boolean admits(Connection connection, Pdu request) {
        if (!answered || request.intAt(EXP_STAT_SN) - answer > 0) {
            return true;
        }
        early++;
        if (early > EARLY_FREE) {
            connection.rest();
        }
        return early <= EARLY_MAX;
    }

    /** A request was answered under that number; returns it. */
    int answered(int statSn) {
        answered = true;
        answer = statSn;
        return statSn;
    }
}
