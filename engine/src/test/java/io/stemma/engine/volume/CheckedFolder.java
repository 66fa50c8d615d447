package io.stemma.engine.volume;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.block.Geometry;
import io.stemma.engine.check.CheckReport;
import io.stemma.engine.check.Finding;
import io.stemma.engine.check.PoolCheck;
import io.stemma.engine.check.Progress;
import io.stemma.engine.io.Folder;
import io.stemma.engine.io.HostFolder;
import io.stemma.engine.io.Memory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A pool of a real folder that the engine made: volume "web" with snapshots "a" and "b", and a
 * clone "copy" of the first. In the order of their keys the layers are those of "a", the head of
 * "web" when "b" was taken, the head of "copy", and the head of "web".
 */
final class CheckedFolder {
    static final int BLOCKS = 4096;
    private static final int BLOCK = 4096;

    final Path path;

    CheckedFolder(Path path) throws Exception {
        this.path = path;
        try (FileBackend backend = FileBackend.open(path)) {
            fill(backend);
        }
    }

    private static void fill(FileBackend backend) throws Exception {
        Volume web =
                backend.create(
                        new VolumeSpecification("web", new Geometry(BLOCKS, BLOCK, BLOCK), true));
        write(web, 0, 100, 1);
        Snapshot first = snapshot(backend, web, "a");
        write(web, 50, 20, 2);
        Volume copy = backend.facet(PointsInTime.class).orElseThrow().clone(first, "copy", true);
        write(copy, 10, 4, 3);
        snapshot(backend, web, "b");
        write(web, 200, 5, 4);
        backend.registry().put("note", new byte[] {1, 2, 3});
    }

    static Snapshot snapshot(FileBackend backend, Volume volume, String name) throws Exception {
        PointsInTime points = backend.facet(PointsInTime.class).orElseThrow();
        try (PointsInTime.Cut cut = points.prepare(List.of(volume))) {
            cut.cut();
            return cut.complete(name).getFirst();
        }
    }

    static void write(Volume volume, long block, int blocks, int value) {
        byte[] bytes = new byte[blocks * BLOCK];
        Arrays.fill(bytes, (byte) value);
        Memory memory = Memory.of(bytes);
        TestRequest request = new TestRequest();
        request.keep(memory);
        request.write(block, blocks, memory.address(), true);
        assertThat(request.on(volume).await()).isNull();
    }

    /** The layer files, by their keys. */
    List<String> layers() throws IOException {
        return names("layer.");
    }

    List<String> names(String prefix) throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith(prefix))
                    .sorted()
                    .toList();
        }
    }

    CheckReport check(boolean repair) throws IOException {
        try (Folder folder = HostFolder.open(path)) {
            assertThat(folder.tryOwn()).isTrue();
            return PoolCheck.run(folder, repair, Progress.NONE);
        }
    }

    /** The findings of a check that changes nothing. */
    List<Finding> findings() throws IOException {
        Map<String, ByteBuffer> before = bytes();
        CheckReport report = check(false);
        assertThat(bytes()).isEqualTo(before);
        assertThat(report.repaired()).isEmpty();
        return report.findings();
    }

    /** The one finding of a check that changes nothing. */
    Finding finding() throws IOException {
        List<Finding> findings = findings();
        assertThat(findings).hasSize(1);
        return findings.getFirst();
    }

    private Map<String, ByteBuffer> bytes() throws IOException {
        Map<String, ByteBuffer> bytes = new TreeMap<>();
        for (String name : names("")) {
            bytes.put(name, ByteBuffer.wrap(Files.readAllBytes(path.resolve(name))));
        }
        return bytes;
    }

    /** Turns one bit. */
    void flip(String name, long offset) throws IOException {
        try (FileChannel file = channel(name)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            file.read(one, offset);
            one.put(0, (byte) (one.get(0) ^ 0x10)).rewind();
            file.write(one, offset);
        }
    }

    void truncate(String name, long bytes) throws IOException {
        try (FileChannel file = channel(name)) {
            file.truncate(bytes);
        }
    }

    void put(String name, long offset, byte[] bytes) throws IOException {
        try (FileChannel file = channel(name)) {
            file.write(ByteBuffer.wrap(bytes), offset);
        }
    }

    private FileChannel channel(String name) throws IOException {
        return FileChannel.open(
                path.resolve(name),
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.CREATE);
    }
}
