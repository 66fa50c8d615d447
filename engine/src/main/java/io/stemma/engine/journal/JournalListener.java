package io.stemma.engine.journal;

import io.stemma.engine.block.DeviceFault;

/** Told of what the journal needs or suffers. Any thread; must not block, publish or commit. */
public interface JournalListener {
    /** Nothing is recorded any more until the process starts again: the pool is offline. */
    default void failed(DeviceFault fault) {}

    /** Many records of this volume wait for a barrier: one should be made soon. */
    default void barrierWanted(int volumeKey) {}
}
