package io.stemma.engine.volume;

import io.stemma.engine.io.BlockFile;
import io.stemma.engine.io.Folder;
import io.stemma.engine.io.MountIdentity;

import java.io.IOException;
import java.util.List;

/**
 * A folder on a disk with one bad place: no read of a layer that covers that byte succeeds. A write
 * can be made to end half way.
 */
final class BadSectorFolder implements Folder {
    private final Folder inner;
    private final long badByte;

    /** Bytes that the next write into a layer writes before it fails; -1 where none is to fail. */
    int nextWriteBytes = -1;

    BadSectorFolder(Folder inner, long badByte) {
        this.inner = inner;
        this.badByte = badByte;
    }

    private BlockFile bad(BlockFile file) {
        return file.name().startsWith("layer.") ? new BadFile(file) : file;
    }

    private final class BadFile implements BlockFile {
        private final BlockFile file;

        BadFile(BlockFile file) {
            this.file = file;
        }

        private void check(long offset, int length) throws IOException {
            if (offset <= badByte && badByte < offset + length) {
                throw new IOException(name() + ": bad sector");
            }
        }

        @Override
        public String name() {
            return file.name();
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void read(long offset, long address, int length) throws IOException {
            check(offset, length);
            file.read(offset, address, length);
        }

        @Override
        public boolean readNow(long offset, long address, int length) throws IOException {
            check(offset, length);
            return file.readNow(offset, address, length);
        }

        @Override
        public void write(long offset, long address, int length) throws IOException {
            int written = nextWriteBytes;
            nextWriteBytes = -1;
            if (written >= 0) {
                file.write(offset, address, Math.min(written, length));
                throw new IOException(name() + ": a write ended early");
            }
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

    @Override
    public String path() {
        return inner.path();
    }

    @Override
    public MountIdentity identity() throws IOException {
        return inner.identity();
    }

    @Override
    public List<String> names() throws IOException {
        return inner.names();
    }

    @Override
    public boolean exists(String name) throws IOException {
        return inner.exists(name);
    }

    @Override
    public BlockFile create(String name, long sizeBytes) throws IOException {
        return bad(inner.create(name, sizeBytes));
    }

    @Override
    public BlockFile open(String name) throws IOException {
        return bad(inner.open(name));
    }

    @Override
    public void rename(String from, String to) throws IOException {
        inner.rename(from, to);
    }

    @Override
    public void unlink(String name) throws IOException {
        inner.unlink(name);
    }

    @Override
    public void sync() throws IOException {
        inner.sync();
    }

    @Override
    public long usableBytes() throws IOException {
        return inner.usableBytes();
    }

    @Override
    public boolean tryOwn() throws IOException {
        return inner.tryOwn();
    }

    @Override
    public void close() throws IOException {
        inner.close();
    }
}
