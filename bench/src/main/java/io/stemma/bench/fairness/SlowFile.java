package io.stemma.bench.fairness;

import io.stemma.engine.io.BlockFile;

import java.io.IOException;

/** A file of a slow disk; reads of what is cached are fast there, too. */
final class SlowFile implements BlockFile {
    private final BlockFile behind;
    private final SlowFolder folder;

    SlowFile(BlockFile behind, SlowFolder folder) {
        this.behind = behind;
        this.folder = folder;
    }

    @Override
    public void write(long offset, long address, int length) throws IOException {
        folder.delay();
        behind.write(offset, address, length);
    }

    @Override
    public void writeDurable(long offset, long address, int length) throws IOException {
        folder.delay();
        behind.writeDurable(offset, address, length);
    }

    @Override
    public void dataSync() throws IOException {
        folder.delay();
        behind.dataSync();
    }

    @Override
    public String name() {
        return behind.name();
    }

    @Override
    public long size() throws IOException {
        return behind.size();
    }

    @Override
    public void read(long offset, long address, int length) throws IOException {
        behind.read(offset, address, length);
    }

    @Override
    public boolean readNow(long offset, long address, int length) throws IOException {
        return behind.readNow(offset, address, length);
    }

    @Override
    public void dropCache() throws IOException {
        behind.dropCache();
    }

    @Override
    public void startWriteBack(long offset, long length) throws IOException {
        behind.startWriteBack(offset, length);
    }

    @Override
    public void punchHole(long offset, long length) throws IOException {
        behind.punchHole(offset, length);
    }

    @Override
    public void allocate(long offset, long length) throws IOException {
        behind.allocate(offset, length);
    }

    @Override
    public void resize(long newSize) throws IOException {
        behind.resize(newSize);
    }

    @Override
    public long allocatedBytes() throws IOException {
        return behind.allocatedBytes();
    }

    @Override
    public void close() throws IOException {
        behind.close();
    }
}
