package io.stemma.engine.volume;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.block.BlockRequest;
import io.stemma.engine.block.Geometry;
import io.stemma.engine.io.HostFolder;
import io.stemma.engine.io.Memory;
import io.stemma.engine.journal.JournalThreads;
import io.stemma.engine.runtime.TimeSource;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** A disk that does not answer holds up its own volumes and no others. */
class StuckDiskTest {
    private static final int STUCK_VOLUMES = 6;
    private static final int REQUESTS = 32;

    @TempDir Path path;

    @Test
    void otherVolumesReadWriteAndFlush() throws Exception {
        StuckFolder folder = new StuckFolder(HostFolder.open(path));
        try (FileBackend backend =
                FileBackend.open(
                        folder,
                        new PlatformThreads(),
                        JournalThreads.PLATFORM,
                        TimeSource.SYSTEM)) {
            othersAreServed(backend, folder);
        }
    }

    private void othersAreServed(FileBackend backend, StuckFolder folder) throws Exception {
        List<TestRequest> held = new ArrayList<>();
        try {
            for (int i = 0; i < STUCK_VOLUMES; i++) {
                Volume stuck = volume(backend, "stuck" + i);
                served(stuck, i);
                folder.stick(newestLayer());
                for (int request = 0; request < REQUESTS; request++) {
                    // Only of a block that is there: what is absent is read from no file.
                    held.add(reading(stuck, i));
                }
                held.add(writing(stuck, 99, true));
                ended(writing(stuck, 98, false));
                held.add(flushing(stuck));
            }
            Volume works = volume(backend, "works");
            for (int round = 0; round < 50; round++) {
                served(works, round);
            }
            assertThat(held.stream().filter(TestRequest::done).map(TestRequest::fault)).isEmpty();
        } finally {
            folder.letGo();
        }
        held.forEach(StuckDiskTest::ended);
    }

    private static Volume volume(FileBackend backend, String name) throws Exception {
        return backend.create(
                new VolumeSpecification(name, new Geometry(1 << 12, 4096, 4096), true));
    }

    /** Names of layers end in numbers that grow. */
    private String newestLayer() {
        return Stream.of(Objects.requireNonNull(path.toFile().list()))
                .filter(name -> name.startsWith("layer."))
                .max(Comparator.comparingInt(String::length).thenComparing(name -> name))
                .orElseThrow();
    }

    private static void served(Volume volume, int value) {
        ended(writing(volume, value, false));
        ended(writing(volume, value, true));
        ended(reading(volume, value));
        ended(flushing(volume));
    }

    private static TestRequest flushing(Volume volume) {
        TestRequest request = new TestRequest();
        BlockRequest _ = request.flush();
        return request.on(volume);
    }

    private static TestRequest reading(Volume volume, int block) {
        Memory memory = Memory.of(new byte[4096]);
        TestRequest request = new TestRequest();
        request.keep(memory);
        BlockRequest _ = request.read(block, 1, memory.address());
        return request.on(volume);
    }

    private static TestRequest writing(Volume volume, int block, boolean durable) {
        Memory memory = Memory.of(new byte[4096]);
        TestRequest request = new TestRequest();
        request.keep(memory);
        BlockRequest _ = request.write(block, 1, memory.address(), durable);
        return request.on(volume);
    }

    private static void ended(TestRequest request) {
        Awaitility.await().pollInterval(Duration.ofMillis(1)).until(request::done);
        assertThat(request.fault()).isNull();
    }
}
