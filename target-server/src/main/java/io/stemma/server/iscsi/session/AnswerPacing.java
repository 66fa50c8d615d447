package io.stemma.server.iscsi.session;

/**
 * Decides whether answers may wait a moment for more of them, so that several leave with one system
 * call and wake the initiator once. ExpStatSN tells which answers an initiator has taken up (RFC
 * 7143, 4.2.2.2): one that has a good many of ours still before it gains nothing by getting another
 * at once. One that works on few commands at a time never has, and is answered at once.
 *
 * <p>On the connection's event loop only.
 */
final class AnswerPacing {
    /** Answers sent and not taken up from which on others may wait. */
    private static final int UNTAKEN_MIN = 8;

    /** So many answers wait at most; then all are sent. */
    private static final int WAITING_MAX = 16;

    /** How long answers wait at most, in nanoseconds. */
    static final long WAIT_NANOS = 50_000;

    private int expStatSn;
    private int sentStatSn;

    /** The connection begins to number its answers. */
    void begin(int firstStatSn) {
        expStatSn = firstStatSn;
        sentStatSn = firstStatSn;
    }

    /** A PDU of the initiator says which answer it expects next. */
    void expects(int newExpStatSn) {
        expStatSn = newExpStatSn;
    }

    /** All answers below that number have been handed to the socket. */
    void sent(int statSn) {
        sentStatSn = statSn;
    }

    /** Whether answers below that number may wait. */
    boolean mayWait(int statSn) {
        return sentStatSn - expStatSn >= UNTAKEN_MIN && statSn - sentStatSn < WAITING_MAX;
    }
}
