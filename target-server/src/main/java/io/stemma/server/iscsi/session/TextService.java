package io.stemma.server.iscsi.session;

import io.stemma.server.iscsi.pdu.Pdu;
import io.stemma.server.iscsi.pdu.RejectReason;

import org.jspecify.annotations.Nullable;

/** Answers Text Requests in full feature phase (RFC 7143, 11.10); one object a session. */
public interface TextService {
    /**
     * A Text Request whose turn it is; its CmdSN is counted. Answers through {@link
     * Connection#send}, with StatSN from the connection, ExpCmdSN and MaxCmdSN from the session.
     *
     * @return null where it was answered, else why it has to be rejected
     */
    @Nullable RejectReason text(Connection connection, Session session, Pdu request);

    /** Makes one for each session. */
    @FunctionalInterface
    interface Factory {
        /** A service for a session that begins. */
        TextService open(Session session);
    }
}
