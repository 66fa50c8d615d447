package io.stemma.engine.stream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Writes a stream, in order. */
final class StreamWriter {
    private final Sink sink;
    private final CRC32C whole = new CRC32C();
    private final CRC32C crc = new CRC32C();
    private final ByteBuffer head = ByteBuffer.allocate(RecordHead.BYTES);
    private StreamTotals totals = StreamTotals.NONE;
    private long number;

    StreamWriter(Sink sink) {
        this.sink = sink;
    }

    void header(StreamHeader header) throws IOException {
        send(header.encode());
    }

    private void send(ByteBuffer bytes) throws IOException {
        whole.update(bytes.duplicate());
        sink.write(bytes);
    }

    /** Blocks with all their bytes, at most {@code Limits.STREAM_RECORD_BYTES_MAX}. */
    void data(long first, long blocks, ByteBuffer bytes) throws IOException {
        record(RecordHead.DATA, first, blocks, bytes);
        totals = totals.withData(blocks);
    }

    void zeroes(long first, long blocks) throws IOException {
        record(RecordHead.ZERO, first, blocks, ByteBuffer.allocate(0));
        totals = totals.withZeroes(blocks);
    }

    private void record(int kind, long first, long blocks, ByteBuffer payload) throws IOException {
        int length = payload.remaining();
        int checksum = 0;
        if (length > 0) {
            crc.reset();
            crc.update(payload.duplicate());
            checksum = (int) crc.getValue();
        }
        RecordHead.write(head, kind, ++number, first, blocks, length, checksum);
        send(head);
        if (length > 0) {
            send(payload);
        }
    }

    /** Only with this the stream is whole. */
    StreamTotals end() throws IOException {
        ByteBuffer payload = ByteBuffer.allocate(RecordHead.END_BYTES);
        payload.putLong(totals.dataRecords()).putLong(totals.zeroRecords());
        payload.putLong(totals.dataBlocks()).putLong(totals.zeroBlocks());
        payload.putInt((int) whole.getValue()).putInt(0).flip();
        record(RecordHead.END, 0, 0, payload);
        return totals;
    }
}
