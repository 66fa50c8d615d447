package io.stemma.engine.io;

import io.stemma.engine.io.SimulatedDisk.Act;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** An open file of a {@link SimulatedDisk}. */
final class SimulatedFile implements BlockFile {
    private final SimulatedDisk disk;
    private final int generation;
    private final String name;
    private final SimulatedInode file;
    private boolean closed;

    SimulatedFile(SimulatedDisk disk, int generation, String name, SimulatedInode file) {
        this.disk = disk;
        this.generation = generation;
        this.name = name;
        this.file = file;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long size() throws IOException {
        requireOpen();
        return file.size();
    }

    @Override
    public void read(long offset, long address, int length) throws IOException {
        requireOpen();
        if (offset + length > file.size()) {
            throw new EOFException(name + ": ends before byte " + (offset + length));
        }
        byte[] bytes = file.read(offset, length);
        memory(address, length).copyFrom(MemorySegment.ofArray(bytes));
    }

    @Override
    public boolean readNow(long offset, long address, int length) throws IOException {
        if (offset + length > file.size()) {
            return false;
        }
        read(offset, address, length);
        return true;
    }

    @Override
    public void write(long offset, long address, int length) throws IOException {
        boolean due = begin();
        disk.requireSpace(name, file, offset, length);
        int done = due ? cut(offset, length) : length;
        file.write(offset, bytes(address, done));
        disk.done(due, Act.WRITE, name, offset, length);
    }

    @Override
    public void writeDurable(long offset, long address, int length) throws IOException {
        boolean due = begin();
        disk.requireSpace(name, file, offset, length);
        int done = due ? cut(offset, length) : length;
        file.write(offset, bytes(address, done));
        if (disk.syncFails(name)) {
            file.failSync(disk.random());
            throw new FileException(name, "durably write", disk.syncErrno());
        }
        if (!due) {
            file.makeDurable(offset, length);
        }
        disk.done(due, Act.WRITE_DURABLE, name, offset, length);
    }

    /** How much of a write is done by a process that dies in the middle of it. */
    private int cut(long offset, int length) {
        int bytes = SimulatedInode.SECTOR_BYTES;
        long first = offset / bytes;
        int sectors = (int) ((offset + length + bytes - 1) / bytes - first);
        int done = disk.random().nextInt(sectors + 1);
        if (done == 0 || done == sectors) {
            return done == 0 ? 0 : length;
        }
        return (int) ((first + done) * bytes - offset);
    }

    @Override
    public void dataSync() throws IOException {
        boolean due = begin();
        if (disk.syncFails(name)) {
            file.failSync(disk.random());
            throw new FileException(name, "make its data durable", disk.syncErrno());
        }
        if (disk.takesEffect(due)) {
            file.sync();
        }
        disk.done(due, Act.DATA_SYNC, name, 0, 0);
    }

    @Override
    public void dropCache() throws IOException {
        dataSync();
        file.dropCache();
    }

    @Override
    public void startWriteBack(long offset, long length) throws IOException {
        requireOpen();
    }

    @Override
    public void punchHole(long offset, long length) throws IOException {
        boolean due = begin();
        if (disk.takesEffect(due)) {
            file.punch(offset, length);
        }
        disk.done(due, Act.PUNCH, name, offset, length);
    }

    @Override
    public void allocate(long offset, long length) throws IOException {
        boolean due = begin();
        disk.requireSpace(name, file, offset, length);
        if (disk.takesEffect(due)) {
            file.allocate(offset, length);
        }
        disk.done(due, Act.ALLOCATE, name, offset, length);
    }

    @Override
    public void resize(long newSize) throws IOException {
        boolean due = begin();
        if (disk.takesEffect(due)) {
            file.resize(newSize);
        }
        disk.done(due, Act.RESIZE, name, 0, newSize);
    }

    @Override
    public long allocatedBytes() throws IOException {
        requireOpen();
        disk.measured(name);
        return file.allocatedBytes();
    }

    @Override
    public void close() {
        closed = true;
    }

    private boolean begin() throws IOException {
        requireOpen();
        return disk.due(generation);
    }

    private void requireOpen() throws IOException {
        disk.requireAlive(generation);
        if (closed) {
            throw new FileException(name, "use", 9);
        }
    }

    private static byte[] bytes(long address, int length) {
        return memory(address, length).toArray(ValueLayout.JAVA_BYTE);
    }

    private static MemorySegment memory(long address, int length) {
        return MemorySegment.ofAddress(address).reinterpret(length);
    }
}
