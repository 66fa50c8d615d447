package io.stemma.server.scsi;

/**
 * A segment descriptor of type 02h, block device to block device (SPC-5, 6.6.6.5).
 *
 * @param at where it stands in the parameter list, in bytes
 * @param destinationCounts DC: whether the number of blocks counts blocks of the destination
 * @param source CSCD descriptor ID that is read
 * @param destination CSCD descriptor ID that is written
 * @param blocks BLOCK DEVICE NUMBER OF BLOCKS; 0 copies nothing
 * @param sourceBlock first block that is read; negative where it is 2^63 or more
 * @param destinationBlock first block that is written; negative where it is 2^63 or more
 */
record CopySegment(
        int at,
        boolean destinationCounts,
        int source,
        int destination,
        int blocks,
        long sourceBlock,
        long destinationBlock) {
    /** DESCRIPTOR LENGTH: what follows the first four bytes. */
    static final int LENGTH = CopyLimits.SEGMENT_BYTES - 4;

    /** Where the fields stand in a descriptor, for field pointers. */
    static final int SOURCE_AT = 4;

    static final int DESTINATION_AT = 6;
    static final int BLOCKS_AT = 10;
    static final int SOURCE_BLOCK_AT = 12;
    static final int DESTINATION_BLOCK_AT = 20;

    private static final int DC = 0x02;

    /** Reads a descriptor whose type and length are right. */
    static CopySegment read(byte[] list, int at) {
        return new CopySegment(
                at,
                (list[at + 1] & DC) != 0,
                BigEndian.u16(list, at + SOURCE_AT),
                BigEndian.u16(list, at + DESTINATION_AT),
                BigEndian.u16(list, at + BLOCKS_AT),
                BigEndian.s64(list, at + SOURCE_BLOCK_AT),
                BigEndian.s64(list, at + DESTINATION_BLOCK_AT));
    }
}
