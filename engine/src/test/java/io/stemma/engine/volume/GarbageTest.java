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
        traffic(volume, request, memory);
        traffic(volume, request, memory);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        traffic(volume, request, memory);
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(bytes).isLessThan(BYTES_ALLOWED);
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
