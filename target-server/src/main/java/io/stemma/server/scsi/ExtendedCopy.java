package io.stemma.server.scsi;

import org.jspecify.annotations.Nullable;

/**
 * EXTENDED COPY(LID1) (SPC-5, 6.6): copies blocks between logical units of this server without
 * their going over the wire. Judges the list, then leaves the work to a {@link CopyOperation}.
 */
final class ExtendedCopy extends Command {
    private static final int LENGTH_AT = 10;

    @Override
    int dataOut(UnitState state, byte[] cdb) {
        long length = BigEndian.u32(cdb, LENGTH_AT);
        return length > CopyLimits.LIST_BYTES_MAX ? 0 : (int) length;
    }

    @Override
    void execute(LogicalUnit unit, UnitState state, ScsiTask task) {
        long asked = BigEndian.u32(task.cdb(), LENGTH_AT);
        if (asked == 0) {
            Sense.good(task);
            return;
        }
        if (asked > CopyLimits.LIST_BYTES_MAX) {
            refuse(state, task, AdditionalSense.PARAMETER_LIST_LENGTH_ERROR);
            return;
        }
        if (!Transfer.gathered(state, task, (int) asked)) {
            return;
        }
        byte[] received = DataIn.received(task, (int) asked);
        if (received.length < asked) {
            refuse(state, task, AdditionalSense.PARAMETER_LIST_LENGTH_ERROR);
            return;
        }
        CopyList list = new CopyList(received);
        CopyList.Refusal refusal = list.refusal();
        if (refusal == null) {
            begin(unit, state, task, list);
        } else if (refusal.at() >= 0) {
            Sense.invalidInParameters(
                    task, state.descriptorSense(), refusal.sense(), refusal.at(), refusal.bit());
        } else {
            refuse(state, task, refusal.sense());
        }
    }

    private static void refuse(UnitState state, ScsiTask task, AdditionalSense sense) {
        Sense.check(task, state.descriptorSense(), SenseKey.ILLEGAL_REQUEST, sense);
    }

    private static void begin(LogicalUnit unit, UnitState state, ScsiTask task, CopyList list) {
        CopySlots slots = unit.services().copies();
        if (!slots.take()) {
            Sense.busy(task);
            return;
        }
        CopyRecord record = record(unit, task, list);
        if (record == null) {
            slots.give();
            refuse(state, task, AdditionalSense.OPERATION_IN_PROGRESS);
            return;
        }
        CopyOperation operation = null;
        try {
            operation = new CopyOperation(unit, task, list, record);
        } finally {
            if (operation == null) {
                slots.give();
                record.failed(new byte[0]);
            }
        }
        operation.signal();
    }

    /** Where the copy notes its outcome; null if one of that identifier is under way. */
    private static @Nullable CopyRecord record(LogicalUnit unit, ScsiTask task, CopyList list) {
        int identifier = list.identifier();
        return identifier < 0 ? new CopyRecord() : unit.copies().begin(task.nexus(), identifier);
    }
}
