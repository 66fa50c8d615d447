package io.stemma.server.scsi;

/** REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS (SPC-5). */
final class ReportSupportedTaskManagement extends Command {
    private static final int REPD = 0x80;
    private static final int SHORT_BYTES = 4;
    private static final int EXTENDED_BYTES = 16;

    /** ABORT TASK, ABORT TASK SET, CLEAR TASK SET, LOGICAL UNIT RESET, TARGET RESET. */
    private static final int FUNCTIONS = 0x80 | 0x40 | 0x10 | 0x08 | 0x02;

    @Override
    void execute(LogicalUnit unit, UnitState state, ScsiTask task) {
        byte[] cdb = task.cdb();
        long allocation = BigEndian.u32(cdb, 6);
        if (allocation < SHORT_BYTES) {
            Sense.invalidInCdb(task, state.descriptorSense(), 6);
            return;
        }
        boolean extended = (cdb[2] & REPD) != 0;
        byte[] data = new byte[extended ? EXTENDED_BYTES : SHORT_BYTES];
        data[0] = (byte) FUNCTIONS;
        data[3] = (byte) (data.length - SHORT_BYTES);
        DataIn.send(task, data, allocation);
    }
}
