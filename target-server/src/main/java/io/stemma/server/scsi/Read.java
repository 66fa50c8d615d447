package io.stemma.server.scsi;

import io.stemma.engine.block.DeviceFault;

import org.jspecify.annotations.Nullable;

/** READ 6 to 16 (SBC-4). */
final class Read extends Command {
    private final CdbShape shape;

    Read(CdbShape shape) {
        this.shape = shape;
    }

    @Override
    void execute(LogicalUnit unit, UnitState state, ScsiTask task) {
        byte[] cdb = task.cdb();
        long lba = shape.lba(cdb);
        long blocks = shape.blocks(cdb);
        if (!Transfer.admits(state, shape, task, lba, blocks)) {
            return;
        }
        int shift = state.blockShift();
        int bytes = (int) blocks << shift;
        task.dataInLength(bytes);
        int wanted = Math.min(bytes, wholeBlocks(task.expectedDataInLength(), shift));
        if (wanted == 0) {
            Sense.good(task);
            return;
        }
        int count = wanted >>> shift;
        boolean forced = shape != CdbShape.SIX && (cdb[1] & Transfer.FUA) != 0;
        if (forced) {
            readFromMedium(unit, task, lba, count, task.dataInLater(wanted));
            return;
        }
        long address = task.dataInNow(wanted);
        if (address != 0 && unit.volume().tryRead(lba, count, address)) {
            Sense.good(task);
            return;
        }
        address = task.dataInLater(wanted);
        unit.volume().submit(task.request(unit.transfer().readEnds()).read(lba, count, address));
    }

    /** More than was asked for is never sent, so it is not read either. */
    private static int wholeBlocks(int bytes, int shift) {
        long rounded = (bytes + (1L << shift) - 1) >>> shift << shift;
        return (int) Math.min(rounded, Integer.MAX_VALUE >>> shift << shift);
    }

    /** SBC-4: what a read with FUA returns has to be on the medium, so it is put there first. */
    private static void readFromMedium(
            LogicalUnit unit, ScsiTask task, long lba, int count, long address) {
        unit.volume()
                .submit(
                        task.request(
                                        (flushed, fault) ->
                                                next(unit, flushed, fault, lba, count, address))
                                .flush());
    }

    private static void next(
            LogicalUnit unit,
            ScsiTask task,
            @Nullable DeviceFault fault,
            long lba,
            int count,
            long address) {
        if (fault != null) {
            Faults.end(task, unit.state().descriptorSense(), fault, false);
        } else if (task.aborted()) {
            Faults.aborted(task);
        } else {
            unit.volume()
                    .submit(task.request(unit.transfer().readEnds()).read(lba, count, address));
        }
    }
}
