package io.stemma.server.server;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.volume.FileBackend;
import io.stemma.engine.volume.VolumeBackend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Opens the backend that a data folder uses; there is one kind so far. */
final class Backends {
    private Backends() {}

    /** Opens the pool in a folder, which is made if it is not there. */
    static VolumeBackend open(Path pool) throws DeviceException {
        try {
            if (!Files.isDirectory(pool)) {
                Files.createDirectory(
                        pool,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
            }
        } catch (IOException failed) {
            throw new DeviceException(
                    DeviceFault.of(
                            DeviceFault.Kind.TRANSIENT,
                            "creation of the pool folder",
                            pool.toString(),
                            failed));
        }
        return FileBackend.open(pool);
    }
}
