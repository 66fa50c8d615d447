package io.stemma.server.iscsi.session;

import io.stemma.server.iscsi.pdu.Pdu;
import io.stemma.server.iscsi.pdu.RejectReason;

/** What a connection does with PDUs: login first, then discovery or full feature phase. */
public interface PhaseHandler {
    /** A whole PDU with valid digests; {@code pdu} is valid during the call only. */
    void pdu(Connection connection, Pdu pdu);

    /**
     * A PDU that must be rejected. Where the stream cannot be trusted after it, the connection is
     * closed after this call. A phase that cannot send a Reject closes.
     *
     * @param pdu only its header may be believed
     */
    default void rejected(Connection connection, Pdu pdu, RejectReason reason) {
        connection.close("PDU refused: " + reason);
    }

    /** The last PDU of one read was delivered; what was batched is sent after this. */
    default void readComplete(Connection connection) {}

    /** All that was written so far has been handed to the socket. */
    default void sent(Connection connection) {}

    /** The connection is gone. Called once. */
    void closed(Connection connection);
}
