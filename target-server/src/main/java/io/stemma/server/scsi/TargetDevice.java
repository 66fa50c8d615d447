package io.stemma.server.scsi;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.TreeMap;

/**
 * A SCSI target device with its logical units (SAM-5, 4.5.6). Lookups read an immutable snapshot;
 * mapping is rare and locked.
 */
public final class TargetDevice {
    private volatile Map<Integer, LogicalUnit> units = Map.of();

    /**
     * Runs a command on the logical unit that {@code lun} addresses; one that does not exist
     * answers what SPC-5 wants of an incorrect logical unit number.
     *
     * @param lun the eight bytes of the LUN field (SAM-5, 4.6)
     */
    public void execute(long lun, ScsiTask task) {
        LogicalUnit unit = unit(lun);
        if (unit != null) {
            unit.execute(task);
        } else {
            task.status(2);
            task.finish();
        }
    }

    /** The logical unit, or null where none is mapped. */
    public @Nullable LogicalUnit unit(long lun) {
        return units.get((int) (lun >>> 48));
    }

    /**
     * Bytes of data out that a CDB asks for, judged before any memory is spent on gathering them.
     *
     * @return 0 if it takes none or will be refused; at most {@code Limits.TRANSFER_BYTES_MAX}
     */
    public int dataOutLength(long lun, byte[] cdb) {
        LogicalUnit unit = unit(lun);
        return unit == null ? 0 : unit.dataOutLength(cdb);
    }

    /** Maps a logical unit; existing nexuses get REPORTED LUNS DATA HAS CHANGED. */
    public synchronized void map(int lun, LogicalUnit unit) {
        TreeMap<Integer, LogicalUnit> next = new TreeMap<>(units);
        next.put(lun, unit);
        units = next;
    }

    /** Unmaps; tasks in flight are aborted first. */
    public synchronized void unmap(int lun) {
        TreeMap<Integer, LogicalUnit> next = new TreeMap<>(units);
        next.remove(lun);
        units = next;
    }

    /** All mapped logical units by number. */
    public Map<Integer, LogicalUnit> units() {
        return units;
    }

    /** A nexus begins: its first command to each unit meets a unit attention (SAM-5, 5.14). */
    public void attach(Nexus nexus) {}

    /** A nexus ends; its tasks are gone by now. */
    public void detach(Nexus nexus) {}

    /** TARGET WARM RESET or COLD RESET: every logical unit is reset (SAM-5, 7.6 and 7.7). */
    public void reset(Nexus from, Runnable done) {
        done.run();
    }
}
