package io.stemma.server.cli;

import java.nio.file.Path;

/** Opens the administration of a data folder: its running server, else its pool under the lock. */
@FunctionalInterface
public interface AdministrationSource {
    /**
     * Opens it.
     *
     * @throws AdministrationException if nobody serves the folder and its pool cannot be opened
     */
    Administration open(Path dataFolder) throws AdministrationException;
}
