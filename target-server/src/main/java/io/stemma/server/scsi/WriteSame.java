package io.stemma.server.scsi;

import io.stemma.engine.block.BlockRequest;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * WRITE SAME 10 and 16 (SBC-4). A block of zeroes becomes one storage operation, with UNMAP one
 * that gives the space back; any other block is written in pieces. UNMAP with a block that is not
 * zero writes it, because unmapped blocks read zero.
 */
final class WriteSame extends Command {
    private static final int PROTECT = 0xe0;
    private static final int ANCHOR = 0x10;
    private static final int UNMAP = 0x08;
    private static final int OBSOLETE = 0x06;
    private static final int NDOB = 0x01;

    private final CdbShape shape;

    WriteSame(CdbShape shape) {
        this.shape = shape;
    }

    private boolean withoutData(byte[] cdb) {
        return shape == CdbShape.SIXTEEN && (cdb[1] & NDOB) != 0;
    }

    @Override
    int dataOut(UnitState state, byte[] cdb) {
        return withoutData(cdb) ? 0 : state.geometry().logicalBlockBytes();
    }

    @Override
    void execute(LogicalUnit unit, UnitState state, ScsiTask task) {
        byte[] cdb = task.cdb();
        boolean descriptor = state.descriptorSense();
        int wrong = cdb[1] & (PROTECT | ANCHOR | OBSOLETE);
        if (wrong != 0) {
            int bit = 31 - Integer.numberOfLeadingZeros(wrong);
            Sense.invalidInCdb(task, descriptor, 1, (wrong & PROTECT) != 0 ? 7 : bit);
            return;
        }
        long lba = shape.lba(cdb);
        long blocks = shape.blocks(cdb);
        if (!Transfer.inside(state, task, lba, blocks)) {
            return;
        }
        if (blocks == 0 || blocks << state.blockShift() > VitalProductData.WRITE_SAME_BYTES_MAX) {
            Sense.invalidInCdb(task, descriptor, shape.lengthAt());
            return;
        }
        int block = dataOut(state, cdb);
        if (!Transfer.gathered(state, task, block)) {
            return;
        }
        if (task.expectedDataOutLength() != block) {
            // More or less than the one block says that the two sides disagree on what is meant.
            Sense.invalidInCdb(task, descriptor, 1, 0);
            return;
        }
        boolean unmap = (cdb[1] & UNMAP) != 0;
        new Repeated(unit, state, task, lba, blocks, unmap).run();
    }

    /** One command under way. */
    private static final class Repeated extends Stepped {
        private final int shift;
        private final long firstBlock;
        private final long blocks;
        private final boolean unmap;

        /** Address of the repeated block, or 0 where all of it is zero. */
        private final long piece;

        private final long pieceBlocks;
        private long done;

        Repeated(
                LogicalUnit unit,
                UnitState state,
                ScsiTask task,
                long firstBlock,
                long blocks,
                boolean unmap) {
            super(unit, task);
            this.shift = state.blockShift();
            this.firstBlock = firstBlock;
            this.blocks = blocks;
            this.unmap = unmap;
            pieceBlocks = Math.min(blocks, Transfer.PIECE_BYTES >>> shift);
            piece = task.dataOutLength() == 0 || zero(task) ? 0 : fill(task);
        }

        private MemorySegment block(ScsiTask task) {
            return MemorySegment.ofAddress(task.dataOutAddress()).reinterpret(1L << shift);
        }

        private boolean zero(ScsiTask task) {
            MemorySegment block = block(task);
            for (long at = 0; at < block.byteSize(); at += Long.BYTES) {
                if (block.get(ValueLayout.JAVA_LONG_UNALIGNED, at) != 0) {
                    return false;
                }
            }
            return true;
        }

        private long fill(ScsiTask task) {
            int bytes = (int) pieceBlocks << shift;
            long address = task.dataInLater(bytes);
            MemorySegment memory = MemorySegment.ofAddress(address).reinterpret(bytes);
            for (long i = 0; i < pieceBlocks; i++) {
                memory.asSlice(i << shift, 1L << shift).copyFrom(block(task));
            }
            return address;
        }

        @Override
        boolean prepare(BlockRequest request) {
            if (done == blocks) {
                return false;
            }
            if (piece != 0) {
                long count = Math.min(blocks - done, pieceBlocks);
                request.write(firstBlock + done, count, piece, false);
                done += count;
                return true;
            }
            done = blocks;
            if (unmap) {
                request.unmap(firstBlock, blocks);
            } else {
                request.writeZeroes(firstBlock, blocks, false);
            }
            return true;
        }
    }
}
