package io.stemma.engine.journal;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Walks through the groups of one segment's bytes. Where no valid group stands, {@link #resync}
 * looks for the next one, so that damage in the middle is told from a torn tail.
 */
final class SegmentReader {
    private final Segment segment;
    private final ByteBuffer content;
    private final ByteBuffer checked;
    private final CRC32C crc = new CRC32C();
    private final boolean believesAnything;
    private int offset = Segment.HEADER_BYTES;
    private int length;

    SegmentReader(Segment segment, ByteBuffer content, boolean believesAnything) {
        this.segment = segment;
        this.content = content;
        this.believesAnything = believesAnything;
        checked = content.duplicate();
    }

    /** Moves to the group that begins where the last one ended; false if none is valid there. */
    boolean next() {
        offset += length;
        length = validLength(offset);
        return length > 0;
    }

    /** Moves to the nearest valid group behind this place; false if there is none. */
    boolean resync() {
        for (int at = offset + 8; at <= segment.bytes - GroupBuffer.HEAD_BYTES; at += 8) {
            if (content.getInt(at) == GroupBuffer.MAGIC) {
                int found = validLength(at);
                if (found > 0) {
                    offset = at;
                    length = found;
                    return true;
                }
            }
        }
        return false;
    }

    private int validLength(int at) {
        if (at > segment.bytes - GroupBuffer.HEAD_BYTES
                || content.getInt(at) != GroupBuffer.MAGIC) {
            return 0;
        }
        int bytes = content.getInt(at + 8);
        if (bytes < GroupBuffer.HEAD_BYTES || bytes > segment.bytes - at || bytes % 8 != 0) {
            return 0;
        }
        boolean ours =
                content.getLong(at + 16) == segment.pool.getMostSignificantBits()
                        && content.getLong(at + 24) == segment.pool.getLeastSignificantBits()
                        && content.getLong(at + 32) == segment.incarnation;
        if (!ours && !believesAnything) {
            return 0;
        }
        return content.getInt(at + 4) == GroupBuffer.checksum(checked, crc, at, bytes) ? bytes : 0;
    }

    /** Name of the file. */
    String file() {
        return segment.file.name();
    }

    /** Where the group begins, or where none does that is valid. */
    int offset() {
        return offset;
    }

    int records() {
        return content.getInt(offset + 12);
    }

    long firstNumber() {
        return content.getLong(offset + 40);
    }

    long knownDurable() {
        return content.getLong(offset + 48);
    }

    long structuralBefore() {
        return content.getLong(offset + 56);
    }

    /** The records of this group, a view that the next move does not change. */
    ByteBuffer body() {
        int head = GroupBuffer.HEAD_BYTES;
        return content.slice(offset + head, length - head);
    }

    /** Whether what stands at this place was begun as a group of this incarnation. */
    boolean begun() {
        return offset <= segment.bytes - GroupBuffer.HEAD_BYTES
                && content.getLong(offset + 16) == segment.pool.getMostSignificantBits()
                && content.getLong(offset + 24) == segment.pool.getLeastSignificantBits()
                && content.getLong(offset + 32) == segment.incarnation;
    }

    String where() {
        return segment.file.name() + " at offset " + offset;
    }
}
