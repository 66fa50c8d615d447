package io.stemma.server.server;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.volume.Volume;
import io.stemma.engine.volume.VolumeBackend;
import io.stemma.server.scsi.WriteCacheSwitch;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/** Switches write caches on threads that may wait, a few at a time. */
final class CacheSwitch implements WriteCacheSwitch {
    /** Changes that may wait for the backend; one more is answered as TRANSIENT. */
    private static final int CHANGES_MAX = 16;

    private final VolumeBackend backend;
    private final Semaphore room = new Semaphore(CHANGES_MAX);

    CacheSwitch(VolumeBackend backend) {
        this.backend = backend;
    }

    @Override
    public void change(Volume volume, boolean enabled, Consumer<@Nullable DeviceFault> done) {
        if (!room.tryAcquire()) {
            done.accept(
                    DeviceFault.of(
                            DeviceFault.Kind.TRANSIENT,
                            "change of the write cache",
                            volume.description().name()));
            return;
        }
        Thread.ofPlatform()
                .daemon()
                .name("write-cache-switch")
                .start(() -> done.accept(changed(volume, enabled)));
    }

    private @Nullable DeviceFault changed(Volume volume, boolean enabled) {
        try {
            backend.writeCache(volume, enabled);
            return null;
        } catch (DeviceException failed) {
            return failed.fault();
        } finally {
            room.release();
        }
    }
}
