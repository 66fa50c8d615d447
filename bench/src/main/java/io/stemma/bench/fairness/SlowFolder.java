package io.stemma.bench.fairness;

import io.stemma.engine.io.BlockFile;
import io.stemma.engine.io.Folder;
import io.stemma.engine.io.MountIdentity;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * A folder some of whose layers lie on a slow disk: writes into them and syncs of them take a while
 * longer than they do. Everything else, the journal too, is as fast as the folder behind it.
 */
final class SlowFolder implements Folder {
    private static final String LAYER_PREFIX = "layer.";

    private final Folder behind;
    private volatile boolean slowing;
    private volatile long delayNanos;

    SlowFolder(Folder behind) {
        this.behind = behind;
    }

    /** Whether layers created from now on are slow ones. */
    void slowing(boolean slow) {
        slowing = slow;
    }

    /** How much longer each write and sync of a slow layer takes, nanoseconds. */
    void delay(long nanos) {
        delayNanos = nanos;
    }

    /** The calling thread waits as for a disk; nothing can wake it early. */
    void delay() {
        long until = System.nanoTime() + delayNanos;
        for (long left = delayNanos; left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    @Override
    public String path() {
        return behind.path();
    }

    @Override
    public MountIdentity identity() throws IOException {
        return behind.identity();
    }

    @Override
    public List<String> names() throws IOException {
        return behind.names();
    }

    @Override
    public boolean exists(String name) throws IOException {
        return behind.exists(name);
    }

    @Override
    public BlockFile create(String name, long sizeBytes) throws IOException {
        BlockFile file = behind.create(name, sizeBytes);
        return slowing && name.startsWith(LAYER_PREFIX) ? new SlowFile(file, this) : file;
    }

    @Override
    public BlockFile open(String name) throws IOException {
        return behind.open(name);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        behind.rename(from, to);
    }

    @Override
    public void unlink(String name) throws IOException {
        behind.unlink(name);
    }

    @Override
    public void sync() throws IOException {
        behind.sync();
    }

    @Override
    public long usableBytes() throws IOException {
        return behind.usableBytes();
    }

    @Override
    public long capacityBytes() throws IOException {
        return behind.capacityBytes();
    }

    @Override
    public boolean tryOwn() throws IOException {
        return behind.tryOwn();
    }

    @Override
    public void close() throws IOException {
        behind.close();
    }
}
