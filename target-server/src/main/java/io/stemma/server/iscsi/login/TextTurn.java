package io.stemma.server.iscsi.login;

import io.stemma.server.iscsi.pdu.Pdu;

/**
 * One Text Request at a time (RFC 7143, 11.10): an initiator that sends the next before it has
 * taken up the answer to the last breaks the protocol, and thousands of them in one read would hold
 * up everybody on the event loop. Some are let through, for initiators that keep no count of our
 * answers. On the connection's event loop.
 */
final class TextTurn {
    private static final int EXP_STAT_SN = 28;

    /** Requests of a connection that may come too early; one more ends it. */
    private static final int EARLY_MAX = 64;

    private int early;
    private boolean answered;
    private int answer;

    /** Whether a request may be answered, by what it says of the answer to the one before. */
    boolean admits(Pdu request) {
        boolean inTurn = !answered || request.intAt(EXP_STAT_SN) - answer > 0;
        return inTurn || ++early <= EARLY_MAX;
    }

    /** A request was answered under that number; returns it. */
    int answered(int statSn) {
        answered = true;
        answer = statSn;
        return statSn;
    }
}
