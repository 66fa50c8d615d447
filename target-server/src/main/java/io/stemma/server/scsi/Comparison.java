package io.stemma.server.scsi;

import io.stemma.engine.block.BlockRequest;

import java.lang.foreign.MemorySegment;

/**
 * Reads blocks piece by piece and compares them with data out, or only reads them, to see whether
 * the medium gives them back (SBC-4, BYTCHK).
 */
class Comparison extends Stepped {
    /** What the blocks are compared with. */
    enum With {
        /** Nothing. */
        NOTHING,
        /** Data out, block by block. */
        ALL,
        /** One block of data out, each time. */
        ONE
    }

    private final UnitState state;
    private final With with;
    private final long firstBlock;
    private final long blocks;
    private final long piece;
    private long done;
    private long differsAt = -1;

    /** Takes memory from the task, so on the thread that executes it. */
    Comparison(
            LogicalUnit unit,
            UnitState state,
            ScsiTask task,
            long firstBlock,
            long blocks,
            With with) {
        super(unit, task);
        this.state = state;
        this.firstBlock = firstBlock;
        this.blocks = blocks;
        this.with = with;
        long bytes = blocks << state.blockShift();
        piece = blocks == 0 ? 0 : task.dataInLater((int) Math.min(bytes, Transfer.PIECE_BYTES));
    }

    final UnitState state() {
        return state;
    }

    final long firstBlock() {
        return firstBlock;
    }

    final long blocks() {
        return blocks;
    }

    @Override
    boolean prepare(BlockRequest request) {
        if (done == blocks) {
            return false;
        }
        long count = Math.min(blocks - done, Transfer.PIECE_BYTES >>> state.blockShift());
        request.read(firstBlock + done, count, piece);
        return true;
    }

    @Override
    boolean ended(BlockRequest request) {
        if (request.kind() != BlockRequest.Kind.READ) {
            return true;
        }
        long count = request.blockCount();
        long bytes = count << state.blockShift();
        MemorySegment read = MemorySegment.ofAddress(piece).reinterpret(bytes);
        switch (with) {
            case NOTHING -> {}
            case ALL -> compareAll(read, bytes);
            case ONE -> compareOne(read, count);
        }
        done += count;
        return differsAt < 0;
    }

    private void compareAll(MemorySegment read, long bytes) {
        long offset = done << state.blockShift();
        long at = read.mismatch(dataOut(offset, bytes));
        if (at >= 0) {
            differsAt = offset + at;
        }
    }

    private void compareOne(MemorySegment read, long count) {
        long block = 1L << state.blockShift();
        MemorySegment expected = dataOut(0, block);
        for (long i = 0; i < count && differsAt < 0; i++) {
            differsAt = read.asSlice(i * block, block).mismatch(expected);
        }
    }

    private MemorySegment dataOut(long offset, long bytes) {
        return MemorySegment.ofAddress(task().dataOutAddress() + offset).reinterpret(bytes);
    }

    /** The INFORMATION field says where in data out the first byte stands that differs. */
    @Override
    void failed() {
        Sense.checkInformation(
                task(),
                state.descriptorSense(),
                SenseKey.MISCOMPARE,
                AdditionalSense.MISCOMPARE_DURING_VERIFY,
                differsAt);
    }
}
