package io.stemma.server.scsi;

import java.util.Arrays;

/**
 * SANITIZE (SBC-4, 5.30): makes whatever was on the medium unreadable. There is no key that could
 * be changed, so CRYPTOGRAPHIC ERASE is not supported.
 */
final class Sanitize extends Command {
    static final int OVERWRITE = 0x01;
    static final int BLOCK_ERASE = 0x02;
    static final int EXIT_FAILURE_MODE = 0x1f;

    /** Bytes before the initialization pattern. */
    static final int HEADER_BYTES = 4;

    private static final int IMMED = 0x80;

    /** Resets write pointers of zones, of which there are none. */
    private static final int ZNR = 0x40;

    private static final int AUSE = 0x20;
    private static final int TEST = 0x60;

    private final int action;

    Sanitize(int action) {
        this.action = action;
    }

    @Override
    int dataOut(UnitState state, byte[] cdb) {
        int length = BigEndian.u16(cdb, 7);
        return action == OVERWRITE && lengthFits(state, length) ? length : 0;
    }

    private static boolean lengthFits(UnitState state, int length) {
        return length > HEADER_BYTES
                && length <= HEADER_BYTES + state.geometry().logicalBlockBytes();
    }

    @Override
    void execute(LogicalUnit unit, UnitState state, ScsiTask task) {
        if (!cdbIsRight(unit, state, task)) {
            return;
        }
        boolean unrestricted = (task.cdb()[1] & AUSE) != 0;
        boolean immediate = (task.cdb()[1] & IMMED) != 0;
        Sanitization sanitization = unit.sanitization();
        if (action == EXIT_FAILURE_MODE) {
            sanitization.exitFailureMode(task, state);
        } else if (action == BLOCK_ERASE) {
            sanitization.begin(SanitizeOrder.erase(unrestricted), immediate, task, state);
        } else {
            SanitizeOrder order = overwrite(state, task, unrestricted);
            if (order != null) {
                sanitization.begin(order, immediate, task, state);
            }
        }
    }

    private boolean cdbIsRight(LogicalUnit unit, UnitState state, ScsiTask task) {
        byte[] cdb = task.cdb();
        boolean descriptor = state.descriptorSense();
        if ((cdb[1] & ZNR) != 0) {
            Sense.invalidInCdb(task, descriptor, 1, 6);
            return false;
        }
        for (int at = 2; at < 7; at++) {
            if (cdb[at] != 0) {
                Sense.invalidInCdb(task, descriptor, at);
                return false;
            }
        }
        int length = BigEndian.u16(cdb, 7);
        if (action == OVERWRITE ? !lengthFits(state, length) : length != 0) {
            Sense.invalidInCdb(task, descriptor, 7);
            return false;
        }
        boolean restrictedFailure = unit.sanitization().failedRestricted();
        if (restrictedFailure && ((cdb[1] & AUSE) != 0 || action == EXIT_FAILURE_MODE)) {
            // Only a sanitize operation that succeeds leads out of there.
            boolean byAction = action == EXIT_FAILURE_MODE;
            Sense.invalidInCdb(task, descriptor, 1, byAction ? 4 : 5);
            return false;
        }
        return true;
    }

    /** Reads the parameter list; null if the command was ended. */
    private static @org.jspecify.annotations.Nullable SanitizeOrder overwrite(
            UnitState state, ScsiTask task, boolean unrestricted) {
        int asked = BigEndian.u16(task.cdb(), 7);
        if (!Transfer.gathered(state, task, asked)) {
            return null;
        }
        byte[] list = DataIn.received(task, asked);
        boolean descriptor = state.descriptorSense();
        if (list.length < asked) {
            Sense.check(
                    task,
                    descriptor,
                    SenseKey.ILLEGAL_REQUEST,
                    AdditionalSense.PARAMETER_LIST_LENGTH_ERROR);
            return null;
        }
        int pattern = BigEndian.u16(list, 2);
        if ((list[0] & TEST) != 0) {
            Sense.invalidInParameters(task, descriptor, 0, 6);
        } else if ((list[0] & 0x1f) == 0) {
            Sense.invalidInParameters(task, descriptor, 0, 4);
        } else if (list[1] != 0) {
            Sense.invalidInParameters(task, descriptor, 1, -1);
        } else if (pattern == 0 || pattern != asked - HEADER_BYTES) {
            Sense.invalidInParameters(task, descriptor, 2, -1);
        } else {
            return SanitizeOrder.overwrite(
                    unrestricted,
                    list[0] & 0x1f,
                    (list[0] & 0x80) != 0,
                    Arrays.copyOfRange(list, HEADER_BYTES, asked));
        }
        return null;
    }
}
