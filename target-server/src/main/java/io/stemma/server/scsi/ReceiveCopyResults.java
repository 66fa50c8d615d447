package io.stemma.server.scsi;

/**
 * RECEIVE COPY STATUS(LID1), RECEIVE COPY OPERATING PARAMETERS and RECEIVE COPY FAILURE
 * DETAILS(LID1) (SPC-4, 6.18, 6.20, 6.21), which older standards call RECEIVE COPY RESULTS. No
 * segment descriptor that is supported holds data, so RECEIVE COPY DATA is not supported.
 */
final class ReceiveCopyResults extends Command {
    /** COPY STATUS. */
    static final int STATUS = 0x00;

    /** OPERATING PARAMETERS. */
    static final int PARAMETERS = 0x03;

    /** FAILED SEGMENT DETAILS. */
    static final int FAILURE = 0x04;

    private final int action;

    ReceiveCopyResults(int action) {
        this.action = action;
    }

    @Override
    void execute(LogicalUnit unit, UnitState state, ScsiTask task) {
        byte[] cdb = task.cdb();
        long allocation = BigEndian.u32(cdb, 10);
        if (action == PARAMETERS) {
            DataIn.send(task, CopyLimits.operatingParameters(state), allocation);
            return;
        }
        int identifier = cdb[2] & 0xff;
        CopyRecord record = unit.copies().of(task.nexus(), identifier);
        byte[] data = {};
        if (record != null) {
            data = action == STATUS ? record.takeStatus() : record.takeFailure();
            if (record.spent()) {
                unit.copies().forget(task.nexus(), identifier, record);
            }
        }
        if (data.length == 0) {
            Sense.invalidInCdb(task, state.descriptorSense(), 2);
        } else {
            DataIn.send(task, data, allocation);
        }
    }
}
