package io.stemma.engine.volume;

import io.stemma.engine.io.BlockFile;
import io.stemma.engine.io.Folder;
import io.stemma.engine.io.PassFile;
import io.stemma.engine.io.PassFolder;

import java.io.IOException;

/**
 * A folder on a disk with one bad place: no read of a layer that covers that byte succeeds. A write
 * can be made to end half way.
 */
final class BadSectorFolder extends PassFolder {
    private final long badByte;

    /** Bytes that the next write into a layer writes before it fails; -1 where none is to fail. */
    int nextWriteBytes = -1;

    BadSectorFolder(Folder inner, long badByte) {
        super(inner);
        this.badByte = badByte;
    }

    @Override
    protected BlockFile wrapped(BlockFile file) {
        return file.name().startsWith("layer.") ? new BadFile(file) : file;
    }

    private final class BadFile extends PassFile {
        BadFile(BlockFile file) {
            super(file);
        }

        private void check(long offset, int length) throws IOException {
            if (offset <= badByte && badByte < offset + length) {
                throw new IOException(name() + ": bad sector");
            }
        }

        @Override
        public void read(long offset, long address, int length) throws IOException {
            check(offset, length);
            super.read(offset, address, length);
        }

        @Override
        public boolean readNow(long offset, long address, int length) throws IOException {
            check(offset, length);
            return super.readNow(offset, address, length);
        }

        @Override
        public void write(long offset, long address, int length) throws IOException {
            int written = nextWriteBytes;
            nextWriteBytes = -1;
            if (written >= 0) {
                super.write(offset, address, Math.min(written, length));
                throw new IOException(name() + ": a write ended early");
            }
            super.write(offset, address, length);
        }
    }
}
