package io.stemma.server.scsi;

import io.stemma.engine.block.BlockRequest;
import io.stemma.server.scsi.Comparison.With;

/**
 * WRITE AND VERIFY 10, 12 and 16 (SBC-4): writes to the medium, then reads back while nobody else
 * may write the blocks.
 */
final class WriteAndVerify extends Command {
    private final CdbShape shape;

    WriteAndVerify(CdbShape shape) {
        this.shape = shape;
    }

    @Override
    int dataOut(UnitState state, byte[] cdb) {
        return Verify.bytchk(cdb) > 1 ? 0 : Transfer.dataOut(state, shape, cdb);
    }

    @Override
    void execute(LogicalUnit unit, UnitState state, ScsiTask task) {
        byte[] cdb = task.cdb();
        if (Verify.bytchk(cdb) > 1) {
            Sense.invalidInCdb(task, state.descriptorSense(), 1, 2);
            return;
        }
        long lba = shape.lba(cdb);
        long blocks = shape.blocks(cdb);
        if (!Transfer.admits(state, shape, task, lba, blocks)) {
            return;
        }
        int asked = (int) blocks << state.blockShift();
        if (!Transfer.gathered(state, task, asked)) {
            return;
        }
        int given = Math.min(asked, task.dataOutLength()) >>> state.blockShift();
        if (given == 0) {
            Sense.good(task);
            return;
        }
        With with = Verify.bytchk(cdb) == 1 ? With.ALL : With.NOTHING;
        new Pass(unit, state, task, lba, given, with).runHolding(lba, given);
    }

    /** One command under way. */
    private static final class Pass extends Comparison {
        private boolean written;

        Pass(
                LogicalUnit unit,
                UnitState state,
                ScsiTask task,
                long firstBlock,
                long blocks,
                With with) {
            super(unit, state, task, firstBlock, blocks, with);
        }

        @Override
        boolean prepare(BlockRequest request) {
            if (written) {
                return super.prepare(request);
            }
            written = true;
            request.write(firstBlock(), blocks(), task().dataOutAddress(), true);
            return true;
        }
    }
}
