package io.stemma.server.scsi;

/** RELEASE 6 and 10 (SPC-2, 7.17); what the nexus does not hold is released without effect. */
final class Release extends Command {
    private final boolean ten;

    private Release(boolean ten) {
        this.ten = ten;
    }

    static Release six() {
        return new Release(false);
    }

    static Release ten() {
        return new Release(true);
    }

    @Override
    void execute(LogicalUnit unit, UnitState state, ScsiTask task) {
        if (Reserve.wholeUnit(state, task, ten)) {
            unit.reservations().release(task);
        }
    }
}
