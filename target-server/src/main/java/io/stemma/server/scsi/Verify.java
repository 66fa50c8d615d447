package io.stemma.server.scsi;

import io.stemma.server.scsi.Comparison.With;

/** VERIFY 10, 12 and 16 (SBC-4). */
final class Verify extends Command {
    private final CdbShape shape;

    Verify(CdbShape shape) {
        this.shape = shape;
    }

    /** BYTCHK, bits 2 and 1 of byte 1. */
    static int bytchk(byte[] cdb) {
        return cdb[1] >>> 1 & 3;
    }

    @Override
    int dataOut(UnitState state, byte[] cdb) {
        return switch (bytchk(cdb)) {
            case 1 -> Transfer.dataOut(state, shape, cdb);
            case 3 -> shape.blocks(cdb) == 0 ? 0 : state.geometry().logicalBlockBytes();
            default -> 0;
        };
    }

    @Override
    void execute(LogicalUnit unit, UnitState state, ScsiTask task) {
        byte[] cdb = task.cdb();
        int check = bytchk(cdb);
        if (check == 2) {
            Sense.invalidInCdb(task, state.descriptorSense(), 1, 2);
            return;
        }
        long lba = shape.lba(cdb);
        long blocks = shape.blocks(cdb);
        if (!Transfer.admits(state, shape, task, lba, blocks)) {
            return;
        }
        int asked = dataOut(state, cdb);
        if (!Transfer.gathered(state, task, asked)) {
            return;
        }
        int given = Math.min(asked, task.dataOutLength()) >>> state.blockShift();
        switch (check) {
            case 0 -> new Comparison(unit, state, task, lba, blocks, With.NOTHING).run();
            case 1 -> new Comparison(unit, state, task, lba, given, With.ALL).run();
            default -> {
                long compared = given == 0 ? 0 : blocks;
                new Comparison(unit, state, task, lba, compared, With.ONE).run();
            }
        }
    }
}
