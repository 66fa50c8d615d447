package io.stemma.engine.journal;

import io.stemma.engine.layer.BlockState;

import java.nio.ByteBuffer;

/**
 * The head of every record and the two records of the hot path. All numbers are big-endian; a
 * record is padded to a multiple of 8 bytes.
 *
 * <pre>
 * every record                      presence (40 bytes)            barrier (32 bytes)
 *   0  2  type                        8  4  volume key                8  4  volume key
 *   2  2  flags                      12  4  layer key                12  4  0
 *   4  4  bytes, head included       16  8  number in the volume     16  8  number in the volume
 *   8  .. fields                     24  8  first block of 4 KiB     24  8  covers up to this number
 *                                    32  8  blocks of 4 KiB
 * flags of a presence record: bits 0-1 the state, bit 2 the payload was durable before
 * </pre>
 */
final class RecordFrame {
    static final int HEAD_BYTES = 8;
    static final int PRESENCE_BYTES = 40;
    static final int BARRIER_BYTES = 32;
    static final int FLAG_DURABLE = 4;

    private static final int STATE_MASK = 3;

    private RecordFrame() {}

    /** Begins a record of a length not known yet. */
    static int begin(RecordType type, ByteBuffer out) {
        int start = out.position();
        out.putShort((short) type.code).putShort((short) 0).putInt(0);
        return start;
    }

    /** Pads the record that began at {@code start} and notes its length. */
    static void end(int start, ByteBuffer out) {
        while ((out.position() - start) % 8 != 0) {
            out.put((byte) 0);
        }
        out.putInt(start + 4, out.position() - start);
    }

    static void presence(
            ByteBuffer out,
            int volumeKey,
            int layerKey,
            long number,
            long firstBlock,
            long blockCount,
            int flags) {
        presence(
                RecordType.PRESENCE,
                out,
                volumeKey,
                layerKey,
                number,
                firstBlock,
                blockCount,
                flags);
    }

    static void presence(
            RecordType type,
            ByteBuffer out,
            int volumeKey,
            int layerKey,
            long number,
            long firstBlock,
            long blockCount,
            int flags) {
        out.putShort((short) type.code).putShort((short) flags).putInt(PRESENCE_BYTES);
        out.putInt(volumeKey).putInt(layerKey).putLong(number);
        out.putLong(firstBlock).putLong(blockCount);
    }

    static void barrier(ByteBuffer out, int volumeKey, long number, long upTo) {
        out.putShort((short) RecordType.BARRIER.code).putShort((short) 0).putInt(BARRIER_BYTES);
        out.putInt(volumeKey).putInt(0).putLong(number).putLong(upTo);
    }

    static int flags(BlockState state, boolean durable) {
        return state.bits() | (durable ? FLAG_DURABLE : 0);
    }

    static BlockState state(int flags) {
        return BlockState.ofBits(flags & STATE_MASK);
    }
}
