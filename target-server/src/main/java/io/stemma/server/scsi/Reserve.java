package io.stemma.server.scsi;

/**
 * RESERVE 6 and 10 (SPC-2, 7.21): the whole unit for the nexus that asks, until it releases it,
 * logs out or is lost, or a reset. Extents and third parties are refused.
 */
final class Reserve extends Command {
    private static final int THIRD_PARTY = 0x10;
    private static final int LONG_ID = 0x02;
    private static final int EXTENT = 0x01;

    private final boolean ten;

    private Reserve(boolean ten) {
        this.ten = ten;
    }

    static Reserve six() {
        return new Reserve(false);
    }

    static Reserve ten() {
        return new Reserve(true);
    }

    @Override
    void execute(LogicalUnit unit, UnitState state, ScsiTask task) {
        if (wholeUnit(state, task, ten)) {
            unit.reservations().reserve(task);
        }
    }

    /** Ends a command for a part of the unit or in the name of another; whether it may go on. */
    static boolean wholeUnit(UnitState state, ScsiTask task, boolean ten) {
        int flags = task.cdb()[1] & (ten ? THIRD_PARTY | LONG_ID | EXTENT : THIRD_PARTY | EXTENT);
        if (flags == 0) {
            return true;
        }
        int bit = 31 - Integer.numberOfLeadingZeros(flags);
        Sense.invalidInCdb(task, state.descriptorSense(), 1, bit);
        return false;
    }
}
