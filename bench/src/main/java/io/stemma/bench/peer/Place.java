package io.stemma.bench.peer;

import java.nio.file.Path;

/**
 * Where one target process lives.
 *
 * @param name of the side, unique among the processes of a comparison
 * @param port on 127.0.0.1
 * @param folder for its configuration and log, on tmpfs
 * @param lunBytes size of its logical unit, a multiple of 1 MiB
 * @param root the project's folder
 */
public record Place(String name, int port, Path folder, long lunBytes, Path root) {
    /** {@code HOST:PORT}. */
    public String portal() {
        return "127.0.0.1:" + port;
    }

    /** The backing file of the targets that want one. */
    public Path lun() {
        return folder.resolve("lun");
    }

    /** Where it writes what it has to say. */
    public Path log() {
        return folder.resolve("log");
    }
}
