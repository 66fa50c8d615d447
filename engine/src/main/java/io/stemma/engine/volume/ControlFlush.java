package io.stemma.engine.volume;

import io.stemma.engine.block.BlockRequest;
import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;

import org.jspecify.annotations.Nullable;

/** A flush that a control thread waits for; it passes no gate. */
final class ControlFlush extends BlockRequest {
    private final Completion completion = new Completion();

    private ControlFlush() {}

    static void run(FileVolume volume) throws DeviceException {
        start(volume).await(volume.pool().threads());
    }

    static ControlFlush start(FileVolume volume) {
        ControlFlush flush = new ControlFlush();
        flush.flush();
        flush.accept();
        volume.flushes().join(Operation.of(flush, volume));
        return flush;
    }

    void await(BackendThreads threads) throws DeviceException {
        completion.await(threads);
    }

    @Override
    protected void completed(@Nullable DeviceFault fault) {
        completion.complete(fault);
    }
}
