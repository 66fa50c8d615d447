package io.stemma.server.iscsi.jscsi;

/**
 * A NOP-In (RFC 7143, 11.19).
 *
 * @param lun eight bytes, 0 where the Target Transfer Tag is 0xffffffff
 * @param initiatorTaskTag as received, 0xffffffff where we ask or only inform
 * @param targetTransferTag what the answer repeats, 0xffffffff wants none
 * @param statSn StatSN
 * @param expCmdSn ExpCmdSN
 * @param maxCmdSn MaxCmdSN
 * @param data ping data
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere; written once
public record NopIn(
        long lun,
        int initiatorTaskTag,
        int targetTransferTag,
        int statSn,
        int expCmdSn,
        int maxCmdSn,
        byte[] data) {}
