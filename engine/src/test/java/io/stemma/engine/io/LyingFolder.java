package io.stemma.engine.io;

import java.io.IOException;
import java.util.List;

/** A folder whose syncs do nothing: what a build without them would be. For planted bugs. */
public final class LyingFolder implements Folder {
    private final Folder folder;
    private final boolean folderSyncs;
    private final boolean dataSyncs;

    /**
     * A folder that lies.
     *
     * @param folderSyncs whether {@link #sync} does what it says
     * @param dataSyncs whether the syncs and durable writes of its files do
     */
    public LyingFolder(Folder folder, boolean folderSyncs, boolean dataSyncs) {
        this.folder = folder;
        this.folderSyncs = folderSyncs;
        this.dataSyncs = dataSyncs;
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
        return new LyingFile(folder.create(name, sizeBytes), dataSyncs);
    }

    @Override
    public BlockFile open(String name) throws IOException {
        return new LyingFile(folder.open(name), dataSyncs);
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
        if (folderSyncs) {
            folder.sync();
        }
    }

    @Override
    public long usableBytes() throws IOException {
        return folder.usableBytes();
    }

    @Override
    public boolean tryOwn() throws IOException {
        return folder.tryOwn();
    }

    @Override
    public void close() throws IOException {
        folder.close();
    }

    /** A file of it. */
    private record LyingFile(BlockFile file, boolean syncs) implements BlockFile {
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
        public void write(long offset, long address, int length) throws IOException {
            file.write(offset, address, length);
        }

        @Override
        public void writeDurable(long offset, long address, int length) throws IOException {
            if (syncs) {
                file.writeDurable(offset, address, length);
            } else {
                file.write(offset, address, length);
            }
        }

        @Override
        public void dataSync() throws IOException {
            if (syncs) {
                file.dataSync();
            }
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
