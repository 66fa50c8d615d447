package io.stemma.engine.io;

import java.io.IOException;
import java.util.List;

/** A folder that passes everything on to another and may wrap its files. */
public abstract class PassFolder implements Folder {
    private final Folder folder;

    /** Passes on to {@code folder}. */
    protected PassFolder(Folder folder) {
        this.folder = folder;
    }

    /** What is handed out for a file of the other folder. */
    protected abstract BlockFile wrapped(BlockFile file);

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
        return wrapped(folder.create(name, sizeBytes));
    }

    @Override
    public BlockFile open(String name) throws IOException {
        return wrapped(folder.open(name));
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
}
