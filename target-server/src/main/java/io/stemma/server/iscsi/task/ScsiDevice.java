package io.stemma.server.iscsi.task;

import io.stemma.server.scsi.LogicalUnit;
import io.stemma.server.scsi.MappedUnit;
import io.stemma.server.scsi.Nexus;
import io.stemma.server.scsi.TargetDevice;

import org.jspecify.annotations.Nullable;

/** What this room asks of a SCSI target device; all by the eight bytes of the LUN field. */
interface ScsiDevice {
    /** Runs a command whose data out is complete; sets which logical unit it runs on. */
    void execute(long lun, Task task);

    /** Bytes of data out that a CDB asks for. */
    int dataOutLength(long lun, byte[] cdb);

    /** Its SCSI device name. */
    String name();

    /** Relative identifier of its port. */
    int relativePort();

    /** The logical unit, or null. */
    @Nullable LogicalUnit unit(long lun);

    /** Whether there is such a logical unit. */
    boolean exists(long lun);

    /** Whether its storage asks for fewer commands. */
    boolean congested(long lun);

    /** LOGICAL UNIT RESET. */
    void resetUnit(long lun, Nexus from, Runnable done);

    /** TARGET WARM RESET and the first half of TARGET COLD RESET. */
    void reset(Nexus from, Runnable done);

    /** A nexus begins. */
    void attach(Nexus nexus);

    /** A nexus ends; its tasks are gone. */
    void detach(Nexus nexus);

    /** The device of a target node. */
    static ScsiDevice of(TargetDevice device) {
        return new Mapped(device);
    }

    /**
     * A target device with its logical units.
     *
     * @param device where all of it goes
     */
    record Mapped(TargetDevice device) implements ScsiDevice {
        @Override
        public void execute(long lun, Task task) {
            // A LUN may have been mapped since the command came.
            MappedUnit mapped = device.mapped(lun);
            task.unit = mapped == null ? null : mapped.unit();
            device.execute(mapped, lun, task);
        }

        @Override
        public int dataOutLength(long lun, byte[] cdb) {
            return device.dataOutLength(lun, cdb);
        }

        @Override
        public String name() {
            return device.name();
        }

        @Override
        public int relativePort() {
            return device.relativePort();
        }

        @Override
        public @Nullable LogicalUnit unit(long lun) {
            return device.unit(lun);
        }

        @Override
        public boolean exists(long lun) {
            return device.unit(lun) != null;
        }

        @Override
        public boolean congested(long lun) {
            LogicalUnit unit = device.unit(lun);
            return unit != null && unit.congested();
        }

        @Override
        public void resetUnit(long lun, Nexus from, Runnable done) {
            LogicalUnit unit = device.unit(lun);
            if (unit == null) {
                done.run();
            } else {
                unit.reset(from, done);
            }
        }

        @Override
        public void reset(Nexus from, Runnable done) {
            device.reset(from, done);
        }

        @Override
        public void attach(Nexus nexus) {
            device.attach(nexus);
        }

        @Override
        public void detach(Nexus nexus) {
            device.detach(nexus);
        }
    }
}
