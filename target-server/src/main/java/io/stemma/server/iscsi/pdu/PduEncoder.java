package io.stemma.server.iscsi.pdu;

import io.netty.buffer.ByteBuf;

/**
 * Writes the PDUs a target sends behind the writer index of a direct buffer, with padding and
 * digests. Makes no garbage. The caller has made {@link #lengthOf} bytes of room and has set the
 * sequence numbers by {@link #numbers}. One object a connection, on its event loop.
 *
 * <p>A residual is one signed number everywhere: positive bytes are overflow (O), negative ones
 * underflow (U), RFC 7143, 11.4.5.
 */
public final class PduEncoder {
    /** Most bytes behind a data segment. */
    public static final int TRAILER_BYTES_MAX = 3 + Digest.BYTES;

    private static final int FINAL = 0x80;
    private static final int OVERFLOW = 0x04;
    private static final int UNDERFLOW = 0x02;
    private static final int STATUS_FOLLOWS = 0x01;

    private final Digest digest = new Digest();
    private boolean headerDigest;
    private boolean dataDigest;
    private int statSn;
    private int expCmdSn;
    private int maxCmdSn;

    /** Which digests are written from the next PDU on. */
    public void digests(boolean headers, boolean data) {
        headerDigest = headers;
        dataDigest = data;
    }

    /** StatSN, ExpCmdSN and MaxCmdSN of the next PDU. */
    public PduEncoder numbers(int newStatSn, int newExpCmdSn, int newMaxCmdSn) {
        statSn = newStatSn;
        expCmdSn = newExpCmdSn;
        maxCmdSn = newMaxCmdSn;
        return this;
    }

    /** Bytes before the data segment. */
    public int headerLength() {
        return Pdu.HEADER_BYTES + (headerDigest ? Digest.BYTES : 0);
    }

    /** Bytes behind a data segment of that length: padding and digest. */
    public int trailerLength(int dataBytes) {
        return dataBytes == 0 ? 0 : (-dataBytes & 3) + (dataDigest ? Digest.BYTES : 0);
    }

    /** Bytes of a whole PDU. */
    public int lengthOf(int dataBytes) {
        return headerLength() + dataBytes + trailerLength(dataBytes);
    }

    /**
     * Only the header of a Data-In (RFC 7143, 11.7); data and {@link #trailer} follow.
     *
     * @param dataSn number of this PDU within the command
     * @param last whether the sequence ends here (F)
     */
    public void dataIn(ByteBuf out, int tag, int dataBytes, int dataSn, long offset, boolean last) {
        int at = begin(out, Opcode.SCSI_DATA_IN, last ? FINAL : 0);
        out.setMedium(at + 5, dataBytes);
        out.setInt(at + 16, tag);
        out.setInt(at + 20, Pdu.NO_TAG);
        out.setInt(at + 24, 0);
        out.setInt(at + 36, dataSn);
        out.setInt(at + 40, (int) offset);
        end(out, at);
    }

    /** The header of the last Data-In of a command that ended with GOOD: carries the status (S). */
    public void dataInWithStatus(
            ByteBuf out, int tag, int dataBytes, int dataSn, long offset, long residual) {
        int at = begin(out, Opcode.SCSI_DATA_IN, FINAL | STATUS_FOLLOWS | residualBits(residual));
        out.setMedium(at + 5, dataBytes);
        out.setInt(at + 16, tag);
        out.setInt(at + 20, Pdu.NO_TAG);
        out.setInt(at + 36, dataSn);
        out.setInt(at + 40, (int) offset);
        out.setInt(at + 44, residualCount(residual));
        end(out, at);
    }

    /**
     * Padding and digest of a data segment that lies at {@code data}, perhaps in another buffer.
     */
    public void trailer(ByteBuf out, ByteBuf data, int dataIndex, int dataBytes) {
        int padding = -dataBytes & 3;
        if (dataBytes != 0 && dataDigest) {
            int crc = digest.of(data, dataIndex, dataBytes, padding);
            out.writeZero(padding).writeIntLE(crc);
        } else {
            out.writeZero(padding);
        }
    }

    /**
     * SCSI Response (RFC 7143, 11.4).
     *
     * @param dataPdus how many Data-In and R2T PDUs the command had (ExpDataSN)
     */
    public void scsiResponse(
            ByteBuf out,
            int tag,
            int status,
            long residual,
            int dataPdus,
            byte[] sense,
            int senseBytes) {
        int data = senseBytes == 0 ? 0 : 2 + senseBytes;
        int at = begin(out, Opcode.SCSI_RESPONSE, FINAL | residualBits(residual));
        out.setByte(at + 3, status);
        out.setMedium(at + 5, data);
        out.setInt(at + 16, tag);
        out.setInt(at + 36, dataPdus);
        out.setInt(at + 44, residualCount(residual));
        end(out, at);
        if (data != 0) {
            int dataIndex = out.writerIndex();
            out.writeShort(senseBytes).writeBytes(sense, 0, senseBytes);
            trailer(out, out, dataIndex, data);
        }
    }

