package io.stemma.server.scsi;

import io.stemma.engine.block.BlockRequest;
import io.stemma.engine.runtime.Limits;

/**
 * WRITE ATOMIC(16) (SBC-4): all blocks or none, whatever happens. There are no atomic boundaries
 * here (MAXIMUM ATOMIC BOUNDARY SIZE is zero), so one that is asked for is refused.
 */
final class WriteAtomic extends Command {
    private static final int BOUNDARY_AT = 10;
    private static final int BLOCKS_AT = 12;

    private static long blocks(byte[] cdb) {
        return BigEndian.u16(cdb, BLOCKS_AT);
    }

    @Override
    int dataOut(UnitState state, byte[] cdb) {
        return Transfer.dataOut(state, cdb, blocks(cdb), Limits.ATOMIC_WRITE_BYTES_MAX);
    }

    @Override
    void execute(LogicalUnit unit, UnitState state, ScsiTask task) {
        byte[] cdb = task.cdb();
        long lba = CdbShape.SIXTEEN.lba(cdb);
        long blocks = blocks(cdb);
        int bytesMax = Limits.ATOMIC_WRITE_BYTES_MAX;
        if (!Transfer.admits(state, task, lba, blocks, bytesMax, BLOCKS_AT)) {
            return;
        }
        if (BigEndian.u16(cdb, BOUNDARY_AT) != 0) {
            Sense.invalidInCdb(task, state.descriptorSense(), BOUNDARY_AT);
            return;
        }
        if (Transfer.exact(state, task, dataOut(state, cdb), BLOCKS_AT)) {
            new Pass(unit, task, lba, blocks).runHolding(lba, blocks);
        }
    }

    /** One command under way. */
    private static final class Pass extends Stepped {
        private final long firstBlock;
        private final long blocks;
        private boolean written;

        Pass(LogicalUnit unit, ScsiTask task, long firstBlock, long blocks) {
            super(unit, task);
            this.firstBlock = firstBlock;
            this.blocks = blocks;
        }

        @Override
        boolean prepare(BlockRequest request) {
            if (written) {
                return false;
            }
            written = true;
            boolean forced = (task().cdb()[1] & Transfer.FUA) != 0;
            request.writeAtomic(firstBlock, blocks, task().dataOutAddress(), forced);
            return true;
        }
    }
}
