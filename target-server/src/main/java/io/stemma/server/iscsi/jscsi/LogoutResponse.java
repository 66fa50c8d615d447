package io.stemma.server.iscsi.jscsi;

/**
 * A Logout Response (RFC 7143, 11.15).
 *
 * @param response 0 closed, 1 no such CID, 2 recovery not supported, 3 clean-up failed
 * @param initiatorTaskTag as received
 * @param statSn StatSN
 * @param expCmdSn ExpCmdSN
 * @param maxCmdSn MaxCmdSN
 * @param time2Wait seconds, 0 to 32,767
 * @param time2Retain seconds, 0 to 32,767
 */
public record LogoutResponse(
        int response,
        int initiatorTaskTag,
        int statSn,
        int expCmdSn,
        int maxCmdSn,
        int time2Wait,
        int time2Retain) {}
