package io.stemma.bench.layers;

import io.stemma.engine.block.BlockRequest;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.volume.Volume;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.concurrent.Semaphore;

/** Requests of one kind and size to one volume, so many under way at once. One thread. */
final class Stream {
    /** One place in the depth. */
    private final class Slot extends BlockRequest {
        @Override
        protected void completed(@Nullable DeviceFault how) {
            if (how != null) {
                fault = how;
            }
            free.release();
        }
    }

    private final Volume volume;
    private final int bytes;
    private final long blocksEach;
    private final Slot[] slots;
    private final Semaphore free;
    private final BlockRequest flush;
    private final Semaphore flushed = new Semaphore(0);
    private final long memory;
    private volatile @Nullable DeviceFault fault;

    /**
     * A stream.
     *
     * @param bytes of each request
     * @param depth requests under way
     * @param memory of that many bytes; all requests use the same
     */
    Stream(Volume volume, int bytes, int depth, long memory) {
        this.volume = volume;
        this.bytes = bytes;
        this.memory = memory;
        blocksEach = bytes / volume.geometry().logicalBlockBytes();
        free = new Semaphore(depth);
        slots = new Slot[depth];
        for (int i = 0; i < depth; i++) {
            slots[i] = new Slot();
        }
        flush =
                new BlockRequest() {
                    @Override
                    protected void completed(@Nullable DeviceFault how) {
                        if (how != null) {
                            fault = how;
                        }
                        flushed.release();
                    }
                };
    }

    /**
     * Writes at places, in units of the request's size, and flushes after each so many; 0: never.
     * The depth is used in rounds, so that a slot is free when its turn comes.
     */
    void write(long[] places, int flushEach) throws IOException {
        int slot = 0;
        for (int i = 0; i < places.length; i++) {
            free.acquireUninterruptibly();
            if (slots[slot].submitted()) {
                // Its neighbour ended first: wait for all.
                free.release();
                drain();
                free.acquireUninterruptibly();
            }
            Slot request = slots[slot];
            request.write(places[i] * blocksEach, blocksEach, memory, false);
            volume.submit(request);
            slot = (slot + 1) % slots.length;
            if (flushEach > 0 && (i + 1) % flushEach == 0) {
                drain();
                flush();
            }
        }
        drain();
        check();
    }

    /** Reads at places; what is cached on this thread, what is not as a server would. */
    void read(long[] places) throws IOException {
        for (long place : places) {
            if (!volume.tryRead(place * blocksEach, (int) blocksEach, memory)) {
                free.acquireUninterruptibly();
                slots[0].read(place * blocksEach, blocksEach, memory);
                volume.submit(slots[0]);
                drain();
            }
        }
        check();
    }

    /** Makes all of it durable. */
    void flush() throws IOException {
        flush.flush();
        volume.submit(flush);
        flushed.acquireUninterruptibly();
        check();
    }

    private void drain() {
        free.acquireUninterruptibly(slots.length);
        free.release(slots.length);
    }

    private void check() throws IOException {
        DeviceFault met = fault;
        if (met != null) {
            throw new IOException(met.toString());
        }
    }

    int bytes() {
        return bytes;
    }
}