    /** Ready To Transfer (RFC 7143, 11.8); StatSN is the next one, not taken. */
    public void readyToTransfer(
            ByteBuf out, long lun, int tag, int transferTag, int r2tSn, int offset, int length) {
        int at = begin(out, Opcode.READY_TO_TRANSFER, FINAL);
        out.setLong(at + 8, lun);
        out.setInt(at + 16, tag);
        out.setInt(at + 20, transferTag);
        out.setInt(at + 36, r2tSn);
        out.setInt(at + 40, offset);
        out.setInt(at + 44, length);
        end(out, at);
    }

    /** Task Management Function Response (RFC 7143, 11.6). */
    public void taskManagementResponse(ByteBuf out, int tag, int response) {
        int at = begin(out, Opcode.TASK_MANAGEMENT_RESPONSE, FINAL);
        out.setByte(at + 2, response);
        out.setInt(at + 16, tag);
        end(out, at);
    }

    /** Reject with the header of what is rejected (RFC 7143, 11.17). */
    public void reject(ByteBuf out, RejectReason reason, Pdu rejected) {
        int at = begin(out, Opcode.REJECT, FINAL);
        out.setByte(at + 2, reason.code());
        out.setMedium(at + 5, Pdu.HEADER_BYTES);
        out.setInt(at + 16, Pdu.NO_TAG);
        end(out, at);
        int dataIndex = out.writerIndex();
        rejected.appendHeader(out);
        trailer(out, out, dataIndex, Pdu.HEADER_BYTES);
    }

    /**
     * Asynchronous Message (RFC 7143, 11.9).
     *
     * @param event AsyncEvent
     * @param parameter1 of the event, as are the other two
     */
    public void asynchronousMessage(
            ByteBuf out, int event, int parameter1, int parameter2, int parameter3) {
        int at = begin(out, Opcode.ASYNCHRONOUS_MESSAGE, FINAL);
        out.setInt(at + 16, Pdu.NO_TAG);
        out.setByte(at + 36, event);
        out.setShort(at + 38, parameter1);
        out.setShort(at + 40, parameter2);
        out.setShort(at + 42, parameter3);
        end(out, at);
    }

    /**
     * NOP-In (RFC 7143, 11.19); {@code data} is where ping data lies, of which some is repeated.
     */
    public void nopIn(
            ByteBuf out,
            long lun,
            int tag,
            int transferTag,
            ByteBuf data,
            int dataIndex,
            int length) {
        int at = begin(out, Opcode.NOP_IN, FINAL);
        out.setMedium(at + 5, length);
        out.setLong(at + 8, lun);
        out.setInt(at + 16, tag);
        out.setInt(at + 20, transferTag);
        end(out, at);
        if (length != 0) {
            int start = out.writerIndex();
            out.writeBytes(data, dataIndex, length);
            trailer(out, out, start, length);
        }
    }

    /** Logout Response (RFC 7143, 11.15), times in seconds. */
    public void logoutResponse(ByteBuf out, int tag, int response, int time2Wait, int time2Retain) {
        int at = begin(out, Opcode.LOGOUT_RESPONSE, FINAL);
        out.setByte(at + 2, response);
        out.setInt(at + 16, tag);
        out.setShort(at + 40, time2Wait);
        out.setShort(at + 42, time2Retain);
        end(out, at);
    }

    /** A PDU that was built elsewhere: 48 bytes of header and its data segment. */
    public void whole(ByteBuf out, byte[] headerAndData) {
        int at = out.writerIndex();
        out.writeBytes(headerAndData, 0, Pdu.HEADER_BYTES);
        headerDigest(out, at);
        int data = headerAndData.length - Pdu.HEADER_BYTES;
        if (data != 0) {
            int dataIndex = out.writerIndex();
            out.writeBytes(headerAndData, Pdu.HEADER_BYTES, data);
            trailer(out, out, dataIndex, data);
        }
    }

    private int begin(ByteBuf out, Opcode opcode, int flags) {
        int at = out.writerIndex();
        out.setZero(at, Pdu.HEADER_BYTES);
        out.setByte(at, opcode.code());
        out.setByte(at + 1, flags);
        out.setInt(at + 24, statSn);
        out.setInt(at + 28, expCmdSn);
        out.setInt(at + 32, maxCmdSn);
        return at;
    }

    private void end(ByteBuf out, int at) {
        out.writerIndex(at + Pdu.HEADER_BYTES);
        headerDigest(out, at);
    }

    private void headerDigest(ByteBuf out, int at) {
        if (headerDigest) {
            out.writeIntLE(digest.of(out, at, Pdu.HEADER_BYTES));
        }
    }

    private static int residualBits(long residual) {
        return residual == 0 ? 0 : residual > 0 ? OVERFLOW : UNDERFLOW;
    }

    private static int residualCount(long residual) {
        return (int) Math.min(Math.abs(residual), 0xffff_ffffL);
    }
}
