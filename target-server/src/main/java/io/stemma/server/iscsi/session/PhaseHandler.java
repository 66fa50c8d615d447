package io.stemma.server.iscsi.session;

import io.stemma.server.iscsi.pdu.Pdu;

/** What a connection does with PDUs: login first, then discovery or full feature phase. */
public interface PhaseHandler {
    /** A whole PDU with valid digests; {@code pdu} is valid during the call only. */
    void pdu(Connection connection, Pdu pdu);

    /** The last PDU of one read was delivered; what was batched is sent after this. */
    default void readComplete(Connection connection) {}

    /** The connection is gone. Called once. */
    void closed(Connection connection);
}
