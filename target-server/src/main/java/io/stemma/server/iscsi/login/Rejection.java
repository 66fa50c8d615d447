package io.stemma.server.iscsi.login;

import io.stemma.server.iscsi.pdu.Pdu;
import io.stemma.server.iscsi.pdu.RejectReason;

import java.nio.ByteBuffer;

/** A Reject of a control PDU (RFC 7143, 11.17), which jSCSI cannot build. */
final class Rejection {
    private static final int OPCODE = 0x3f;
    private static final int FINAL = 0x80;

    private Rejection() {}

    /** The Reject; the header of what is rejected is its data. */
    static byte[] encode(RejectReason reason, Pdu pdu, int statSn, int expCmdSn, int maxCmdSn) {
        byte[] bytes = new byte[2 * Pdu.HEADER_BYTES];
        ByteBuffer header = ByteBuffer.wrap(bytes);
        header.put(0, (byte) OPCODE).put(1, (byte) FINAL).put(2, (byte) reason.code());
        header.putInt(4, Pdu.HEADER_BYTES);
        header.putInt(16, Pdu.NO_TAG);
        header.putInt(24, statSn).putInt(28, expCmdSn).putInt(32, maxCmdSn);
        pdu.copyHeader(0, bytes, Pdu.HEADER_BYTES, Pdu.HEADER_BYTES);
        return bytes;
    }
}
