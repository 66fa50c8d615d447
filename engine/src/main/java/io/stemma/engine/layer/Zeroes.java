package io.stemma.engine.layer;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Native memory that is zero, and how zero gets into other memory without garbage. */
final class Zeroes {
    static final int BYTES = 64 << 10;

    private static final MemorySegment SOURCE = Arena.global().allocate(BYTES, 4096);
    private static final MemorySegment EVERYTHING = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private Zeroes() {}

    /** Address of {@link #BYTES} zero bytes. Nobody writes there. */
    static long address() {
        return SOURCE.address();
    }

    /** Fills memory with zero. */
    static void fill(long address, int length) {
        int done = 0;
        while (done < length) {
            int here = Math.min(length - done, BYTES);
            MemorySegment.copy(SOURCE, 0, EVERYTHING, address + done, here);
            done += here;
        }
    }
}
