package io.stemma.server.iscsi.pdu;

import io.netty.buffer.ByteBuf;

/**
 * A view of one received PDU in the receive buffer: 48-byte basic header segment, additional header
 * segments, data segment. One object a connection, moved along; valid until the handler returns.
 * Digests were checked and are not visible. Offsets are those of RFC 7143, clause 11.
 */
public final class Pdu {
    private ByteBuf buffer = io.netty.buffer.Unpooled.EMPTY_BUFFER;
    private int headerIndex;
    private int dataIndex;
    private int dataSegmentLength;

    /** For the decoder: moves the view. */
    void at(ByteBuf newBuffer, int newHeaderIndex, int newDataIndex, int newDataSegmentLength) {
        buffer = newBuffer;
        headerIndex = newHeaderIndex;
        dataIndex = newDataIndex;
        dataSegmentLength = newDataSegmentLength;
    }

    /** The opcode without the immediate bit. */
    public int opcode() {
        return buffer.getByte(headerIndex) & 0x3f;
    }

    /** The I bit: immediate delivery. */
    public boolean immediate() {
        return (buffer.getByte(headerIndex) & 0x40) != 0;
    }

    /** The F bit, bit 7 of byte 1. */
    public boolean finalBit() {
        return buffer.getByte(headerIndex + 1) < 0;
    }

    /** One byte of the header, unsigned. */
    public int byteAt(int offset) {
        return buffer.getByte(headerIndex + offset) & 0xff;
    }

    /** Two bytes of the header, unsigned. */
    public int shortAt(int offset) {
        return buffer.getUnsignedShort(headerIndex + offset);
    }

    /** Four bytes of the header. */
    public int intAt(int offset) {
        return buffer.getInt(headerIndex + offset);
    }

    /** Eight bytes of the header. */
    public long longAt(int offset) {
        return buffer.getLong(headerIndex + offset);
    }

    /** Copies header bytes, for a CDB or a Reject. */
    public void copyHeader(int offset, byte[] target, int targetIndex, int length) {
        buffer.getBytes(headerIndex + offset, target, targetIndex, length);
    }

    /** Bytes of additional header segments, a multiple of 4; they start at header offset 48. */
    public int additionalHeaderBytes() {
        return (buffer.getByte(headerIndex + 4) & 0xff) * 4;
    }

    /** Length of the data segment without padding. */
    public int dataSegmentLength() {
        return dataSegmentLength;
    }

    /** Native address of the data segment. */
    public long dataAddress() {
        return buffer.memoryAddress() + dataIndex;
    }

    /** The buffer that holds the data segment; retain it to keep the data beyond the call. */
    public ByteBuf buffer() {
        return buffer;
    }

    /** Index of the data segment in {@link #buffer}. */
    public int dataIndex() {
        return dataIndex;
    }

    /**
     * Header (48 bytes, TotalAHSLength and additional header segments left out) and data segment on
     * the heap, for control PDUs.
     */
    public byte[] copyWithoutAdditionalHeaders() {
        byte[] copy = new byte[48 + dataSegmentLength];
        buffer.getBytes(headerIndex, copy, 0, 48);
        copy[4] = 0;
        buffer.getBytes(dataIndex, copy, 48, dataSegmentLength);
        return copy;
    }
}
