package io.stemma.server.scsi;

/** RECEIVE DIAGNOSTIC RESULTS (SPC-5): the one page there is, the list of the pages there are. */
final class ReceiveDiagnosticResults extends Command {
    private static final byte[] SUPPORTED_PAGES = {0, 0, 0, 1, 0};

    /** Without PCV it is the page of the last SEND DIAGNOSTIC, which is the same one. */
    @Override
    void execute(LogicalUnit unit, UnitState state, ScsiTask task) {
        byte[] cdb = task.cdb();
        if (cdb[2] != 0) {
            Sense.invalidInCdb(task, state.descriptorSense(), 2);
        } else {
            DataIn.send(task, SUPPORTED_PAGES, BigEndian.u16(cdb, 3));
        }
    }
}
