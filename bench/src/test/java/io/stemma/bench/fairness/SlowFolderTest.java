package io.stemma.bench.fairness;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.io.BlockFile;
import io.stemma.engine.io.HostFolder;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

final class SlowFolderTest {
    private static final long DELAY_NANOS = 20_000_000;

    @TempDir private Path path;

    @Test
    void onlyLayersMadeWhileSlowingAreSlow() throws IOException {
        try (SlowFolder folder = new SlowFolder(HostFolder.open(path))) {
            BlockFile fast = folder.create("layer.1", 4096);
            folder.slowing(true);
            try (fast;
                    BlockFile slow = folder.create("layer.2", 4096);
                    BlockFile journal = folder.create("journal.1", 4096)) {
                assertThat(slow).isInstanceOf(SlowFile.class);
                assertThat(fast).isNotInstanceOf(SlowFile.class);
                assertThat(journal).isNotInstanceOf(SlowFile.class);
            }
        }
    }

    @Test
    void aWriteToASlowLayerTakesTheDelayAndArrives() throws IOException {
        try (SlowFolder folder = new SlowFolder(HostFolder.open(path));
                Arena arena = Arena.ofConfined()) {
            folder.slowing(true);
            folder.delay(DELAY_NANOS);
            MemorySegment bytes = arena.allocate(512);
            bytes.fill((byte) 7);
            MemorySegment back = arena.allocate(512);
            try (BlockFile slow = folder.create("layer.1", 4096)) {
                long began = System.nanoTime();
                slow.write(512, bytes.address(), 512);
                assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(DELAY_NANOS);
                slow.read(512, back.address(), 512);
            }
            assertThat(back.mismatch(bytes)).isEqualTo(-1);
        }
    }
}
