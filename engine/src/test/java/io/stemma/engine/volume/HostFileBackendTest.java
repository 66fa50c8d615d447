package io.stemma.engine.volume;

import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/** The file backend in a real folder, with real threads. */
class HostFileBackendTest extends VolumeBackendContract {
    @TempDir Path folder;

    @Override
    protected VolumeBackend open() throws Exception {
        return FileBackend.open(folder);
    }

    @Override
    protected void finish(TestRequest request) {
        request.await();
    }
}
