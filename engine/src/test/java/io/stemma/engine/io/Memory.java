package io.stemma.engine.io;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Native memory for tests, with its address. */
public final class Memory {
    private final MemorySegment segment;

    /** Zeroed memory that lives as long as this object. */
    public Memory(int bytes) {
        segment = Arena.ofAuto().allocate(bytes, 4096);
    }

    /** Memory that holds these bytes. */
    public static Memory of(byte[] bytes) {
        Memory memory = new Memory(Math.max(1, bytes.length));
        memory.put(bytes);
        return memory;
    }

    /** Where it is. */
    public long address() {
        return segment.address();
    }

    /** All of it. */
    public MemorySegment segment() {
        return segment;
    }

    /** Sets the first bytes. */
    public void put(byte[] bytes) {
        MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 0, bytes.length);
    }

    /** The first bytes. */
    public byte[] get(int length) {
        return segment.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
    }
}
