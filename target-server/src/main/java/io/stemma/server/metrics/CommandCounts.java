package io.stemma.server.metrics;

import io.stemma.server.iscsi.task.MeasuredCommand;
import io.stemma.server.scsi.CommandName.Work;

/** What became of commands. Written by one event loop, read by any thread. */
final class CommandCounts {
    /** Status codes (SAM-5, 5.3.1). */
    private static final int CHECK_CONDITION = 0x02;

    private static final int BUSY_STATUS = 0x08;
    private static final int RESERVATION_CONFLICT = 0x18;
    private static final int TASK_SET_FULL = 0x28;

    private static final int SENSE_KEYS = 16;

    private static final int BEGUN = 0;
    private static final int ENDED = 1;
    private static final int READ_BYTES = 2;
    private static final int WRITTEN_BYTES = 3;
    private static final int R2TS = 4;
    private static final int ABORTED = 5;
    private static final int BUSY = 6;
    private static final int CONFLICTS = 7;
    private static final int WORK = 8;
    private static final int SENSE = WORK + Work.values().length;
    private static final int SIZE = SENSE + SENSE_KEYS;

    private final Counts counts = new Counts(SIZE);

    /** A command was accepted. */
    void begun() {
        counts.add(BEGUN, 1);
    }

    /** A command has ended. */
    void ended(MeasuredCommand command, Work work) {
        counts.add(ENDED, 1);
        counts.add(WORK + work.index(), 1);
        if (work == Work.WRITE) {
            int r2ts = command.r2ts();
            if (r2ts > 0) {
                counts.add(R2TS, r2ts);
            }
        }
        if (command.aborted()) {
            counts.add(ABORTED, 1);
        } else if (command.status() != 0) {
            failed(command);
        } else if (work == Work.READ) {
            counts.add(READ_BYTES, command.dataInSent());
        } else if (work == Work.WRITE) {
            counts.add(WRITTEN_BYTES, command.dataOutLength());
        }
    }

    private void failed(MeasuredCommand command) {
        switch (command.status()) {
            case CHECK_CONDITION -> counts.add(SENSE + senseKey(command), 1);
            case BUSY_STATUS, TASK_SET_FULL -> counts.add(BUSY, 1);
            case RESERVATION_CONFLICT -> counts.add(CONFLICTS, 1);
            default -> {}
        }
    }

    /** The sense key of fixed or descriptor format sense data (SPC-5, 4.4). */
    private static int senseKey(MeasuredCommand command) {
        byte[] sense = command.sense();
        boolean descriptor = (sense[0] & 0x7e) == 0x72;
        return command.senseLength() == 0 ? 0 : sense[descriptor ? 1 : 2] & 0xf;
    }

    /** Adds all that was counted. Any thread. */
    void addTo(CommandTotals.Sum sum) {
        // Ends before beginnings, so that no command ends before it begins.
        long ended = counts.get(ENDED);
        sum.ended += ended;
        sum.outstanding += Math.max(0, counts.get(BEGUN) - ended);
        sum.readBytes += counts.get(READ_BYTES);
        sum.writtenBytes += counts.get(WRITTEN_BYTES);
        sum.r2ts += counts.get(R2TS);
        sum.aborted += counts.get(ABORTED);
        sum.busy += counts.get(BUSY);
        sum.conflicts += counts.get(CONFLICTS);
        for (int i = 0; i < sum.work.length; i++) {
            sum.work[i] += counts.get(WORK + i);
        }
        for (int i = 0; i < sum.senseKeys.length; i++) {
            sum.senseKeys[i] += counts.get(SENSE + i);
        }
    }
}
