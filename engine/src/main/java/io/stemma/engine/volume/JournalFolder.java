package io.stemma.engine.volume;

import io.stemma.engine.io.BlockFile;
import io.stemma.engine.io.FileException;
import io.stemma.engine.io.Folder;
import io.stemma.engine.io.MountIdentity;
import io.stemma.engine.runtime.Limits;

import java.io.IOException;
import java.util.List;

/**
 * The pool's folder as the journal sees it: what finds no space spends the ballast and is tried
 * again, so that a full file system stops first writes, not records.
 */
final class JournalFolder implements Folder {
    private final Folder folder;
    private final Ballast ballast;

    JournalFolder(Folder folder, Ballast ballast) {
        this.folder = folder;
        this.ballast = ballast;
    }

    /** Something that may find no space, and does no harm if it is done twice. */
    @FunctionalInterface
    private interface Act<T> {
        T run() throws IOException;
    }

    /** Whether it is worth another try. */
    private boolean relieved(IOException failed, long bytes) {
        return failed instanceof FileException file
                && file.reason() == FileException.Reason.NO_SPACE
                && ballast.spend(bytes);
    }

    private <T> T tried(Act<T> act) throws IOException {
        while (true) {
            try {
                return act.run();
            } catch (IOException failed) {
                if (!relieved(failed, Limits.JOURNAL_SEGMENT_BYTES)) {
                    throw failed;
                }
            }
        }
    }

    @Override
    public String path() {
        return folder.path();
    }

    @Override
    public MountIdentity identity() throws IOException {
        return folder.identity();
    }

    @Override
    public List<String> names() throws IOException {
        return folder.names();
    }

    @Override
    public boolean exists(String name) throws IOException {
        return folder.exists(name);
    }

    @Override
    public BlockFile create(String name, long sizeBytes) throws IOException {
        return new JournalFile(tried(() -> folder.create(name, sizeBytes)));
    }

    @Override
    public BlockFile open(String name) throws IOException {
        return new JournalFile(folder.open(name));
    }

    @Override
    public void rename(String from, String to) throws IOException {
        folder.rename(from, to);
    }

    @Override
    public void unlink(String name) throws IOException {
        folder.unlink(name);
    }

    @Override
    public void sync() throws IOException {
        folder.sync();
    }

    @Override
    public long usableBytes() throws IOException {
        return folder.usableBytes();
    }

    @Override
    public long capacityBytes() throws IOException {
        return folder.capacityBytes();
    }

    @Override
    public boolean tryOwn() throws IOException {
        return folder.tryOwn();
    }

    @Override
    public void close() throws IOException {
        folder.close();
    }

    /** A segment. A sync is never tried again: it may have been the one report of lost pages. */
    private final class JournalFile implements BlockFile {
        private final BlockFile file;

        JournalFile(BlockFile file) {
            this.file = file;
        }

        @Override
        public void write(long offset, long address, int length) throws IOException {
            while (true) {
                try {
                    file.write(offset, address, length);
                    return;
                } catch (FileException failed) {
                    if (!relieved(failed, length)) {
                        throw failed;
                    }
                }
            }
        }

        @Override
        public void writeDurable(long offset, long address, int length) throws IOException {
            file.writeDurable(offset, address, length);
        }

        @Override
        public void allocate(long offset, long length) throws IOException {
            file.allocate(offset, length);
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
            file.read(offset, address, length);
        }

        @Override
        public boolean readNow(long offset, long address, int length) throws IOException {
            return file.readNow(offset, address, length);
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
}
