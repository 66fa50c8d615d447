package io.stemma.server.scsi;

import io.stemma.engine.volume.Volume;

import java.util.Arrays;

/** GET LBA STATUS(16) (SBC-4). Neighbouring extents of one state are reported as one. */
final class GetLbaStatus extends Command {
    private static final int HEADER_BYTES = 8;
    private static final int DESCRIPTOR_BYTES = 16;

    /** Descriptors in one answer; an initiator asks again from where they end. */
    private static final int DESCRIPTORS_MAX = 256;

    private static final long BLOCKS_MAX = 0xffff_ffffL;
    private static final int DEALLOCATED = 1;

    @Override
    void execute(LogicalUnit unit, UnitState state, ScsiTask task) {
        byte[] cdb = task.cdb();
        long lba = BigEndian.s64(cdb, 2);
        if (!Transfer.inside(state, task, lba, 1)) {
            return;
        }
        long allocation = BigEndian.u32(cdb, 10);
        long room = Math.max(1, (allocation - HEADER_BYTES) / DESCRIPTOR_BYTES);
        int most = (int) Math.min(room, DESCRIPTORS_MAX);
        byte[] data = new byte[HEADER_BYTES + most * DESCRIPTOR_BYTES];
        int count = 0;
        long end = state.geometry().blockCount();
        while (lba < end && count < most) {
            Volume.Extent extent = run(unit.volume(), lba, end);
            int at = HEADER_BYTES + count * DESCRIPTOR_BYTES;
            BigEndian.put64(data, at, lba);
            BigEndian.put32(data, at + 8, extent.blockCount());
            data[at + 12] = (byte) (extent.mapped() ? 0 : DEALLOCATED);
            lba += extent.blockCount();
            count++;
        }
        int length = HEADER_BYTES + count * DESCRIPTOR_BYTES;
        BigEndian.put32(data, 0, length - 4);
        DataIn.send(task, Arrays.copyOf(data, length), allocation);
    }

    /** Joins what the volume tells of in pieces, as far as one descriptor can say it. */
    private static Volume.Extent run(Volume volume, long first, long end) {
        long limit = Math.min(end - first, BLOCKS_MAX);
        Volume.Extent extent = volume.extentAt(first, limit);
        boolean mapped = extent.mapped();
        long blocks = Math.min(extent.blockCount(), limit);
        int pieces = 1;
        while (blocks < limit && pieces < DESCRIPTORS_MAX) {
            extent = volume.extentAt(first + blocks, limit - blocks);
            if (extent.mapped() != mapped) {
                break;
            }
            blocks += Math.min(extent.blockCount(), limit - blocks);
            pieces++;
        }
        return new Volume.Extent(first, blocks, mapped);
    }
}
