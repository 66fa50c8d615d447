package io.stemma.server.scsi;

import java.util.Map;

/**
 * REPORT LUNS (SPC-5). There are no well known and no administrative logical units, so some
 * selections report an empty list.
 */
final class ReportLuns extends Command {
    /** From this LUN on the flat space addressing method is used (SAM-5, 4.7.7). */
    private static final int PERIPHERAL_LUNS = 256;

    private static final long FLAT = 0x4000L;

    @Override
    void execute(LogicalUnit unit, UnitState state, ScsiTask task) {
        report(task.mapped().target(), task, state.descriptorSense());
    }

    /**
     * Ends the command with the logical units of a target device, which knows its inventory is
     * seen.
     */
    static void report(TargetDevice target, ScsiTask task, boolean descriptor) {
        if ((task.cdb()[2] & 0xff) != 0x01) {
            target.inventorySeen(task.nexus());
        }
        list(task, descriptor, target.units());
    }

    private static void list(ScsiTask task, boolean descriptor, Map<Integer, MappedUnit> units) {
        byte[] cdb = task.cdb();
        switch (cdb[2] & 0xff) {
            case 0x00, 0x02, 0x11 -> send(task, units);
            case 0x01, 0x10 -> send(task, Map.of());
            default -> Sense.invalidInCdb(task, descriptor, 2);
        }
    }

    private static void send(ScsiTask task, Map<Integer, MappedUnit> units) {
        byte[] data = new byte[8 + 8 * units.size()];
        BigEndian.put32(data, 0, 8L * units.size());
        int at = 8;
        for (int lun : units.keySet()) {
            BigEndian.put64(data, at, address(lun));
            at += 8;
        }
        DataIn.send(task, data, BigEndian.u32(task.cdb(), 6));
    }

    /** The eight bytes of a LUN field. */
    static long address(int lun) {
        return (lun < PERIPHERAL_LUNS ? lun : FLAT | lun) << 48;
    }

    /**
     * The number behind the eight bytes of a LUN field, or -1 where they name none we could have.
     */
    static int number(long address) {
        int first = (int) (address >>> 48);
        if (address << 16 != 0) {
            return -1;
        }
        return switch (first >>> 14) {
            case 0 -> first < PERIPHERAL_LUNS ? first : -1;
            case 1 -> first & 0x3fff;
            default -> -1;
        };
    }
}
