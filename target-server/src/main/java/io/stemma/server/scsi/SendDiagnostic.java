package io.stemma.server.scsi;

import io.stemma.engine.block.DeviceFault;

import org.jspecify.annotations.Nullable;

/**
 * SEND DIAGNOSTIC (SPC-5): the default self-test, the short one in the foreground and in the
 * background, and a parameter list with the page that asks which pages there are. Extended tests
 * would read the whole volume, which an administrator has better means for: they are refused.
 */
final class SendDiagnostic extends Command {
    private static final int PAGE_FORMAT = 0x10;
    private static final int SELFTEST = 0x04;
    private static final int PAGE_BYTES = 4;

    private static int code(byte[] cdb) {
        return cdb[1] >>> 5 & 7;
    }

    private static boolean withList(byte[] cdb) {
        return (cdb[1] & (PAGE_FORMAT | SELFTEST)) == PAGE_FORMAT && code(cdb) == 0;
    }

    @Override
    int dataOut(UnitState state, byte[] cdb) {
        return withList(cdb) ? BigEndian.u16(cdb, 3) : 0;
    }

    @Override
    void execute(LogicalUnit unit, UnitState state, ScsiTask task) {
        byte[] cdb = task.cdb();
        boolean descriptor = state.descriptorSense();
        boolean standard = (cdb[1] & SELFTEST) != 0;
        int code = code(cdb);
        int length = BigEndian.u16(cdb, 3);
        if (standard && code != 0) {
            Sense.invalidInCdb(task, descriptor, 1, 7);
        } else if (length != 0 && (standard || code != 0)) {
            Sense.invalidInCdb(task, descriptor, 3);
        } else if (length != 0 && !withList(cdb)) {
            Sense.invalidInCdb(task, descriptor, 1, 4);
        } else if (standard || code != 0) {
            test(unit, state, task, code);
        } else {
            list(state, task, length);
        }
    }

    private static void test(LogicalUnit unit, UnitState state, ScsiTask task, int code) {
        SelfTests tests = unit.selfTests();
        boolean background = code == SelfTests.BACKGROUND_SHORT;
        boolean begun =
                switch (code) {
                    case 0, SelfTests.FOREGROUND_SHORT ->
                            tests.start(code, fault -> tested(state, task, fault));
                    case SelfTests.BACKGROUND_SHORT -> tests.start(code, fault -> {});
                    case SelfTests.ABORT_BACKGROUND -> aborted(tests, state, task);
                    default -> refused(state, task);
                };
        if (!begun) {
            Sense.check(
                    task,
                    state.descriptorSense(),
                    SenseKey.NOT_READY,
                    AdditionalSense.SELF_TEST_IN_PROGRESS);
        } else if (background) {
            Sense.good(task);
        }
    }

    private static boolean aborted(SelfTests tests, UnitState state, ScsiTask task) {
        if (tests.abort()) {
            Sense.good(task);
            return true;
        }
        return refused(state, task);
    }

    private static boolean refused(UnitState state, ScsiTask task) {
        Sense.invalidInCdb(task, state.descriptorSense(), 1, 7);
        return true;
    }

    private static void tested(UnitState state, ScsiTask task, @Nullable DeviceFault fault) {
        if (task.aborted()) {
            Faults.aborted(task);
        } else if (fault != null) {
            Sense.check(
                    task,
                    state.descriptorSense(),
                    SenseKey.HARDWARE_ERROR,
                    AdditionalSense.FAILED_SELF_TEST);
        } else {
            Sense.good(task);
        }
    }

    private static void list(UnitState state, ScsiTask task, int length) {
        if (!Transfer.gathered(state, task, length)) {
            return;
        }
        byte[] list = DataIn.received(task, length);
        if (list.length == 0) {
            Sense.good(task);
        } else if (list[0] != 0) {
            Sense.invalidInParameters(task, state.descriptorSense(), 0, -1);
        } else if (list.length != PAGE_BYTES) {
            Sense.check(
                    task,
                    state.descriptorSense(),
                    SenseKey.ILLEGAL_REQUEST,
                    AdditionalSense.PARAMETER_LIST_LENGTH_ERROR);
        } else if (BigEndian.u16(list, 2) != 0) {
            Sense.invalidInParameters(task, state.descriptorSense(), 2, -1);
        } else {
            Sense.good(task);
        }
    }
}
