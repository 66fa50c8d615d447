package io.stemma.server.iscsi.pdu;

import io.netty.buffer.Unpooled;

/** Makes a {@link Pdu} of bytes, for tests in other rooms. */
public final class PduOnHeap {
    private PduOnHeap() {}

    /** Header, additional header segments as byte 4 says, data segment without padding. */
    public static Pdu of(byte[] bytes) {
        Pdu pdu = new Pdu();
        int data = 48 + (bytes[4] & 0xff) * 4;
        int length = (bytes[5] & 0xff) << 16 | (bytes[6] & 0xff) << 8 | (bytes[7] & 0xff);
        pdu.at(Unpooled.wrappedBuffer(bytes), 0, data, length);
        return pdu;
    }
}
