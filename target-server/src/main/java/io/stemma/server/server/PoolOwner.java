package io.stemma.server.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Finds out which process holds the owner lock of a pool (proc(5), /proc/locks). */
final class PoolOwner {
    private static final Path LOCKS = Path.of("/proc/locks");
    private static final int OWNER_COLUMN = 4;
    private static final int FILE_COLUMN = 5;

    private PoolOwner() {}

    /** "process 4711", or "another process" where its number cannot be seen. */
    static String of(Path pool) {
        try {
            Object inode = Files.getAttribute(pool.resolve("pool.lock"), "unix:ino");
            return find(Files.readAllLines(LOCKS), inode.toString())
                    .map(pid -> "process " + pid)
                    .orElse("another process");
        } catch (IOException unseen) {
            return "another process";
        }
    }

    private static Optional<String> find(List<String> locks, String inode) {
        return locks.stream()
                .map(line -> line.trim().split("\\s+"))
                .filter(columns -> columns.length > FILE_COLUMN && columns[1].equals("FLOCK"))
                .filter(columns -> columns[FILE_COLUMN].endsWith(":" + inode))
                .map(columns -> columns[OWNER_COLUMN])
                .filter(pid -> pid.matches("[1-9][0-9]*"))
                .findFirst();
    }
}
