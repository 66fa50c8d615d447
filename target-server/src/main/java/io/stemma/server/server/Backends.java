package io.stemma.server.server;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.volume.FileBackend;
import io.stemma.engine.volume.SpaceSettings;
import io.stemma.engine.volume.VolumeBackend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Opens the backend that a data folder uses; there is one kind so far. */
final class Backends {
    private Backends() {}

    /** Makes a folder that only its owner may enter, with what leads to it; an old one stays. */
    static void makeFolder(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(
                    folder,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        }
    }

    /**
     * Opens the pool in a folder, which is made if it is not there.
     *
     * @param space how it keeps clear of the end of its file system
     * @throws PoolInUseException if another process has it open
     */
    static VolumeBackend open(Path pool, SpaceSettings space) throws IOException {
        makeFolder(pool);
        try {
            return FileBackend.open(pool, space);
        } catch (DeviceException failed) {
            // The only fault of an open that is worth a repetition is that somebody else owns it.
            if (failed.fault().kind() == DeviceFault.Kind.TRANSIENT) {
                throw new PoolInUseException(
                        "the pool " + pool + " is in use by " + PoolOwner.of(pool), failed);
            }
            throw failed;
        }
    }

    /** The same for a command, which writes next to nothing and leaves the ballast as it is. */
    static VolumeBackend open(Path pool) throws IOException {
        return open(pool, SpaceSettings.NONE);
    }
}
