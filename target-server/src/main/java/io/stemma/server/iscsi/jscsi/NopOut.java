package io.stemma.server.iscsi.jscsi;

/**
 * A NOP-Out (RFC 7143, 11.18).
 *
 * @param immediate I: not ordered by CmdSN
 * @param lun eight bytes, as our NOP-In carried them
 * @param initiatorTaskTag 0xffffffff wants no answer
 * @param targetTransferTag the tag of the NOP-In that this answers, or 0xffffffff
 * @param cmdSn CmdSN
 * @param expStatSn ExpStatSN
 * @param data ping data, to be returned
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere; the data is read once
public record NopOut(
        boolean immediate,
        long lun,
        int initiatorTaskTag,
        int targetTransferTag,
        int cmdSn,
        int expStatSn,
        byte[] data)
        implements ControlPdu {}
