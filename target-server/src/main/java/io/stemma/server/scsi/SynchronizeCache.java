package io.stemma.server.scsi;

/**
 * SYNCHRONIZE CACHE 10 and 16 (SBC-4). The whole volume is flushed whatever the range says. Zero
 * blocks means up to the end.
 */
final class SynchronizeCache extends Command {
    private static final int IMMED = 0x02;

    private final CdbShape shape;

    SynchronizeCache(CdbShape shape) {
        this.shape = shape;
    }

    @Override
    void execute(LogicalUnit unit, UnitState state, ScsiTask task) {
        byte[] cdb = task.cdb();
        if (!Transfer.inside(state, task, shape.lba(cdb), shape.blocks(cdb))) {
            return;
        }
        if ((cdb[1] & IMMED) != 0) {
            unit.backgroundFlush().start();
            Sense.good(task);
        } else {
            unit.volume().submit(task.request(unit.transfer().writeEnds()).flush());
        }
    }
}
