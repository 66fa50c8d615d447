package io.stemma.server.iscsi.pdu;

import io.netty.buffer.ByteBuf;

import org.jspecify.annotations.Nullable;

/**
 * Cuts a stream into PDUs, in place: a PDU is a view of the bytes where they were received. The
 * basic header segment is judged as soon as it is there, so that nobody makes us wait for, or
 * store, more than was negotiated. One object a connection, on its event loop.
 *
 * <pre>
 * basic header 48 | additional headers 4 n | [header digest 4] | data | padding | [data digest 4]
 * </pre>
 */
public final class PduDecoder {
    /**
     * Most bytes of additional header segments accepted: an extended CDB of 260 bytes and a
     * bidirectional read length (RFC 7143, 11.2.2). More is a format error.
     */
    public static final int ADDITIONAL_HEADER_BYTES_MAX = 256;

    /** What {@link #next} found. */
    public enum Outcome {
        /** The bytes end inside a PDU; see {@link #bytesWanted}. */
        MORE,
        /** A whole PDU; see {@link #pdu}. */
        PDU,
        /** A whole PDU that must be rejected with {@link #reason}; the next one can be read. */
        REJECTED,
        /**
         * The stream cannot be trusted any more: reject with {@link #reason} if there is one,
         * close.
         */
        BROKEN
    }

    private final Pdu pdu = new Pdu();
    private final Digest digest = new Digest();
    private int dataSegmentLengthMax;
    private boolean headerDigest;
    private boolean dataDigest;
    private boolean headerJudged;
    private int bytesWanted = Pdu.HEADER_BYTES;
    private @Nullable RejectReason reason;

    /** A decoder without digests, as a login begins. */
    public PduDecoder(int dataSegmentLengthMax) {
        this.dataSegmentLengthMax = dataSegmentLengthMax;
    }

    /** What holds from the next PDU on. */
    public void expect(int newDataSegmentLengthMax, boolean headers, boolean data) {
        dataSegmentLengthMax = newDataSegmentLengthMax;
        headerDigest = headers;
        dataDigest = data;
    }

    /**
     * Looks for a PDU at the reader index and moves the index behind it once it is whole.
     *
     * @param in direct memory in one piece
     */
    public Outcome next(ByteBuf in) {
        reason = null;
        int start = in.readerIndex();
        int readable = in.readableBytes();
        if (readable < Pdu.HEADER_BYTES) {
            bytesWanted = Pdu.HEADER_BYTES;
            return Outcome.MORE;
        }
        int headers = headersLength(in, start);
        int data = in.getUnsignedMedium(start + 5);
        if (!headerJudged && !lengthsAllowed(in, start, headers, data)) {
            return broken(in, start, RejectReason.INVALID_PDU_FIELD);
        }
        int dataIndex = headers + (headerDigest ? Digest.BYTES : 0);
        bytesWanted = dataIndex + paddedLength(data);
        if (readable < dataIndex) {
            return Outcome.MORE;
        }
        if (!headerJudged && headerDigest && digestDiffers(in, start, headers)) {
            return broken(in, start, null);
        }
        headerJudged = true;
        if (readable < bytesWanted) {
            return Outcome.MORE;
        }
        headerJudged = false;
        pdu.at(in, start, start + dataIndex, data);
        in.readerIndex(start + bytesWanted);
        return judgeWhole(in, start + dataIndex, data);
    }

    private static int headersLength(ByteBuf in, int start) {
        return Pdu.HEADER_BYTES + (in.getByte(start + 4) & 0xff) * 4;
    }

    /** Bytes of data segment, padding and digest. */
    private int paddedLength(int data) {
        return data == 0 ? 0 : (data + 3 & ~3) + (dataDigest ? Digest.BYTES : 0);
    }

    private boolean lengthsAllowed(ByteBuf in, int start, int headers, int data) {
        Opcode opcode = Opcode.of(in.getByte(start));
        int additional = headers - Pdu.HEADER_BYTES;
        if (data > dataSegmentLengthMax || additional > ADDITIONAL_HEADER_BYTES_MAX) {
            return false;
        }
        if (opcode == null) {
            return true;
        }
        return (data == 0 || opcode.carriesData())
                && (additional == 0 || opcode == Opcode.SCSI_COMMAND);
    }

    private Outcome judgeWhole(ByteBuf in, int dataIndex, int data) {
        if (dataDigest && data != 0 && digestDiffers(in, dataIndex, data + 3 & ~3)) {
            reason = RejectReason.DATA_DIGEST_ERROR;
            return Outcome.REJECTED;
        }
        Opcode opcode = pdu.type();
        if (opcode == null || !opcode.fromInitiator()) {
            reason = RejectReason.COMMAND_NOT_SUPPORTED;
            return Outcome.REJECTED;
        }
        return Outcome.PDU;
    }

    private boolean digestDiffers(ByteBuf in, int index, int length) {
        return digest.of(in, index, length) != in.getIntLE(index + length);
    }

    private Outcome broken(ByteBuf in, int start, @Nullable RejectReason why) {
        pdu.at(in, start, start + Pdu.HEADER_BYTES, 0);
        reason = why;
        return Outcome.BROKEN;
    }

    /** The PDU found last; after BROKEN only its 48 bytes of header. */
    public Pdu pdu() {
        return pdu;
    }

    /** Why the PDU found last is rejected; null after BROKEN where nothing can be answered. */
    public @Nullable RejectReason reason() {
        return reason;
    }

    /** After MORE: bytes from the reader index on that make the PDU whole, as far as is known. */
    public int bytesWanted() {
        return bytesWanted;
    }
}
