package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.io.BlockFile;
import io.stemma.engine.io.Folder;
import io.stemma.engine.io.Memory;

import java.io.IOException;

/**
 * A {@link MemoryTree} that survives every crash as it is, so that a crash program can be checked
 * without a real backend: crashes come where a change begins and where it has happened.
 */
final class MemoryTreeCrashes implements CrashStore.Opening {
    private static final String NAME = "touched";

    private final MemoryTree tree;
    private final Memory memory = new Memory(512);

    MemoryTreeCrashes(MemoryLie... lies) {
        tree = new MemoryTree(lies);
    }

    @Override
    public VolumeBackend open(Folder folder, BackendThreads threads, TestClock clock)
            throws DeviceException {
        try {
            BlockFile file = folder.exists(NAME) ? folder.open(NAME) : folder.create(NAME, 512);
            file.dataSync();
            folder.sync();
            tree.touch = () -> touched(file);
            return tree;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void touched(BlockFile file) {
        try {
            file.write(0, memory.address(), 512);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
