package io.stemma.server.scsi;

import java.io.ByteArrayOutputStream;

/**
 * What the copy manager of a logical unit can do, as it refuses by it, as RECEIVE COPY RESULTS says
 * it (SPC-4, 6.21) and as the Third-Party Copy page says it (SPC-5, 7.7.18): one set of numbers.
 */
final class CopyLimits {
    /** CSCD descriptors in one list; more are refused. */
    static final int TARGETS_MAX = 16;

    /** Segment descriptors in one list; more are refused. */
    static final int SEGMENTS_MAX = 64;

    /** Length in bytes of a CSCD descriptor of type E4h. */
    static final int TARGET_BYTES = 32;

    /** Length in bytes of a segment descriptor of type 02h. */
    static final int SEGMENT_BYTES = 28;

    /** Bytes before the descriptors. */
    static final int HEADER_BYTES = 16;

    /** Bytes of all descriptors together; more are refused. */
    static final int DESCRIPTORS_BYTES_MAX =
            TARGETS_MAX * TARGET_BYTES + SEGMENTS_MAX * SEGMENT_BYTES;

    /** Bytes of a parameter list; a longer one is refused before any of it is gathered. */
    static final int LIST_BYTES_MAX = HEADER_BYTES + DESCRIPTORS_BYTES_MAX;

    /** Copies under way in a server at once; one more is answered BUSY. */
    static final int COPIES_MAX = 16;

    /** Outcomes kept for one logical unit; the oldest is forgotten for one more. */
    static final int RECORDS_MAX = 256;

    /**
     * Bytes of memory of one copy, and of one write of it: larger writes into the page cache make
     * later small ones dear.
     */
    static final int PIECE_BYTES = 64 << 10;

    /** Bytes that one unmap of a copy makes absent. */
    static final long HOLE_BYTES_MAX = 64L << 20;

    /** CSCD descriptor: identification descriptor. */
    static final int IDENTIFICATION = 0xe4;

    /** Segment descriptor: block device to block device. */
    static final int BLOCK_TO_BLOCK = 0x02;

    /** CSCD descriptor ID of the logical unit that the command came to (SPC-5). */
    static final int THIS_UNIT = 0xffff;

    /** Largest BLOCK DEVICE NUMBER OF BLOCKS. */
    private static final int SEGMENT_BLOCKS_MAX = 0xffff;

    private static final int SUPPORTED_COMMANDS = 0x0001;
    private static final int PARAMETER_DATA = 0x0004;
    private static final int SUPPORTED_DESCRIPTORS = 0x0008;
    private static final int SUPPORTED_CSCD_IDS = 0x000c;
    private static final int GENERAL_COPY_OPERATIONS = 0x8001;

    private CopyLimits() {}

    /** The parameter data of RECEIVE COPY OPERATING PARAMETERS. */
    static byte[] operatingParameters(UnitState state) {
        byte[] data = new byte[46];
        BigEndian.put32(data, 0, data.length - 4);
        data[4] = 0x01; // SNLID: LIST ID USAGE 11b is supported.
        BigEndian.put16(data, 8, TARGETS_MAX);
        BigEndian.put16(data, 10, SEGMENTS_MAX);
        BigEndian.put32(data, 12, DESCRIPTORS_BYTES_MAX);
        BigEndian.put32(data, 16, segmentBytesMax(state));
        BigEndian.put16(data, 34, COPIES_MAX);
        data[36] = COPIES_MAX;
        data[37] = (byte) state.blockShift();
        data[43] = 2;
        data[44] = BLOCK_TO_BLOCK;
        data[45] = (byte) IDENTIFICATION;
        return data;
    }

    private static long segmentBytesMax(UnitState state) {
        return (long) SEGMENT_BLOCKS_MAX << state.blockShift();
    }

    /** The descriptors of the Third-Party Copy page. */
    static byte[] thirdPartyCopy(UnitState state) {
        ByteArrayOutputStream page = new ByteArrayOutputStream();
        byte[] commands = {8, (byte) 0x83, 1, 0x00, (byte) 0x84, 3, 0x00, 0x03, 0x04};
        descriptor(page, SUPPORTED_COMMANDS, commands);
        byte[] parameters = new byte[28];
        BigEndian.put16(parameters, 4, TARGETS_MAX);
        BigEndian.put16(parameters, 6, SEGMENTS_MAX);
        BigEndian.put32(parameters, 8, DESCRIPTORS_BYTES_MAX);
        descriptor(page, PARAMETER_DATA, parameters);
        descriptor(
                page, SUPPORTED_DESCRIPTORS, new byte[] {2, BLOCK_TO_BLOCK, (byte) IDENTIFICATION});
        byte[] ids = new byte[4];
        BigEndian.put16(ids, 0, 2);
        BigEndian.put16(ids, 2, THIS_UNIT);
        descriptor(page, SUPPORTED_CSCD_IDS, ids);
        byte[] general = new byte[32];
        BigEndian.put32(general, 0, COPIES_MAX);
        BigEndian.put32(general, 4, COPIES_MAX);
        BigEndian.put32(general, 8, segmentBytesMax(state));
        general[12] = (byte) state.blockShift();
        descriptor(page, GENERAL_COPY_OPERATIONS, general);
        return page.toByteArray();
    }

    /** A third-party copy descriptor, filled with zeroes to a multiple of four. */
    private static void descriptor(ByteArrayOutputStream page, int type, byte[] body) {
        int length = (body.length + 3) / 4 * 4;
        byte[] header = new byte[4];
        BigEndian.put16(header, 0, type);
        BigEndian.put16(header, 2, length);
        page.writeBytes(header);
        page.writeBytes(body);
        page.writeBytes(new byte[length - body.length]);
    }
}
