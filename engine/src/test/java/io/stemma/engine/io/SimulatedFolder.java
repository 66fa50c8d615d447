package io.stemma.engine.io;

import io.stemma.engine.io.SimulatedDisk.Act;

import java.io.IOException;
import java.util.List;

/** The folder of a {@link SimulatedDisk} as one process sees it. */
final class SimulatedFolder implements Folder {
    private final SimulatedDisk disk;
    private final int generation;

    SimulatedFolder(SimulatedDisk disk, int generation) {
        this.disk = disk;
        this.generation = generation;
    }

    @Override
    public String path() {
        return "simulated";
    }

    @Override
    public MountIdentity identity() {
        disk.requireAlive(generation);
        return disk.identity();
    }

    @Override
    public List<String> names() {
        disk.requireAlive(generation);
        return List.copyOf(disk.names().keySet());
    }

    @Override
    public boolean exists(String name) {
        disk.requireAlive(generation);
        return disk.names().containsKey(name);
    }

    @Override
    public BlockFile create(String name, long sizeBytes) throws IOException {
        boolean due = disk.due(generation);
        if (disk.names().containsKey(name)) {
            throw new FileException(name, "create", Errno.EEXIST);
        }
        SimulatedInode file = new SimulatedInode();
        if (disk.takesEffect(due)) {
            disk.created(name, file);
            file.resize(sizeBytes);
        }
        disk.done(due, Act.CREATE, name, 0, sizeBytes);
        return new SimulatedFile(disk, generation, name, file);
    }

    @Override
    public BlockFile open(String name) throws IOException {
        disk.requireAlive(generation);
        return new SimulatedFile(disk, generation, name, existing(name));
    }

    private SimulatedInode existing(String name) throws IOException {
        SimulatedInode file = disk.names().get(name);
        if (file == null) {
            throw new FileException(name, "open", 2);
        }
        return file;
    }

    @Override
    public void rename(String from, String to) throws IOException {
        boolean due = disk.due(generation);
        existing(from);
        if (disk.takesEffect(due)) {
            disk.renamed(from, to);
        }
        disk.done(due, Act.RENAME, from, 0, 0);
    }

    @Override
    public void unlink(String name) throws IOException {
        boolean due = disk.due(generation);
        existing(name);
        if (disk.takesEffect(due)) {
            disk.unlinked(name);
        }
        disk.done(due, Act.UNLINK, name, 0, 0);
    }

    @Override
    public void sync() throws IOException {
        boolean due = disk.due(generation);
        if (disk.syncFails("")) {
            disk.namesSyncFailed();
            throw new FileException(path(), "make its names durable", Errno.EIO);
        }
        if (disk.takesEffect(due)) {
            disk.namesSynced();
        }
        disk.done(due, Act.FOLDER_SYNC, "", 0, 0);
    }

    @Override
    public long usableBytes() {
        disk.requireAlive(generation);
        return disk.usableBytes();
    }

    @Override
    public long capacityBytes() {
        disk.requireAlive(generation);
        return disk.capacityBytes();
    }

    @Override
    public boolean tryOwn() {
        disk.requireAlive(generation);
        return true;
    }

    @Override
    public void close() {}
}
