package io.stemma.server.iscsi.pdu;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A view of one received PDU in the receive buffer: 48-byte basic header segment, additional header
 * segments, data segment. One object a connection, moved along; valid until the handler returns.
 * Digests were checked and are not visible. Offsets are those of RFC 7143, clause 11.
 */
public final class Pdu {
    private static final VarHandle BIG_ENDIAN_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    /** Length of a basic header segment in bytes. */
    public static final int HEADER_BYTES = 48;

    /** The tag that stands for none: 0xffffffff (RFC 7143, 11.2.1.8). */
    public static final int NO_TAG = 0xffffffff;

    private ByteBuf buffer = Unpooled.EMPTY_BUFFER;
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

    /** A view of its own on what {@link #copy} made, from its reader index. */
    public static Pdu of(ByteBuf copy) {
        Pdu pdu = new Pdu();
        int start = copy.readerIndex();
        int ahs = (copy.getByte(start + 4) & 0xff) * 4;
        int data = copy.getUnsignedMedium(start + 5);
        pdu.at(copy, start, start + HEADER_BYTES + ahs, data);
        return pdu;
    }

    /** Header, additional header segments and data in a direct buffer that the caller owns. */
    public ByteBuf copy(ByteBufAllocator allocator) {
        int headers = HEADER_BYTES + additionalHeaderBytes();
        ByteBuf copy = allocator.directBuffer(headers + dataSegmentLength);
        copy.writeBytes(buffer, headerIndex, headers);
        return copy.writeBytes(buffer, dataIndex, dataSegmentLength);
    }

    /** What kind of PDU it is; null for an opcode that the standard does not define. */
    public @Nullable Opcode type() {
        return Opcode.of(opcode());
    }

    /** Initiator task tag, at the same place in every PDU. */
    public int initiatorTaskTag() {
        return intAt(16);
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
        // Netty's bulk copy out of a direct buffer makes a ByteBuffer each time: garbage a command.
        int copied = 0;
        for (; copied <= length - Long.BYTES; copied += Long.BYTES) {
            long eight = buffer.getLong(headerIndex + offset + copied);
            BIG_ENDIAN_LONG.set(target, targetIndex + copied, eight);
        }
        for (; copied < length; copied++) {
            target[targetIndex + copied] = buffer.getByte(headerIndex + offset + copied);
        }
    }

    /** For the encoder: the basic header segment as it was received. */
    void appendHeader(ByteBuf out) {
        out.writeBytes(buffer, headerIndex, HEADER_BYTES);
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
        byte[] copy = new byte[HEADER_BYTES + dataSegmentLength];
        buffer.getBytes(headerIndex, copy, 0, HEADER_BYTES);
        copy[4] = 0;
        buffer.getBytes(dataIndex, copy, HEADER_BYTES, dataSegmentLength);
        return copy;
    }
}
