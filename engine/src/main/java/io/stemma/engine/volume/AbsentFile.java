package io.stemma.engine.volume;

import io.stemma.engine.io.BlockFile;

import java.io.IOException;

/** Stands for the file of an offline volume that could not be opened. */
final class AbsentFile implements BlockFile {
    private final String name;

    AbsentFile(String name) {
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long size() throws IOException {
        throw absent();
    }

    @Override
    public void read(long offset, long address, int length) throws IOException {
        throw absent();
    }

    @Override
    public boolean readNow(long offset, long address, int length) throws IOException {
        throw absent();
    }

    @Override
    public void write(long offset, long address, int length) throws IOException {
        throw absent();
    }

    @Override
    public void writeDurable(long offset, long address, int length) throws IOException {
        throw absent();
    }

    @Override
    public void dataSync() throws IOException {
        throw absent();
    }

    @Override
    public void dropCache() throws IOException {
        throw absent();
    }

    @Override
    public void startWriteBack(long offset, long length) throws IOException {
        throw absent();
    }

    @Override
    public void punchHole(long offset, long length) throws IOException {
        throw absent();
    }

    @Override
    public void allocate(long offset, long length) throws IOException {
        throw absent();
    }

    @Override
    public void resize(long newSize) throws IOException {
        throw absent();
    }

    @Override
    public long allocatedBytes() {
        return 0;
    }

    @Override
    public void close() {}

    private IOException absent() {
        return new IOException(name + ": the file could not be opened at the start");
    }
}
