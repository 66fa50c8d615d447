package io.stemma.server.scsi;

import io.stemma.engine.block.BlockRequest;
import io.stemma.server.scsi.Comparison.With;

/**
 * COMPARE AND WRITE (SBC-4): the first half of data out is compared with the blocks, and only where
 * all of it is the same the second half is written, while nobody else may read or write them.
 * Several blocks are written atomically.
 */
final class CompareAndWrite extends Command {
    private static final int BLOCKS_AT = 13;

    private static long blocks(byte[] cdb) {
        return cdb[BLOCKS_AT] & 0xff;
    }

    @Override
    int dataOut(UnitState state, byte[] cdb) {
        return 2 * Transfer.dataOut(state, cdb, blocks(cdb), VitalProductData.COMPARE_BYTES_MAX);
    }

    @Override
    void execute(LogicalUnit unit, UnitState state, ScsiTask task) {
        byte[] cdb = task.cdb();
        long lba = CdbShape.SIXTEEN.lba(cdb);
        long blocks = blocks(cdb);
        int bytesMax = VitalProductData.COMPARE_BYTES_MAX;
        if (Transfer.admits(state, task, lba, blocks, bytesMax, BLOCKS_AT)
                && Transfer.exact(state, task, dataOut(state, cdb), BLOCKS_AT)) {
            new Pass(unit, state, task, lba, blocks).runHolding(lba, blocks);
        }
    }

    /** One command under way. */
    private static final class Pass extends Comparison {
        private boolean written;

        Pass(LogicalUnit unit, UnitState state, ScsiTask task, long firstBlock, long blocks) {
            super(unit, state, task, firstBlock, blocks, With.ALL);
        }

        @Override
        boolean prepare(BlockRequest request) {
            if (super.prepare(request)) {
                return true;
            }
            if (written) {
                return false;
            }
            written = true;
            boolean forced = (task().cdb()[1] & Transfer.FUA) != 0;
            long address = task().dataOutAddress() + (blocks() << state().blockShift());
            if (blocks() == 1) {
                request.write(firstBlock(), 1, address, forced);
            } else {
                request.writeAtomic(firstBlock(), blocks(), address, forced);
            }
            return true;
        }
    }
}
