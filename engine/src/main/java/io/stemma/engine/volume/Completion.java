package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;

import org.jspecify.annotations.Nullable;

/** Something that a control thread waits for. Never used by event loops or pool threads. */
final class Completion {
    private boolean done;
    private @Nullable DeviceFault fault;

    /** It ended; null says well. */
    synchronized void complete(@Nullable DeviceFault how) {
        done = true;
        fault = how;
        notifyAll();
    }

    synchronized boolean isDone() {
        return done;
    }

    /** Waits, deaf to interrupts: what is waited for touches files. */
    void await(BackendThreads threads) throws DeviceException {
        threads.runUntil(this::isDone);
        boolean interrupted = false;
        synchronized (this) {
            while (!done) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        DeviceFault how = fault;
        if (how != null) {
            throw new DeviceException(how);
        }
    }
}
