package io.stemma.server.scsi;

import io.stemma.engine.block.DeviceFault;

import org.jspecify.annotations.Nullable;

/**
 * START STOP UNIT (SBC-4). A stop flushes first, unless NO_FLUSH says not to. There are no power
 * conditions and nothing to eject.
 */
final class StartStopUnit extends Command {
    private static final int IMMED = 0x01;
    private static final int POWER_CONDITION = 0xf0;
    private static final int NO_FLUSH = 0x04;
    private static final int LOEJ = 0x02;
    private static final int START = 0x01;

    @Override
    void execute(LogicalUnit unit, UnitState state, ScsiTask task) {
        byte[] cdb = task.cdb();
        if ((cdb[4] & POWER_CONDITION) != 0) {
            Sense.invalidInCdb(task, state.descriptorSense(), 4, 7);
        } else if ((cdb[4] & LOEJ) != 0) {
            Sense.invalidInCdb(task, state.descriptorSense(), 4, 1);
        } else if ((cdb[4] & START) != 0) {
            unit.stopped(false);
            Sense.good(task);
        } else if ((cdb[4] & NO_FLUSH) != 0 || (cdb[1] & IMMED) != 0) {
            if ((cdb[4] & NO_FLUSH) == 0) {
                unit.backgroundFlush().start();
            }
            unit.stopped(true);
            Sense.good(task);
        } else {
            unit.volume()
                    .submit(task.request((ended, fault) -> flushed(unit, ended, fault)).flush());
        }
    }

    private static void flushed(LogicalUnit unit, ScsiTask task, @Nullable DeviceFault fault) {
        if (fault != null) {
            Faults.end(task, unit.state().descriptorSense(), fault, true);
        } else {
            unit.stopped(true);
            Sense.good(task);
        }
    }
}
