package io.stemma.server.scsi;

import io.stemma.engine.block.BlockRequest;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.volume.Volume;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/**
 * One self-test, the default and the short one alike (SPC-5, 5.14): the volume serves, and its
 * first and its last block can be read. Used once; any thread.
 */
final class SelfTest extends BlockRequest {
    private final Volume volume;
    private final Consumer<@Nullable DeviceFault> done;
    private final long lastBlock;
    private final MemorySegment block;

    /**
     * Prepares a test.
     *
     * @param done runs once, on any thread, with null where the test passed
     */
    SelfTest(Volume volume, Consumer<@Nullable DeviceFault> done) {
        this.volume = volume;
        this.done = done;
        lastBlock = volume.geometry().blockCount() - 1;
        block = Arena.ofAuto().allocate(volume.geometry().logicalBlockBytes(), 4096);
    }

    void start() {
        DeviceFault offline = volume.offlineFault();
        if (offline != null) {
            done.accept(offline);
        } else {
            volume.submit(read(0, 1, block.address()));
        }
    }

    @Override
    protected void completed(@Nullable DeviceFault fault) {
        if (fault != null || firstBlock() == lastBlock) {
            done.accept(fault);
        } else {
            volume.submit(read(lastBlock, 1, block.address()));
        }
    }
}
