package io.stemma.engine.journal;

import io.stemma.engine.runtime.Invariant;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** The one group that is being put together; its memory is used again and again. */
final class GroupBuffer {
    static final int MAGIC = 0x53475250;
    static final int HEAD_BYTES = 64;
    static final int CHECKED_FROM = 8;

    private final ByteBuffer bytes;
    private final ByteBuffer checked;
    private final long address;
    private final CRC32C crc = new CRC32C();
    private int records;

    GroupBuffer(int capacityBytes) {
        bytes = ByteBuffer.allocateDirect(capacityBytes);
        checked = bytes.duplicate();
        address = Segment.address(bytes);
    }

    void clear() {
        bytes.clear().position(HEAD_BYTES);
        records = 0;
    }

    boolean isEmpty() {
        return records == 0;
    }

    int records() {
        return records;
    }

    int length() {
        return bytes.position();
    }

    boolean hasRoom(int recordBytes) {
        return bytes.remaining() >= recordBytes;
    }

    /** Where the next record goes; the caller writes a whole one and then counts it. */
    ByteBuffer out() {
        return bytes;
    }

    void count(int newRecords) {
        records += newRecords;
    }

    /** Writes the group behind the others of the segment. */
    void write(Segment segment, long firstNumber, long knownDurable, long structuralBefore)
            throws IOException {
        int length = bytes.position();
        Invariant.check(length % 8 == 0, "a group is a multiple of 8 bytes");
        Invariant.check(segment.hasRoom(length), "a group stays inside its segment");
        bytes.putInt(0, MAGIC).putInt(8, length).putInt(12, records);
        bytes.putLong(16, segment.pool.getMostSignificantBits());
        bytes.putLong(24, segment.pool.getLeastSignificantBits());
        bytes.putLong(32, segment.incarnation).putLong(40, firstNumber);
        bytes.putLong(48, knownDurable).putLong(56, structuralBefore);
        bytes.putInt(4, checksum(checked, crc, 0, length));
        segment.file.write(segment.writeOffset, address, length);
        segment.writeOffset += length;
    }

    /** The checksum of a group at an offset of a buffer. */
    static int checksum(ByteBuffer view, CRC32C crc, int offset, int length) {
        view.clear().position(offset + CHECKED_FROM).limit(offset + length);
        crc.reset();
        crc.update(view);
        return (int) crc.getValue();
    }
}
