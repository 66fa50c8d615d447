package io.stemma.engine.journal;

import io.stemma.engine.io.BlockFile;
import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * One segment file: a header page, then groups back to back. Its header is durable before the first
 * group is written, so that no incarnation is ever given twice.
 *
 * <pre>
 * header                                      group
 *   0  8  magic "STMASEG1"                      0  4  magic "SGRP"
 *   8  4  format version                        4  4  CRC32C of bytes 8 to the end of the group
 *  12  4  segment bytes                         8  4  bytes, a multiple of 8
 *  16 16  pool identity                        12  4  records
 *  32  8  incarnation                          16 16  pool identity
 *  40  4  CRC32C of bytes 0 to 40              32  8  incarnation of the segment
 *                                              40  8  pool number of the first record
 *                                              48  8  pool number known durable when written
 *                                              56  8  structural records in the pool before
 *                                              64  .. records
 * </pre>
 */
final class Segment {
    static final int HEADER_BYTES = 4096;
    static final long MAGIC = 0x53544d4153454731L;
    static final int FORMAT_VERSION = 1;
    private static final int HEADER_COVERED_BYTES = 40;

    final BlockFile file;
    final UUID pool;
    final long incarnation;
    final int bytes;

    /** Where the next group goes. */
    int writeOffset = HEADER_BYTES;

    Segment(BlockFile file, UUID pool, long incarnation, int bytes) {
        this.file = file;
        this.pool = pool;
        this.incarnation = incarnation;
        this.bytes = bytes;
    }

    boolean hasRoom(int groupBytes) {
        return writeOffset + groupBytes <= bytes;
    }

    /** Writes the header and makes it durable, whatever the file was before. */
    void begin() throws IOException {
        // From an arena: memory of which only the address is in use must not go with its buffer.
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(HEADER_BYTES, Long.BYTES);
            ByteBuffer header = memory.asByteBuffer();
            header.putLong(MAGIC).putInt(FORMAT_VERSION).putInt(bytes);
            header.putLong(pool.getMostSignificantBits()).putLong(pool.getLeastSignificantBits());
            header.putLong(incarnation);
            header.putInt(checksum(header));
            file.write(0, memory.address(), HEADER_BYTES);
        }
        file.dataSync();
    }

    /**
     * Reads a segment's header.
     *
     * @return null if the file does not begin with a valid one
     * @throws JournalDamage if a newer version wrote it
     */
    static @Nullable Segment read(BlockFile file) throws IOException {
        if (file.size() < HEADER_BYTES) {
            return null;
        }
        ByteBuffer header = ByteBuffer.allocateDirect(HEADER_BYTES);
        file.read(0, address(header), HEADER_BYTES);
        if (header.getLong(0) != MAGIC || header.getInt(40) != checksum(header)) {
            return null;
        }
        if (header.getInt(8) != FORMAT_VERSION) {
            throw new JournalDamage(
                    file.name() + " has format " + header.getInt(8) + ": a newer version wrote it");
        }
        int bytes = header.getInt(12);
        if (bytes < HEADER_BYTES
                || bytes > Limits.JOURNAL_SEGMENT_BYTES_MAX
                || file.size() < bytes) {
            return null;
        }
        UUID pool = new UUID(header.getLong(16), header.getLong(24));
        return new Segment(file, pool, header.getLong(32), bytes);
    }

    private static int checksum(ByteBuffer header) {
        CRC32C crc = new CRC32C();
        crc.update(header.slice(0, HEADER_COVERED_BYTES));
        return (int) crc.getValue();
    }

    static long address(ByteBuffer direct) {
        return MemorySegment.ofBuffer(direct.duplicate().clear()).address();
    }
}
