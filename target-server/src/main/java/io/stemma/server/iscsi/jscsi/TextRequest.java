package io.stemma.server.iscsi.jscsi;

/**
 * A Text Request (RFC 7143, 11.10).
 *
 * @param immediate I: not ordered by CmdSN
 * @param finalBit F: the initiator has nothing more to say
 * @param continues C: the text goes on in the next request
 * @param lun eight bytes, as the target sent them with the Target Transfer Tag
 * @param initiatorTaskTag names the exchange
 * @param targetTransferTag 0xffffffff begins an exchange, else our tag
 * @param cmdSn CmdSN
 * @param expStatSn ExpStatSN
 * @param text the data segment
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere; the text is read once
public record TextRequest(
        boolean immediate,
        boolean finalBit,
        boolean continues,
        long lun,
        int initiatorTaskTag,
        int targetTransferTag,
        int cmdSn,
        int expStatSn,
        byte[] text)
        implements ControlPdu {}
