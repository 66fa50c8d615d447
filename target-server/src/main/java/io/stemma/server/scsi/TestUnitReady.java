package io.stemma.server.scsi;

import io.stemma.engine.block.DeviceFault;

/** TEST UNIT READY (SPC-5). */
final class TestUnitReady extends Command {
    @Override
    void execute(LogicalUnit unit, UnitState state, ScsiTask task) {
        DeviceFault fault = unit.volume().offlineFault();
        if (state.stopped()) {
            Sense.check(
                    task,
                    state.descriptorSense(),
                    SenseKey.NOT_READY,
                    AdditionalSense.INITIALIZING_COMMAND_REQUIRED);
        } else if (fault != null) {
            Sense.check(
                    task,
                    state.descriptorSense(),
                    Faults.key(fault),
                    Faults.additional(fault, false));
        } else {
            Sense.good(task);
        }
    }
}
