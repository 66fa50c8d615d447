package io.stemma.bench.initiator;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * Lays out what the initiator sends and sends it in batches (RFC 7143, 11.3, 11.7, 11.18).
 *
 * <pre>
 * 0 opcode   1 flags    4 AHS and data segment length   8 LUN
 * 16 initiator task tag   20 expected length or target transfer tag
 * 24 CmdSN   28 ExpStatSN   32 CDB or DataSN at 36, buffer offset at 40
 * </pre>
 */
final class PduWriter {
    static final int HEADER_BYTES = 48;

    private static final int BUFFER_BYTES = 4 << 20;
    private static final int NO_TAG = -1;
    private static final byte IMMEDIATE = 0x40;
    private static final byte FINAL = (byte) 0x80;

    private final SocketChannel channel;
    private final long lun;
    private final ByteBuffer out = ByteBuffer.allocateDirect(BUFFER_BYTES);

    /** The bytes of every write; what they are is of no account. */
    private final ByteBuffer payload = ByteBuffer.allocateDirect(1 << 20);

    PduWriter(SocketChannel channel, int lun) {
        this.channel = channel;
        this.lun = (long) lun << 48;
        for (int i = 0; i < payload.capacity(); i++) {
            payload.put(i, (byte) (i * 31 + (i >> 12)));
        }
    }

    void testUnitReady(int commandNumber, int expectedStatusNumber) throws IOException {
        int at = header((byte) 1, FINAL, 0, 0, 0);
        out.putInt(at + 24, commandNumber).putInt(at + 28, expectedStatusNumber);
    }

    /** A READ(16) or WRITE(16) of 512-byte blocks, with the first bytes of a write. */
    void command(
            boolean write,
            int tag,
            long firstBlock,
            int bytes,
            int immediateBytes,
            int commandNumber,
            int expectedStatusNumber)
            throws IOException {
        byte flags = (byte) (FINAL | (write ? 0x20 : 0x40) | 1);
        int at = header((byte) 1, flags, immediateBytes, tag, bytes);
        out.putInt(at + 24, commandNumber).putInt(at + 28, expectedStatusNumber);
        out.put(at + 32, (byte) (write ? 0x8a : 0x88));
        out.putLong(at + 34, firstBlock).putInt(at + 42, bytes / 512);
        append(0, immediateBytes);
    }

    /** Answers an R2T with as many PDUs as the target's segment length asks for. */
    void dataOut(
            int tag, int transferTag, int offset, int bytes, int segmentBytes, int expectedStatus)
            throws IOException {
        int number = 0;
        for (int done = 0; done < bytes; number++) {
            int now = Math.min(segmentBytes, bytes - done);
            byte flags = done + now == bytes ? FINAL : 0;
            int at = header((byte) 5, flags, now, tag, transferTag);
            out.putInt(at + 28, expectedStatus);
            out.putInt(at + 36, number).putInt(at + 40, offset + done);
            append(offset + done, now);
            done += now;
        }
    }

    /** Answers a ping. */
    void pong(int transferTag, int commandNumber, int expectedStatusNumber) throws IOException {
        int at = header(IMMEDIATE, FINAL, 0, NO_TAG, transferTag);
        out.putInt(at + 24, commandNumber).putInt(at + 28, expectedStatusNumber);
    }

    private int header(byte opcode, byte flags, int segmentBytes, int tag, int word20)
            throws IOException {
        if (out.remaining() < HEADER_BYTES + segmentBytes + 3) {
            flush();
        }
        int at = out.position();
        for (int offset = 0; offset < HEADER_BYTES; offset += 8) {
            out.putLong(at + offset, 0);
        }
        out.put(at, opcode).put(at + 1, flags).putInt(at + 4, segmentBytes);
        out.putLong(at + 8, lun).putInt(at + 16, tag).putInt(at + 20, word20);
        out.position(at + HEADER_BYTES);
        return at;
    }

    private void append(int from, int bytes) {
        out.put(out.position(), payload, from, bytes);
        out.position(out.position() + ((bytes + 3) & ~3));
    }

    void flush() throws IOException {
        out.flip();
        while (out.hasRemaining()) {
            channel.write(out);
        }
        out.clear();
    }
}
