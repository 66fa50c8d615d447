package io.stemma.engine.io;

import java.io.IOException;

/** A folder whose syncs do nothing: what a build without them would be. For planted bugs. */
public final class LyingFolder extends PassFolder {
    private final boolean folderSyncs;
    private final boolean dataSyncs;

    /**
     * A folder that lies.
     *
     * @param folderSyncs whether {@link #sync} does what it says
     * @param dataSyncs whether the syncs and durable writes of its files do
     */
    public LyingFolder(Folder folder, boolean folderSyncs, boolean dataSyncs) {
        super(folder);
        this.folderSyncs = folderSyncs;
        this.dataSyncs = dataSyncs;
    }

    @Override
    protected BlockFile wrapped(BlockFile file) {
        return dataSyncs ? file : new LyingFile(file);
    }

    @Override
    public void sync() throws IOException {
        if (folderSyncs) {
            super.sync();
        }
    }

    private static final class LyingFile extends PassFile {
        LyingFile(BlockFile file) {
            super(file);
        }

        @Override
        public void writeDurable(long offset, long address, int length) throws IOException {
            write(offset, address, length);
        }

        @Override
        public void dataSync() {}
    }
}
