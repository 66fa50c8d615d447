package io.stemma.engine.volume;

import io.stemma.engine.block.BlockRequest;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.io.Memory;

import org.jspecify.annotations.Nullable;

/** A request whose end a test can see and wait for. */
public final class TestRequest extends BlockRequest {
    private boolean done;
    private @Nullable DeviceFault fault;
    private @Nullable Memory memory;

    @Override
    protected synchronized void completed(@Nullable DeviceFault how) {
        fault = how;
        done = true;
        notifyAll();
    }

    /** Keeps memory alive as long as this request. */
    public void keep(Memory kept) {
        memory = kept;
    }

    /** What {@link #keep} was given. */
    public @Nullable Memory memory() {
        return memory;
    }

    /** Submits it once more. */
    public TestRequest on(Volume volume) {
        synchronized (this) {
            done = false;
        }
        volume.submit(this);
        return this;
    }

    /** Submits it once more, as the holder of a lock. */
    public TestRequest on(Volume volume, RangeLock lock) {
        synchronized (this) {
            done = false;
        }
        volume.submitHolding(lock, this);
        return this;
    }

    public synchronized boolean done() {
        return done;
    }

    /** How it ended, after it did. */
    public synchronized @Nullable DeviceFault fault() {
        if (!done) {
            throw new IllegalStateException("the request has not ended");
        }
        return fault;
    }

    /** Waits for the end on threads of others. */
    public synchronized @Nullable DeviceFault await() {
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (!done) {
            try {
                wait(1000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("the request does not end");
            }
        }
        return fault;
    }
}
