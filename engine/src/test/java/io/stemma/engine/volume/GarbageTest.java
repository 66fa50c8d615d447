package io.stemma.engine.volume;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;

import io.stemma.engine.block.BlockRequest;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.Geometry;
import io.stemma.engine.io.Memory;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;

/** Steady traffic makes no garbage on the thread that submits it. */
class GarbageTest {
    private static final int OPERATIONS = 20_000;
    private static final long BYTES_ALLOWED = OPERATIONS;
    private static final int PASSES_MAX = 30;

    @TempDir Path folder;

    private static final class Silent extends BlockRequest {
        private volatile int ended;

        @Override
        protected void completed(@Nullable DeviceFault fault) {
            int next = ended + 1;
            ended = next;
        }
    }

    @Test
    void overwritesAndCachedReadsMakeNoGarbage() throws Exception {
        FileBackend backend = FileBackend.open(folder);
        Volume volume =
                backend.create(new VolumeSpecification("v", new Geometry(4096, 512, 4096), true));
        Memory memory = new Memory(4096);
        Silent request = new Silent();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        // On a busy machine it takes a while until all of it is compiled.
        for (int pass = 0; pass < PASSES_MAX && least >= BYTES_ALLOWED; pass++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            traffic(volume, request, memory);
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least).isLessThan(BYTES_ALLOWED);
        backend.close();
    }

    private static void traffic(Volume volume, Silent request, Memory memory) {
        for (int i = 0; i < OPERATIONS; i++) {
            int ended = request.ended;
            request.write((i & 255) * 8L, 8, memory.address(), false);
            volume.submit(request);
            while (request.ended == ended) {
                Thread.onSpinWait();
            }
            volume.tryRead((i & 255) * 8L, 8, memory.address());
        }
    }
}
