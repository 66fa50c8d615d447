package io.stemma.server.scsi;

import java.util.Collection;

/** All logical units that are mapped anywhere in the server. Any thread. */
@FunctionalInterface
public interface UnitDirectory {
    /** The units now. */
    Collection<LogicalUnit> units();
}
