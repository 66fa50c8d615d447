package io.stemma.server.scsi;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Moves parameter data between byte arrays and a task's memory. Not for blocks. */
final class DataIn {
    private DataIn() {}

    /**
     * Ends a command GOOD with parameter data, cut to the allocation length (SPC-5).
     *
     * @param allocation ALLOCATION LENGTH in bytes
     */
    static void send(ScsiTask task, byte[] data, long allocation) {
        put(task, data, allocation);
        Sense.good(task);
    }

    /** Makes parameter data ready to be sent, cut to the allocation length. */
    static void put(ScsiTask task, byte[] data, long allocation) {
        int length = (int) Math.min(data.length, allocation);
        if (length > 0) {
            long address = task.dataInNow(length);
            if (address == 0) {
                address = task.dataInLater(length);
            }
            MemorySegment memory = MemorySegment.ofAddress(address).reinterpret(length);
            MemorySegment.copy(data, 0, memory, ValueLayout.JAVA_BYTE, 0, length);
        }
        task.dataInLength(length);
    }

    /** The gathered data out, at most {@code limit} bytes of it. */
    static byte[] received(ScsiTask task, int limit) {
        int length = Math.min(limit, task.dataOutLength());
        byte[] data = new byte[length];
        if (length > 0) {
            MemorySegment memory =
                    MemorySegment.ofAddress(task.dataOutAddress()).reinterpret(length);
            MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, 0, data, 0, length);
        }
        return data;
    }
}
