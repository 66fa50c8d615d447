package io.stemma.server.iscsi.jscsi;

/**
 * A Text Response (RFC 7143, 11.11).
 *
 * @param finalBit F: the exchange is over
 * @param continues C: the text goes on in the next response
 * @param lun eight bytes
 * @param initiatorTaskTag as received
 * @param targetTransferTag 0xffffffff exactly where F is set
 * @param statSn StatSN
 * @param expCmdSn ExpCmdSN
 * @param maxCmdSn MaxCmdSN
 * @param text the data segment
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere; written once
public record TextResponse(
        boolean finalBit,
        boolean continues,
        long lun,
        int initiatorTaskTag,
        int targetTransferTag,
        int statSn,
        int expCmdSn,
        int maxCmdSn,
        byte[] text) {}
