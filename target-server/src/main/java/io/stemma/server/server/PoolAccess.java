package io.stemma.server.server;

import io.stemma.engine.volume.VolumeBackend;
import io.stemma.server.cli.Administration;
import io.stemma.server.cli.AdministrationException;
import io.stemma.server.cli.SocketAdministration;
import io.stemma.server.iscsi.session.TargetDirectory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** How a pool is reached: through the server that runs it, else by opening it under its lock. */
final class PoolAccess {
    private PoolAccess() {}

    /** The folder of the pool inside a data folder. */
    static Path pool(Path dataFolder) {
        return dataFolder.resolve("pool");
    }

    /** The administration of a data folder for one command. */
    static Administration administration(Path dataFolder) throws AdministrationException {
        Optional<Administration> server = SocketAdministration.of(dataFolder);
        if (server.isPresent()) {
            return server.get();
        }
        if (!Files.isDirectory(pool(dataFolder))) {
            throw new AdministrationException(
                    "there is no pool in "
                            + dataFolder
                            + "; name the data folder of your server with --data DIR, or start one"
                            + " with stemma serve --data DIR");
        }
        VolumeBackend backend;
        try {
            backend = Backends.open(pool(dataFolder));
        } catch (PoolInUseException owned) {
            throw new AdministrationException(
                    Explanation.of(owned)
                            + ", which does not answer commands (now starting or ending, or another"
                            + " command at work); try again when it is up or gone",
                    owned);
        } catch (IOException failed) {
            throw new AdministrationException(
                    "no server answers in "
                            + dataFolder
                            + ", and its pool cannot be opened: "
                            + Explanation.of(failed),
                    failed);
        }
        Estate estate =
                new Estate(backend, new TargetDirectory(), LogicalUnits.NONE, System.getenv());
        PoolAdministration administration =
                new PoolAdministration(backend, estate, SessionControl.NONE, List::of, false);
        try {
            estate.load();
            return administration;
        } catch (AdministrationException unreadable) {
            administration.close();
            throw unreadable;
        }
    }
}
