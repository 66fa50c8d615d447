package io.stemma.engine.stream;

import io.stemma.engine.block.BlockRequest;
import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.runtime.Limits;
import io.stemma.engine.volume.Volume;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;

/** One record in memory, and the request that reads or writes it. The thread of the stream. */
final class Piece extends BlockRequest {
    // Not freed by hand: the device may still use it when the stream was given up.
    private final MemorySegment memory =
            Arena.ofAuto().allocate(Limits.STREAM_RECORD_BYTES_MAX, Limits.LAYER_BLOCK_BYTES);
    private final ByteBuffer buffer = memory.asByteBuffer();
    private volatile boolean busy;
    private volatile @Nullable Thread waiter;
    private @Nullable DeviceFault fault;

    /** All of its memory up to that length, to be filled or read. */
    ByteBuffer bytes(int length) {
        return buffer.clear().limit(length);
    }

    /** Where that memory is. */
    long memoryAddress() {
        return memory.address();
    }

    /** Starts what was prepared. */
    void start(Volume volume) {
        waiter = Thread.currentThread();
        fault = null;
        busy = true;
        volume.submit(this);
    }

    /** Waits until what was started has ended, well or not. */
    void ended(Waiting waiting) {
        if (busy) {
            waiting.until(() -> !busy);
        }
    }

    /** The same, and it ended well. */
    void endedWell(Waiting waiting) throws DeviceException {
        ended(waiting);
        DeviceFault how = fault;
        if (how != null) {
            fault = null;
            throw new DeviceException(how);
        }
    }

    @Override
    protected void completed(@Nullable DeviceFault how) {
        fault = how;
        Thread sleeper = waiter;
        busy = false;
        LockSupport.unpark(sleeper);
    }
}
