package io.stemma.server.testing;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A PDU as bytes: what an initiator sends or has received. Padding and digests are the business of
 * {@link TestInitiator}.
 */
public final class RawPdu {
    private final byte[] header;
    private byte[] additional = new byte[0];
    private byte[] data = new byte[0];

    /** A PDU with that first byte (opcode and immediate bit) and flags. */
    public RawPdu(int opcode, int flags) {
        header = new byte[48];
        header[0] = (byte) opcode;
        header[1] = (byte) flags;
    }

    RawPdu(byte[] header, byte[] data) {
        this.header = header;
        this.data = data;
    }

    /** Sets a byte of the header. */
    public RawPdu with8(int offset, int value) {
        header[offset] = (byte) value;
        return this;
    }

    /** Sets two bytes of the header. */
    public RawPdu with16(int offset, int value) {
        ByteBuffer.wrap(header).putShort(offset, (short) value);
        return this;
    }

    /** Sets four bytes of the header. */
    public RawPdu with32(int offset, int value) {
        ByteBuffer.wrap(header).putInt(offset, value);
        return this;
    }

    /** Sets eight bytes of the header. */
    public RawPdu with64(int offset, long value) {
        ByteBuffer.wrap(header).putLong(offset, value);
        return this;
    }

    /** Sets many bytes of the header. */
    public RawPdu withBytes(int offset, byte[] values) {
        System.arraycopy(values, 0, header, offset, values.length);
        return this;
    }

    /** Adds additional header segments, a multiple of four bytes. */
    public RawPdu withAdditional(byte[] segments) {
        additional = segments.clone();
        header[4] = (byte) (segments.length / 4);
        return this;
    }

    /** Sets the data segment and its length field. */
    public RawPdu withData(byte[] newData) {
        data = newData.clone();
        header[5] = (byte) (data.length >>> 16);
        return with16(6, data.length);
    }

    /** Opcode without the immediate bit. */
    public int opcode() {
        return header[0] & 0x3f;
    }

    /** A byte of the header, unsigned. */
    public int get8(int offset) {
        return header[offset] & 0xff;
    }

    /** Two bytes of the header, unsigned. */
    public int get16(int offset) {
        return ByteBuffer.wrap(header).getShort(offset) & 0xffff;
    }

    /** Four bytes of the header. */
    public int get32(int offset) {
        return ByteBuffer.wrap(header).getInt(offset);
    }

    /** The header with its additional segments. */
    public byte[] headers() {
        byte[] all = Arrays.copyOf(header, header.length + additional.length);
        System.arraycopy(additional, 0, all, header.length, additional.length);
        return all;
    }

    /** The data segment. */
    public byte[] data() {
        return data.clone();
    }

    @Override
    public String toString() {
        return String.format(
                "RawPdu[opcode %02x flags %02x tag %08x status %02x, %d bytes]",
                header[0], header[1], get32(16), header[3], data.length);
    }
}
