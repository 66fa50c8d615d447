package io.stemma.server.scsi;

import io.stemma.engine.block.DeviceFault;

import java.util.Arrays;

/**
 * REQUEST SENSE (SPC-5): a pending unit attention, which it takes, or the condition that TEST UNIT
 * READY would report, as data with status GOOD.
 */
final class RequestSense extends Command {
    private static final int DESC = 0x01;

    @Override
    void execute(LogicalUnit unit, UnitState state, ScsiTask task) {
        UnitAttention attention = unit.attentions().take(task.nexus());
        DeviceFault fault = unit.volume().offlineFault();
        if (attention != null) {
            byte[] data = new byte[ScsiTask.SENSE_BYTES_MAX];
            int length = Sense.write(data, (task.cdb()[1] & DESC) != 0, attention);
            DataIn.send(task, Arrays.copyOf(data, length), task.cdb()[4] & 0xff);
        } else if (unit.sanitization().bars()) {
            byte[] data = new byte[Sense.FIXED_BYTES];
            boolean descriptor = (task.cdb()[1] & DESC) != 0;
            int length = unit.sanitization().write(data, descriptor);
            DataIn.send(task, Arrays.copyOf(data, length), task.cdb()[4] & 0xff);
        } else if (state.stopped()) {
            send(task, SenseKey.NOT_READY, AdditionalSense.INITIALIZING_COMMAND_REQUIRED);
        } else if (fault != null) {
            send(task, Faults.key(fault), Faults.additional(fault, false));
        } else {
            send(task, SenseKey.NO_SENSE, AdditionalSense.NONE);
        }
    }

    /** Ends the command with sense data as its parameter data. */
    static void send(ScsiTask task, SenseKey key, AdditionalSense sense) {
        byte[] cdb = task.cdb();
        byte[] data = new byte[Sense.FIXED_BYTES];
        int length = Sense.write(data, (cdb[1] & DESC) != 0, key, sense);
        DataIn.send(task, Arrays.copyOf(data, length), cdb[4] & 0xff);
    }
}
