package io.stemma.engine.stream;

import io.stemma.engine.block.Geometry;
import io.stemma.engine.runtime.Limits;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Reads a stream and believes nothing of it: a length is judged before it is waited for, and
 * whatever is handed out was checked.
 */
final class StreamReader {
    private final Source source;
    private final StreamHeader header;
    private final CRC32C whole = new CRC32C();
    private final CRC32C crc = new CRC32C();
    private final ByteBuffer head = ByteBuffer.allocate(RecordHead.BYTES);
    private StreamTotals totals = StreamTotals.NONE;
    private long position;
    private long number;
    private long nextBlock;

    private StreamReader(Source source) throws IOException {
        this.source = source;
        ByteBuffer start = ByteBuffer.allocate(StreamHeader.START_BYTES);
        fill(start);
        ByteBuffer all = ByteBuffer.allocate(StreamHeader.length(start));
        all.put(start);
        fill(all.slice(StreamHeader.START_BYTES, all.capacity() - StreamHeader.START_BYTES));
        header = StreamHeader.decode(all.array());
        whole.update(all.array());
    }

    /** Reads and judges the header. */
    static StreamReader open(Source source) throws IOException {
        return new StreamReader(source);
    }

    StreamHeader header() {
        return header;
    }

    /** Fills the buffer from its position and turns it to be read. */
    private void fill(ByteBuffer into) throws IOException {
        while (into.hasRemaining()) {
            int got = source.read(into);
            if (got < 0) {
                throw new StreamException(
                        "the stream is cut off after "
                                + position
                                + " bytes: fetch or export it again");
            }
            position += got;
        }
        into.flip();
    }

    private StreamException damaged(String what) {
        return new StreamException(
                "the stream is damaged in record "
                        + number
                        + ", before byte "
                        + position
                        + " ("
                        + what
                        + "): fetch or export it again");
    }

    /** Goes on to the next record; false at the end, which then was found to be right. */
    boolean next() throws IOException {
        int before = (int) whole.getValue();
        number++;
        head.clear();
        fill(head);
        if (head.getInt(0) != RecordHead.checksum(head)) {
            throw damaged("checksum of its head");
        }
        if (head.getLong(8) != number) {
            throw damaged("its number is " + head.getLong(8));
        }
        whole.update(head.duplicate());
        switch (kind()) {
            case RecordHead.DATA -> {
                judgeRange();
                judgeDataLength();
                totals = totals.withData(blocks());
            }
            case RecordHead.ZERO -> {
                judgeRange();
                if (payloadBytes() != 0) {
                    throw damaged("zero blocks with bytes");
                }
                totals = totals.withZeroes(blocks());
            }
            case RecordHead.END -> {
                end(before);
                return false;
            }
            default -> throw damaged("its kind is " + kind());
        }
        return true;
    }

    private int kind() {
        return head.getInt(4);
    }

    boolean isData() {
        return kind() == RecordHead.DATA;
    }

    long number() {
        return number;
    }

    long first() {
        return head.getLong(16);
    }

    long blocks() {
        return head.getLong(24);
    }

    /** The block behind it. */
    long end() {
        return first() + blocks();
    }

    int payloadBytes() {
        return head.getInt(32);
    }

    private void judgeRange() throws StreamException {
        Geometry geometry = header.geometry();
        if (blocks() <= 0 || !geometry.contains(first(), blocks())) {
            throw damaged("blocks outside of the volume");
        }
        if (first() < nextBlock) {
            throw damaged("blocks out of order");
        }
        nextBlock = end();
    }

    private void judgeDataLength() throws StreamException {
        int block = header.geometry().logicalBlockBytes();
        if (blocks() > Limits.STREAM_RECORD_BYTES_MAX / block
                || payloadBytes() != blocks() * block) {
            throw damaged("its length");
        }
    }

    /** Reads what belongs to the record, which fits exactly; then it was found to be right. */
    void payload(ByteBuffer into) throws IOException {
        fill(into);
        crc.reset();
        crc.update(into.duplicate());
        if ((int) crc.getValue() != head.getInt(36)) {
            throw damaged("checksum of its bytes");
        }
        whole.update(into.duplicate());
    }

    private void end(int before) throws IOException {
        if (first() != 0 || blocks() != 0 || payloadBytes() != RecordHead.END_BYTES) {
            throw damaged("its length");
        }
        ByteBuffer end = ByteBuffer.allocate(RecordHead.END_BYTES);
        payload(end);
        StreamTotals said =
                new StreamTotals(end.getLong(), end.getLong(), end.getLong(), end.getLong());
        if (!said.equals(totals)) {
            throw damaged("the counts at its end");
        }
        if (end.getInt() != before) {
            throw damaged("checksum of all of it");
        }
        if (source.read(ByteBuffer.allocate(1)) >= 0) {
            throw new StreamException(
                    "more follows behind the end of the stream, after "
                            + position
                            + " bytes: give one stream at a time");
        }
    }

    StreamTotals totals() {
        return totals;
    }
}
