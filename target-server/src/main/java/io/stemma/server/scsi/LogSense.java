package io.stemma.server.scsi;

/** LOG SENSE (SPC-5). Nothing is saved, and nothing counts towards a threshold. */
final class LogSense extends Command {
    private static final int SAVE = 0x01;
    private static final int CUMULATIVE = 1;

    @Override
    void execute(LogicalUnit unit, UnitState state, ScsiTask task) {
        byte[] cdb = task.cdb();
        boolean descriptor = state.descriptorSense();
        int code = cdb[2] & 0x3f;
        int subpage = cdb[3] & 0xff;
        int from = BigEndian.u16(cdb, 5);
        if ((cdb[1] & SAVE) != 0) {
            Sense.invalidInCdb(task, descriptor, 1, 0);
        } else if (!LogPages.exists(code)) {
            Sense.invalidInCdb(task, descriptor, 2, 5);
        } else if (!LogPages.exists(code, subpage)) {
            Sense.invalidInCdb(task, descriptor, 3);
        } else if (code != LogPages.SUPPORTED && (cdb[2] >>> 6 & 3) != CUMULATIVE) {
            Sense.invalidInCdb(task, descriptor, 2, 7);
        } else if (from > LogPages.lastParameter(code)) {
            Sense.invalidInCdb(task, descriptor, 5);
        } else {
            DataIn.send(task, LogPages.page(code, subpage, from, unit), BigEndian.u16(cdb, 7));
        }
    }
}
