package io.stemma.server.scsi;

import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.DeviceFault.Kind;

/**
 * Ends commands whose storage failed: each kind of fault is told the host in one way. Any thread.
 */
final class Faults {
    private Faults() {}

    /**
     * Ends a command. An aborted one gets no status; it only finishes.
     *
     * @param writing whether a change failed, for faults of the medium
     */
    static void end(ScsiTask task, boolean descriptor, DeviceFault fault, boolean writing) {
        if (task.aborted()) {
            aborted(task);
        } else if (fault.kind() == Kind.TRANSIENT) {
            Sense.busy(task);
        } else if (fault.kind() == Kind.MEDIUM && fault.firstBlock() >= 0) {
            Sense.checkInformation(
                    task,
                    descriptor,
                    SenseKey.MEDIUM_ERROR,
                    additional(fault, writing),
                    fault.firstBlock());
        } else {
            Sense.check(task, descriptor, key(fault), additional(fault, writing));
        }
    }

    /** Finishes an aborted task. */
    static void aborted(ScsiTask task) {
        task.dataInLength(0);
        task.finish();
    }

    /**
     * The key. FENCED looks like a path that went away, so that a multipath initiator tries
     * another; OFFLINE asks for a human, because only an operator may decide what a lost sync has
     * lost.
     */
    static SenseKey key(DeviceFault fault) {
        return switch (fault.kind()) {
            case SPACE_EXHAUSTED, WRITE_PROTECTED -> SenseKey.DATA_PROTECT;
            case MEDIUM -> SenseKey.MEDIUM_ERROR;
            case FENCED, OFFLINE -> SenseKey.NOT_READY;
            case GONE, OUT_OF_RANGE -> SenseKey.ILLEGAL_REQUEST;
            case TRANSIENT, ABORTED -> SenseKey.ABORTED_COMMAND;
        };
    }

    static AdditionalSense additional(DeviceFault fault, boolean writing) {
        return switch (fault.kind()) {
            case SPACE_EXHAUSTED -> AdditionalSense.SPACE_ALLOCATION_FAILED;
            case MEDIUM ->
                    writing ? AdditionalSense.WRITE_ERROR : AdditionalSense.UNRECOVERED_READ_ERROR;
            case WRITE_PROTECTED -> AdditionalSense.WRITE_PROTECTED;
            case FENCED -> AdditionalSense.TARGET_PORT_UNAVAILABLE;
            case OFFLINE -> AdditionalSense.MANUAL_INTERVENTION_REQUIRED;
            case GONE -> AdditionalSense.LOGICAL_UNIT_NOT_SUPPORTED;
            case OUT_OF_RANGE -> AdditionalSense.LBA_OUT_OF_RANGE;
            case TRANSIENT, ABORTED -> AdditionalSense.NONE;
        };
    }
}
