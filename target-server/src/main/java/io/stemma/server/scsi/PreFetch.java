package io.stemma.server.scsi;

import io.stemma.server.scsi.Comparison.With;

/**
 * PRE-FETCH 10 and 16 (SBC-4). Blocks are read into the page cache; with IMMED in the background.
 * Zero blocks means up to the end.
 *
 * <p>The status is GOOD, never CONDITION MET: that would say that the cache has accepted all of the
 * blocks, and the page cache belongs to the whole machine, which may drop them at once.
 */
final class PreFetch extends Command {
    /** Read ahead for one command; for more the cache counts as too small, which is GOOD too. */
    static final int BYTES_MAX = 64 << 20;

    private static final int IMMED = 0x02;

    private final CdbShape shape;

    PreFetch(CdbShape shape) {
        this.shape = shape;
    }

    @Override
    void execute(LogicalUnit unit, UnitState state, ScsiTask task) {
        byte[] cdb = task.cdb();
        long lba = shape.lba(cdb);
        long blocks = shape.blocks(cdb);
        if (!Transfer.inside(state, task, lba, blocks)) {
            return;
        }
        long asked = blocks == 0 ? state.geometry().blockCount() - lba : blocks;
        long read = Math.min(asked, BYTES_MAX >>> state.blockShift());
        if ((cdb[1] & IMMED) != 0) {
            unit.readAhead().start(lba, read, state.blockShift());
            Sense.good(task);
        } else {
            new Comparison(unit, state, task, lba, read, With.NOTHING).run();
        }
    }
}
