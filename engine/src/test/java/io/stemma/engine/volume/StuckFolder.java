package io.stemma.engine.volume;

import io.stemma.engine.io.BlockFile;
import io.stemma.engine.io.Folder;
import io.stemma.engine.io.PassFile;
import io.stemma.engine.io.PassFolder;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** A folder some of whose files do not answer until they are let go. Nothing is ever cached. */
final class StuckFolder extends PassFolder {
    private final Set<String> stuck = ConcurrentHashMap.newKeySet();
    private final CountDownLatch letGo = new CountDownLatch(1);

    StuckFolder(Folder folder) {
        super(folder);
    }

    /** From now on nothing of that file returns. */
    void stick(String name) {
        stuck.add(name);
    }

    /** Everything returns. */
    void letGo() {
        letGo.countDown();
    }

    @Override
    protected BlockFile wrapped(BlockFile file) {
        return new StuckFile(file);
    }

    private final class StuckFile extends PassFile {
        StuckFile(BlockFile file) {
            super(file);
        }

        private void await() throws IOException {
            if (stuck.contains(name())) {
                try {
                    letGo.await();
                } catch (InterruptedException never) {
                    throw new IOException("a thread that does file I/O was interrupted", never);
                }
            }
        }

        @Override
        public void read(long offset, long address, int length) throws IOException {
            await();
            super.read(offset, address, length);
        }

        @Override
        public boolean readNow(long offset, long address, int length) {
            return false;
        }

        @Override
        public void writeDurable(long offset, long address, int length) throws IOException {
            await();
            super.writeDurable(offset, address, length);
        }

        @Override
        public void dataSync() throws IOException {
            await();
            super.dataSync();
        }
    }
}
