package io.stemma.bench.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * A folder on tmpfs, removed with all that lies in it.
 *
 * @param path of it
 */
record ScratchFolder(Path path) implements AutoCloseable {
    static ScratchFolder create() {
        try {
            return new ScratchFolder(
                    Files.createTempDirectory(Path.of("/dev/shm"), "stemma-bench-"));
        } catch (IOException full) {
            throw new UncheckedIOException(full);
        }
    }

    /** A new folder in it. */
    Path make(String name) {
        try {
            return Files.createDirectory(path.resolve(name));
        } catch (IOException full) {
            throw new UncheckedIOException(full);
        }
    }

    @Override
    public void close() {
        try (Stream<Path> files = Files.walk(path)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException | UncheckedIOException left) {
            System.err.println(path + " is left behind: " + left.getMessage());
        }
    }
}
