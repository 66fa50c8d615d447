package io.stemma.server.scsi;

import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.volume.Volume;

import org.jspecify.annotations.Nullable;

import java.util.function.Consumer;

/**
 * Turns a volume's write cache on or off when MODE SELECT asks for it. Changing a volume blocks,
 * which an event loop must not; whoever wires the server does it on a thread for control.
 */
@FunctionalInterface
public interface WriteCacheSwitch {
    /**
     * Starts the change and returns at once.
     *
     * @param done runs once, on any thread, with null where it succeeded
     */
    void change(Volume volume, boolean enabled, Consumer<@Nullable DeviceFault> done);
}
