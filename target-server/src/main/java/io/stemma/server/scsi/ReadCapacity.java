package io.stemma.server.scsi;

import io.stemma.engine.block.Geometry;

/** READ CAPACITY 10 and 16 (SBC-4). */
final class ReadCapacity extends Command {
    private static final long TEN_MAX = 0xffff_ffffL;
    private static final int LBPME_LBPRZ = 0xc0;

    private final boolean sixteen;

    private ReadCapacity(boolean sixteen) {
        this.sixteen = sixteen;
    }

    static ReadCapacity ten() {
        return new ReadCapacity(false);
    }

    static ReadCapacity sixteen() {
        return new ReadCapacity(true);
    }

    @Override
    void execute(LogicalUnit unit, UnitState state, ScsiTask task) {
        Geometry geometry = state.geometry();
        long lastBlock = geometry.blockCount() - 1;
        if (!sixteen) {
            byte[] data = new byte[8];
            BigEndian.put32(data, 0, Math.min(lastBlock, TEN_MAX));
            BigEndian.put32(data, 4, geometry.logicalBlockBytes());
            DataIn.send(task, data, data.length);
            return;
        }
        byte[] data = new byte[32];
        BigEndian.put64(data, 0, lastBlock);
        BigEndian.put32(data, 8, geometry.logicalBlockBytes());
        data[13] = (byte) physicalExponent(geometry);
        data[14] = (byte) LBPME_LBPRZ;
        DataIn.send(task, data, BigEndian.u32(task.cdb(), 10));
    }

    /** LOGICAL BLOCKS PER PHYSICAL BLOCK EXPONENT. */
    private static int physicalExponent(Geometry geometry) {
        return Integer.numberOfTrailingZeros(
                geometry.physicalBlockBytes() / geometry.logicalBlockBytes());
    }
}
