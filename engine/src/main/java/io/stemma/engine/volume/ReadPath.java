package io.stemma.engine.volume;

import io.stemma.engine.block.BlockRequest;
import io.stemma.engine.layer.Layer;
import io.stemma.engine.runtime.Limits;

import java.io.IOException;

/** Reads that may wait for the disk. */
final class ReadPath {
    private ReadPath() {}

    /** Step of an I/O thread. */
    static void read(Operation operation) {
        FileVolume volume = operation.volume();
        BlockRequest request = operation.request();
        try {
            volume.layer().read(operation.offset, request.address(), (int) operation.length);
        } catch (IOException failed) {
            long bytes = bytesBefore(operation);
            long block = request.firstBlock() + bytes / volume.logicalBlockBytes();
            volume.finish(operation, volume.standing().ioFailed(failed, "read", block, bytes));
            return;
        }
        volume.finish(operation, null);
    }

    /** Reads once more piece by piece, to learn where the medium fails. */
    private static long bytesBefore(Operation operation) {
        Layer layer = operation.volume().layer();
        long address = operation.request().address();
        long done = 0;
        try {
            while (done < operation.length) {
                long at = operation.offset + done;
                int toBlockEnd = (int) (Limits.LAYER_BLOCK_BYTES - at % Limits.LAYER_BLOCK_BYTES);
                int here = (int) Math.min(toBlockEnd, operation.length - done);
                layer.read(at, address + done, here);
                done += here;
            }
        } catch (IOException again) {
            return done;
        }
        return 0;
    }
}
