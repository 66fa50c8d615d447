package io.stemma.server.scsi;

import io.stemma.engine.block.BlockRequest;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * ORWRITE(16) (SBC-4): the blocks become what they were, or data out, bit by bit. Read, changed and
 * written in pieces, all of them under one hold, so that to others it is one step; a crash may show
 * some pieces done and others not.
 */
final class OrWrite extends Command {
    private static final CdbShape SHAPE = CdbShape.SIXTEEN;

    @Override
    int dataOut(UnitState state, byte[] cdb) {
        return Transfer.dataOut(state, SHAPE, cdb);
    }

    @Override
    void execute(LogicalUnit unit, UnitState state, ScsiTask task) {
        byte[] cdb = task.cdb();
        long lba = SHAPE.lba(cdb);
        long blocks = SHAPE.blocks(cdb);
        if (!Transfer.admits(state, SHAPE, task, lba, blocks)) {
            return;
        }
        int asked = (int) blocks << state.blockShift();
        if (!Transfer.gathered(state, task, asked)) {
            return;
        }
        int given = Math.min(asked, task.dataOutLength()) >>> state.blockShift();
        if (given == 0) {
            Sense.good(task);
        } else {
            new Pass(unit, state, task, lba, given).runHolding(lba, given);
        }
    }

    /** One command under way. */
    private static final class Pass extends Stepped {
        private final int shift;
        private final long firstBlock;
        private final long blocks;
        private final long piece;
        private long done;
        private boolean read;

        Pass(LogicalUnit unit, UnitState state, ScsiTask task, long firstBlock, long blocks) {
            super(unit, task);
            shift = state.blockShift();
            this.firstBlock = firstBlock;
            this.blocks = blocks;
            piece = task.dataInLater((int) Math.min(blocks << shift, Transfer.PIECE_BYTES));
        }

        @Override
        boolean prepare(BlockRequest request) {
            if (done == blocks) {
                return false;
            }
            long count = Math.min(blocks - done, Transfer.PIECE_BYTES >>> shift);
            if (read) {
                boolean forced = (task().cdb()[1] & Transfer.FUA) != 0;
                request.write(firstBlock + done, count, piece, forced);
            } else {
                request.read(firstBlock + done, count, piece);
            }
            return true;
        }

        @Override
        boolean ended(BlockRequest request) {
            if (read) {
                done += request.blockCount();
            } else {
                or(request.blockCount() << shift);
            }
            read = !read;
            return true;
        }

        private void or(long bytes) {
            long from = task().dataOutAddress() + (done << shift);
            MemorySegment given = MemorySegment.ofAddress(from).reinterpret(bytes);
            MemorySegment there = MemorySegment.ofAddress(piece).reinterpret(bytes);
            for (long at = 0; at < bytes; at += Long.BYTES) {
                long both =
                        there.get(ValueLayout.JAVA_LONG_UNALIGNED, at)
                                | given.get(ValueLayout.JAVA_LONG_UNALIGNED, at);
                there.set(ValueLayout.JAVA_LONG_UNALIGNED, at, both);
            }
        }
    }
}
