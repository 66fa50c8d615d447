package io.stemma.bench.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * A folder, on tmpfs unless said otherwise, removed with all that lies in it.
 *
 * @param path of it
 */
public record ScratchFolder(Path path) implements AutoCloseable {
    /** A new one. */
    public static ScratchFolder create() {
        return in(Path.of("/dev/shm"));
    }

    /** A new one in another folder. */
    public static ScratchFolder in(Path parent) {
        try {
            return new ScratchFolder(Files.createTempDirectory(parent, "stemma-bench-"));
        } catch (IOException full) {
            throw new UncheckedIOException(full);
        }
    }

    /** A new folder in it. */
    public Path make(String name) {
        try {
            return Files.createDirectory(path.resolve(name));
        } catch (IOException full) {
            throw new UncheckedIOException(full);
        }
    }

    /** Removes a folder in it with all that lies there. */
    public void remove(String name) {
        remove(path.resolve(name));
    }

    @Override
    public void close() {
        remove(path);
    }

    private static void remove(Path path) {
        try (Stream<Path> files = Files.walk(path)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException | UncheckedIOException left) {
            System.err.println(path + " is left behind: " + left.getMessage());
        }
    }
}
