package io.stemma.engine.io;

import io.stemma.engine.runtime.Invariant;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/** A folder of the host's file system, with its files reached through the C library. */
public final class HostFolder implements Folder {
    /** The file whose lock says that a process owns the folder. */
    private static final String LOCK_NAME = "pool.lock";

    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final int OWNER_ONLY = 0600;
    private static final int NOT_OPEN = -1;

    private final Path path;
    private int descriptor;
    private int lockDescriptor = NOT_OPEN;

    private HostFolder(Path path, int descriptor) {
        this.path = path;
        this.descriptor = descriptor;
    }

    /**
     * Opens an existing folder.
     *
     * @throws IOException if it is no folder or may not be read
     */
    public static HostFolder open(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            throw new IOException(path + ": is not a folder");
        }
        int descriptor = CLibrary.open(path.toString(), CLibrary.O_RDONLY, 0);
        if (descriptor < 0) {
            throw new FileException(path.toString(), "open the folder", CLibrary.errno());
        }
        return new HostFolder(path, descriptor);
    }

    @Override
    public String path() {
        return path.toString();
    }

    @Override
    public MountIdentity identity() throws IOException {
        CLibrary.Status status = CLibrary.status(descriptor);
        if (status == null) {
            throw new FileException(path(), "ask for its mount", CLibrary.errno());
        }
        String bootId = Files.readString(BOOT_ID).strip();
        return new MountIdentity(bootId, status.deviceId(), fileSystem().id(), status.mountId());
    }

    private CLibrary.FileSystem fileSystem() throws IOException {
        CLibrary.FileSystem system = CLibrary.fileSystem(descriptor);
        if (system == null) {
            throw new FileException(path(), "ask for its file system", CLibrary.errno());
        }
        return system;
    }

    @Override
    public List<String> names() throws IOException {
        try (Stream<Path> entries = Files.list(path)) {
            return entries.filter(Files::isRegularFile)
                    .map(entry -> String.valueOf(entry.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    @Override
    public boolean exists(String name) {
        return Files.exists(inside(name));
    }

    @Override
    public BlockFile create(String name, long sizeBytes) throws IOException {
        HostFile file = open(name, CLibrary.O_RDWR | CLibrary.O_CREAT | CLibrary.O_EXCL, "create");
        try {
            file.resize(sizeBytes);
            return file;
        } catch (IOException e) {
            try {
                file.close();
                unlink(name);
            } catch (IOException second) {
                e.addSuppressed(second);
            }
            throw e;
        }
    }

    @Override
    public BlockFile open(String name) throws IOException {
        return open(name, CLibrary.O_RDWR, "open");
    }

    private HostFile open(String name, int flags, String act) throws IOException {
        String full = inside(name).toString();
        int opened = CLibrary.open(full, flags, OWNER_ONLY);
        if (opened < 0) {
            throw new FileException(full, act, CLibrary.errno());
        }
        return new HostFile(full, name, opened);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        Files.move(inside(from), inside(to), StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void unlink(String name) throws IOException {
        try {
            Files.delete(inside(name));
        } catch (NoSuchFileException e) {
            throw new IOException(inside(name) + ": cannot remove: no such file", e);
        }
    }

    @Override
    public void sync() throws IOException {
        if (CLibrary.fsync(descriptor) != 0) {
            throw new FileException(path(), "make its names durable", CLibrary.errno());
        }
    }

    @Override
    public long usableBytes() throws IOException {
        return fileSystem().availableBytes();
    }

    @Override
    public long capacityBytes() throws IOException {
        return fileSystem().capacityBytes();
    }

    @Override
    public synchronized boolean tryOwn() throws IOException {
        if (lockDescriptor != NOT_OPEN) {
            return true;
        }
        String lock = inside(LOCK_NAME).toString();
        int opened = CLibrary.open(lock, CLibrary.O_RDWR | CLibrary.O_CREAT, OWNER_ONLY);
        if (opened < 0) {
            throw new FileException(lock, "open", CLibrary.errno());
        }
        while (CLibrary.flock(opened, CLibrary.LOCK_EXCLUSIVE_NOW) != 0) {
            int errno = CLibrary.errno();
            if (errno == Errno.EINTR) {
                continue;
            }
            CLibrary.close(opened);
            if (errno == Errno.EAGAIN) {
                return false;
            }
            throw new FileException(lock, "lock", errno);
        }
        lockDescriptor = opened;
        return true;
    }

    @Override
    public synchronized void close() throws IOException {
        if (lockDescriptor != NOT_OPEN) {
            CLibrary.close(lockDescriptor);
            lockDescriptor = NOT_OPEN;
        }
        if (descriptor != NOT_OPEN) {
            CLibrary.close(descriptor);
            descriptor = NOT_OPEN;
        }
    }

    private Path inside(String name) {
        Invariant.check(
                !name.isEmpty() && name.indexOf('/') < 0 && !name.startsWith(".."),
                "a file's name stays inside its folder");
        return path.resolve(name);
    }
}
