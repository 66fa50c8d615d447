package io.stemma.server.scsi;

import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.volume.Volume;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The self-tests of a logical unit and their results (SPC-5, self-test results log page). One test
 * runs at a time. Results live as long as the unit in this process. Any thread.
 */
final class SelfTests {
    /** Results kept, as the log page has it; the oldest is forgotten. */
    static final int RESULTS_MAX = 20;

    static final int BACKGROUND_SHORT = 1;
    static final int ABORT_BACKGROUND = 4;
    static final int FOREGROUND_SHORT = 5;

    private static final int PARAMETER_BYTES = 20;
    private static final int ABORTED_BY_COMMAND = 1;
    private static final int FAILED = 7;
    private static final int IN_PROGRESS = 15;

    /** A binary format list parameter that is not saved by itself. */
    private static final int LIST_PARAMETER = 0x23;

    private final Volume volume;
    private final long began = System.nanoTime();
    private final Deque<Result> results = new ArrayDeque<>();
    private @Nullable SelfTest running;
    private int runningCode;

    /** One entry of the log. */
    private record Result(int code, int result, int hours, @Nullable DeviceFault fault) {}

    SelfTests(Volume volume) {
        this.volume = volume;
    }

    /**
     * Starts a test.
     *
     * @param code SELF-TEST CODE, 0 for the default self-test, which leaves no entry in the log
     * @param done runs once, on any thread, with null where the test passed
     * @return false where another test runs
     */
    boolean start(int code, Consumer<@Nullable DeviceFault> done) {
        SelfTest test = new SelfTest(volume, fault -> ended(code, fault, done));
        synchronized (this) {
            if (running != null) {
                return false;
            }
            running = test;
            runningCode = code;
        }
        test.start();
        return true;
    }

    private void ended(
            int code, @Nullable DeviceFault fault, Consumer<@Nullable DeviceFault> done) {
        boolean aborted = fault != null && fault.kind() == DeviceFault.Kind.ABORTED;
        synchronized (this) {
            running = null;
            if (code != 0) {
                add(code, aborted ? ABORTED_BY_COMMAND : fault == null ? 0 : FAILED, fault);
            }
        }
        done.accept(fault);
    }

    private void add(int code, int result, @Nullable DeviceFault fault) {
        results.addFirst(new Result(code, result, hours(), fault));
        if (results.size() > RESULTS_MAX) {
            results.removeLast();
        }
    }

    private int hours() {
        return (int) Math.min(0xffff, TimeUnit.NANOSECONDS.toHours(System.nanoTime() - began));
    }

    /** Asks a background test to end; returns false where none runs. */
    synchronized boolean abort() {
        SelfTest test = running;
        if (test == null || runningCode != BACKGROUND_SHORT) {
            return false;
        }
        test.cancel();
        return true;
    }

    /** The parameters of the log page from a parameter code on, newest test first. */
    synchronized byte[] parameters(int from) {
        Deque<Result> all = new ArrayDeque<>(results);
        if (running != null && runningCode != 0) {
            all.addFirst(new Result(runningCode, IN_PROGRESS, 0, null));
        }
        byte[] list = new byte[(RESULTS_MAX + 1 - Math.max(1, from)) * PARAMETER_BYTES];
        int at = 0;
        for (int code = 1; code <= RESULTS_MAX; code++) {
            Result result = all.pollFirst();
            if (code >= from) {
                BigEndian.put16(list, at, code);
                list[at + 2] = LIST_PARAMETER;
                list[at + 3] = PARAMETER_BYTES - 4;
                write(list, at + 4, result);
                at += PARAMETER_BYTES;
            }
        }
        return list;
    }

    /** All zero where there is no entry. */
    private static void write(byte[] list, int at, @Nullable Result result) {
        if (result == null) {
            return;
        }
        list[at] = (byte) (result.code() << 5 | result.result());
        BigEndian.put16(list, at + 2, result.hours());
        BigEndian.put64(list, at + 4, -1);
        DeviceFault fault = result.result() == FAILED ? result.fault() : null;
        if (fault != null) {
            AdditionalSense sense = Faults.additional(fault, false);
            BigEndian.put64(list, at + 4, Math.max(-1, fault.firstBlock()));
            list[at + 12] = (byte) Faults.key(fault).code();
            list[at + 13] = (byte) sense.asc();
            list[at + 14] = (byte) sense.ascq();
        }
    }
}
