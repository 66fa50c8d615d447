package io.stemma.server.scsi;

import io.stemma.engine.block.BlockRequest;

/**
 * UNMAP (SBC-4). The whole list is judged before the first block is unmapped. What stands behind
 * the last whole descriptor is ignored.
 */
final class Unmap extends Command {
    private static final int ANCHOR = 0x01;
    private static final int HEADER_BYTES = 8;
    private static final int DESCRIPTOR_BYTES = 16;

    @Override
    int dataOut(UnitState state, byte[] cdb) {
        return BigEndian.u16(cdb, 7);
    }

    @Override
    void execute(LogicalUnit unit, UnitState state, ScsiTask task) {
        byte[] cdb = task.cdb();
        if ((cdb[1] & ANCHOR) != 0) {
            Sense.invalidInCdb(task, state.descriptorSense(), 1, 0);
            return;
        }
        int asked = BigEndian.u16(cdb, 7);
        if (!Transfer.gathered(state, task, asked)) {
            return;
        }
        byte[] list = DataIn.received(task, asked);
        if (list.length == 0) {
            Sense.good(task);
            return;
        }
        int descriptors = descriptors(state, task, list);
        if (descriptors >= 0) {
            new Descriptors(unit, task, list, descriptors).run();
        }
    }

    /** Returns the number of descriptors, or -1 if the command was ended. */
    private static int descriptors(UnitState state, ScsiTask task, byte[] list) {
        boolean descriptor = state.descriptorSense();
        if (list.length < HEADER_BYTES
                || list.length < HEADER_BYTES + BigEndian.u16(list, 2)
                || list.length < 2 + BigEndian.u16(list, 0)) {
            Sense.check(
                    task,
                    descriptor,
                    SenseKey.ILLEGAL_REQUEST,
                    AdditionalSense.PARAMETER_LIST_LENGTH_ERROR);
            return -1;
        }
        int count = BigEndian.u16(list, 2) / DESCRIPTOR_BYTES;
        if (count > VitalProductData.UNMAP_DESCRIPTORS_MAX) {
            Sense.invalidInParameters(task, descriptor, 2, -1);
            return -1;
        }
        long total = 0;
        for (int i = 0; i < count; i++) {
            int at = HEADER_BYTES + i * DESCRIPTOR_BYTES;
            long blocks = BigEndian.u32(list, at + 8);
            if (!Transfer.inside(state, task, BigEndian.s64(list, at), blocks)) {
                return -1;
            }
            total += blocks;
            if (total > VitalProductData.UNMAP_BLOCKS_MAX) {
                Sense.invalidInParameters(task, descriptor, at + 8, -1);
                return -1;
            }
        }
        return count;
    }

    /** One command under way. */
    private static final class Descriptors extends Stepped {
        private final byte[] list;
        private final int count;
        private int next;

        Descriptors(LogicalUnit unit, ScsiTask task, byte[] list, int count) {
            super(unit, task);
            this.list = list;
            this.count = count;
        }

        @Override
        boolean prepare(BlockRequest request) {
            while (next < count) {
                int at = HEADER_BYTES + next * DESCRIPTOR_BYTES;
                next++;
                long blocks = BigEndian.u32(list, at + 8);
                if (blocks != 0) {
                    request.unmap(BigEndian.s64(list, at), blocks);
                    return true;
                }
            }
            return false;
        }
    }
}
