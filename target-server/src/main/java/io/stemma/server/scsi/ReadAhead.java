package io.stemma.server.scsi;

import io.stemma.engine.block.BlockRequest;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.volume.Volume;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Reads that fill the page cache and that no command waits for. One run at a time, one piece at a
 * time, so that it takes one thread of the storage and {@link Transfer#PIECE_BYTES} of memory at
 * most. What is asked for while it runs is not read: a hint may be ignored. A block that cannot be
 * read ends the run; whoever reads the block is told. Any thread.
 */
final class ReadAhead extends BlockRequest {
    private static final int SUBMITTED = 0;
    private static final int ENDED = 1;
    private static final int LEFT = 2;

    private final Volume volume;
    private final AtomicBoolean running = new AtomicBoolean();
    private final AtomicInteger turn = new AtomicInteger();
    private @Nullable MemorySegment memory;
    private long next;
    private long end;
    private long pieceBlocks;

    ReadAhead(Volume volume) {
        this.volume = volume;
    }

    /** Starts a run unless one is under way. */
    void start(long firstBlock, long blocks, int blockShift) {
        if (blocks == 0 || !running.compareAndSet(false, true)) {
            return;
        }
        next = firstBlock;
        end = firstBlock + blocks;
        pieceBlocks = Math.min(blocks, Transfer.PIECE_BYTES >>> blockShift);
        memory = Arena.ofAuto().allocate(pieceBlocks << blockShift, 4096);
        run();
    }

    private void run() {
        MemorySegment to = memory;
        while (to != null && next < end) {
            long first = next;
            long count = Math.min(end - first, pieceBlocks);
            next += count;
            turn.set(SUBMITTED);
            volume.submit(read(first, count, to.address()));
            if (turn.compareAndSet(SUBMITTED, LEFT)) {
                return;
            }
        }
        memory = null;
        running.set(false);
    }

    @Override
    protected void completed(@Nullable DeviceFault fault) {
        if (fault != null) {
            next = end;
        }
        if (!turn.compareAndSet(SUBMITTED, ENDED)) {
            run();
        }
    }
}
