package io.stemma.server.iscsi.session;

/**
 * The door between login and the sessions. Login calls it once, when everything was agreed and
 * proved and before the last Login Response, on the connection's event loop. Normal sessions only:
 * a discovery session lives and ends with its connection.
 */
public interface SessionAdmission {
    /**
     * Makes the session, reinstates it (same initiator name, ISID and portal group with TSIH 0), or
     * refuses. Must not send: the Login Response comes first. Digests and lengths are applied by
     * login.
     */
    Admission admit(LoginOutcome outcome, Connection connection);

    /** What came of it. */
    sealed interface Admission {}

    /**
     * The connection belongs to a session.
     *
     * @param tsih 1 to 65,535, for the last Login Response
     * @param maxCmdSn MaxCmdSN of the last Login Response; ExpCmdSN is {@link LoginOutcome#cmdSn}
     * @param next takes over with the PDU after the login
     */
    record Admitted(int tsih, int maxCmdSn, PhaseHandler next) implements Admission {}

    /**
     * No session.
     *
     * @param status anything but {@link LoginStatus#SUCCESS}
     */
    record Refused(LoginStatus status) implements Admission {}
}
