package io.stemma.server.scsi;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The logical units of a test. */
final class TestUnits implements UnitDirectory {
    private final List<LogicalUnit> units = new CopyOnWriteArrayList<>();

    void add(LogicalUnit unit) {
        units.add(unit);
    }

    @Override
    public Collection<LogicalUnit> units() {
        return units;
    }
}
