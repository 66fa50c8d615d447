package io.stemma.server.iscsi.jscsi;

/**
 * A Logout Request (RFC 7143, 11.14).
 *
 * @param immediate I: not ordered by CmdSN
 * @param reason 0 closes the session, 1 the connection, 2 removes the connection for recovery
 * @param initiatorTaskTag to be returned
 * @param cid connection to log out, 0 to 65,535
 * @param cmdSn CmdSN
 * @param expStatSn ExpStatSN
 */
public record LogoutRequest(
        boolean immediate, int reason, int initiatorTaskTag, int cid, int cmdSn, int expStatSn)
        implements ControlPdu {}
