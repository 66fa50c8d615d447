package io.stemma.server.scsi;

/** WRITE 6 to 16 (SBC-4). */
final class Write extends Command {
    private final CdbShape shape;

    Write(CdbShape shape) {
        this.shape = shape;
    }

    @Override
    int dataOut(UnitState state, byte[] cdb) {
        return Transfer.dataOut(state, shape, cdb);
    }

    @Override
    void execute(LogicalUnit unit, UnitState state, ScsiTask task) {
        byte[] cdb = task.cdb();
        long lba = shape.lba(cdb);
        long blocks = shape.blocks(cdb);
        if (!Transfer.admits(state, shape, task, lba, blocks)) {
            return;
        }
        int asked = (int) blocks << state.blockShift();
        if (!Transfer.gathered(state, task, asked)) {
            return;
        }
        int count = Math.min(asked, task.dataOutLength()) >>> state.blockShift();
        if (count == 0) {
            Sense.good(task);
            return;
        }
        boolean forced = shape != CdbShape.SIX && (cdb[1] & Transfer.FUA) != 0;
        unit.volume()
                .submit(
                        task.request(unit.transfer().writeEnds())
                                .write(lba, count, task.dataOutAddress(), forced));
    }
}
