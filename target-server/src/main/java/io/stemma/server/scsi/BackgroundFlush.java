package io.stemma.server.scsi;

import io.stemma.engine.block.BlockRequest;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.volume.Volume;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Flushes that no command waits for (IMMED). One runs at a time; however many are asked for while
 * it runs, one more follows. A failed flush takes the volume offline, so its outcome needs no
 * deferred error. Any thread.
 */
final class BackgroundFlush extends BlockRequest {
    private static final int IDLE = 0;
    private static final int RUNNING = 1;
    private static final int AGAIN = 2;

    private final Volume volume;
    private final AtomicInteger stage = new AtomicInteger(IDLE);

    BackgroundFlush(Volume volume) {
        this.volume = volume;
    }

    /** Starts a flush of what was written until now. */
    void start() {
        int before = stage.getAndUpdate(now -> now == IDLE ? RUNNING : AGAIN);
        if (before == IDLE) {
            volume.submit(flush());
        }
    }

    @Override
    protected void completed(@Nullable DeviceFault fault) {
        if (!stage.compareAndSet(RUNNING, IDLE)) {
            stage.set(RUNNING);
            volume.submit(flush());
        }
    }
}
