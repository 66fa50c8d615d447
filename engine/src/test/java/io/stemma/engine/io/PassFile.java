package io.stemma.engine.io;

import java.io.IOException;

/** A file that passes everything on to another; subclasses change what they are about. */
public class PassFile implements BlockFile {
    private final BlockFile file;

    /** Passes on to {@code file}. */
    protected PassFile(BlockFile file) {
        this.file = file;
    }

    @Override
    public final String name() {
        return file.name();
    }

    @Override
    public long size() throws IOException {
        return file.size();
    }

    @Override
    public void read(long offset, long address, int length) throws IOException {
        file.read(offset, address, length);
    }

    @Override
    public boolean readNow(long offset, long address, int length) throws IOException {
        return file.readNow(offset, address, length);
    }

    @Override
    public void write(long offset, long address, int length) throws IOException {
        file.write(offset, address, length);
    }

    @Override
    public void writeDurable(long offset, long address, int length) throws IOException {
        file.writeDurable(offset, address, length);
    }

    @Override
    public void dataSync() throws IOException {
        file.dataSync();
    }

    @Override
    public void dropCache() throws IOException {
        file.dropCache();
    }

    @Override
    public void startWriteBack(long offset, long length) throws IOException {
        file.startWriteBack(offset, length);
    }

    @Override
    public void punchHole(long offset, long length) throws IOException {
        file.punchHole(offset, length);
    }

    @Override
    public void allocate(long offset, long length) throws IOException {
        file.allocate(offset, length);
    }

    @Override
    public void resize(long newSize) throws IOException {
        file.resize(newSize);
    }

    @Override
    public long allocatedBytes() throws IOException {
        return file.allocatedBytes();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
