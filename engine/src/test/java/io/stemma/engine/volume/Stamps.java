package io.stemma.engine.volume;

import io.stemma.engine.io.Memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What tests write: each sector of 512 bytes is filled with the number of the write that made it
 * and its place in the volume, or with zeroes, so that whatever is read tells where it is from.
 */
final class Stamps {
    static final int SECTOR = 512;

    /** What no write ever wrote there. */
    static final int RUBBISH = -1;

    private Stamps() {}

    /** Fills memory with sectors of one write, the first of them for that place. */
    static void fill(Memory memory, int place, int count, int version) {
        MemorySegment segment = memory.segment();
        for (int i = 0; i < count; i++) {
            long stamp = version == 0 ? 0 : (long) version << 32 | place + i;
            for (long at = (long) i * SECTOR; at < (i + 1L) * SECTOR; at += Long.BYTES) {
                segment.set(ValueLayout.JAVA_LONG, at, stamp);
            }
        }
    }

    /** Which write made a sector of the memory that was read from that place; 0 for zeroes. */
    static int version(Memory memory, int index, int place) {
        MemorySegment segment = memory.segment();
        long start = (long) index * SECTOR;
        long stamp = segment.get(ValueLayout.JAVA_LONG, start);
        if (stamp != 0 && ((int) stamp != place || stamp >> 32 <= 0)) {
            return RUBBISH;
        }
        for (long at = start + Long.BYTES; at < start + SECTOR; at += Long.BYTES) {
            if (segment.get(ValueLayout.JAVA_LONG, at) != stamp) {
                return RUBBISH;
            }
        }
        return (int) (stamp >> 32);
    }
}
