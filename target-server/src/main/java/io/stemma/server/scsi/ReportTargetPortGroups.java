package io.stemma.server.scsi;

/**
 * REPORT TARGET PORT GROUPS (SPC-5, 6.36). All ports are active and optimized, for ever: there is
 * nothing to set, and a group is a target, which is what may be taken out of service by itself.
 */
final class ReportTargetPortGroups extends Command {
    private static final int LENGTH_ONLY = 0;
    private static final int EXTENDED = 1;
    private static final int GROUP_BYTES = 12;

    /** AO_SUP: no other state is supported. */
    private static final int ACTIVE_OPTIMIZED_SUPPORTED = 0x01;

    @Override
    void execute(LogicalUnit unit, UnitState state, ScsiTask task) {
        byte[] cdb = task.cdb();
        int format = (cdb[1] & 0xe0) >>> 5;
        if (format != LENGTH_ONLY && format != EXTENDED) {
            Sense.invalidInCdb(task, state.descriptorSense(), 1, 7);
            return;
        }
        TargetPortList ports = unit.ports();
        int at = format == EXTENDED ? 8 : 4;
        byte[] data = new byte[at + GROUP_BYTES * ports.names().size()];
        BigEndian.put32(data, 0, data.length - 4);
        if (format == EXTENDED) {
            data[4] = EXTENDED << 4;
        }
        for (int port : ports.names().keySet()) {
            data[at + 1] = ACTIVE_OPTIMIZED_SUPPORTED;
            BigEndian.put16(data, at + 2, port);
            data[at + 7] = 1;
            BigEndian.put16(data, at + 10, port);
            at += GROUP_BYTES;
        }
        DataIn.send(task, data, BigEndian.u32(cdb, 6));
    }
}
