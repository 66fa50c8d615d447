package io.stemma.engine.stream;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * What stands before each record of a stream, 40 bytes, big-endian:
 *
 * <pre>
 *  0  4  CRC32C of bytes 4 to 40               16  8  first logical block
 *  4  4  kind: 1 data, 2 zero, 3 the end       24  8  logical blocks
 *  8  8  number, from 1 and without a gap      32  4  bytes of payload that follow
 *                                              36  4  CRC32C of the payload, 0 without one
 * </pre>
 */
final class RecordHead {
    static final int BYTES = 40;
    static final int DATA = 1;
    static final int ZERO = 2;
    static final int END = 3;

    /** Payload of the end: four counts, the CRC32C of all before this record, 4 zero bytes. */
    static final int END_BYTES = 40;

    private RecordHead() {}

    static void write(
            ByteBuffer out, int kind, long number, long first, long blocks, int bytes, int crc) {
        out.clear();
        out.putInt(0).putInt(kind).putLong(number).putLong(first).putLong(blocks);
        out.putInt(bytes).putInt(crc).flip();
        out.putInt(0, checksum(out));
    }

    static int checksum(ByteBuffer head) {
        CRC32C crc = new CRC32C();
        crc.update(head.slice(4, BYTES - 4));
        return (int) crc.getValue();
    }
}
