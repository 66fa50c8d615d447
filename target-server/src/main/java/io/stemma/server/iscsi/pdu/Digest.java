package io.stemma.server.iscsi.pdu;

import io.netty.buffer.ByteBuf;

import java.util.zip.CRC32C;

/** CRC32C of a part of a direct buffer (RFC 7143, 13.1). On the wire its low byte comes first. */
final class Digest {
    static final int BYTES = 4;

    private static final byte[] PADDING = new byte[3];

    private final CRC32C crc = new CRC32C();

    int of(ByteBuf buffer, int index, int length) {
        return of(buffer, index, length, 0);
    }

    /** The same, followed by so many bytes of padding that are not in the buffer. */
    int of(ByteBuf buffer, int index, int length, int padding) {
        crc.reset();
        crc.update(buffer.internalNioBuffer(index, length));
        crc.update(PADDING, 0, padding);
        return (int) crc.getValue();
    }
}
