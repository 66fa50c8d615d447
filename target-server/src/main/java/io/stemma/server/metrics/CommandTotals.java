package io.stemma.server.metrics;

import io.stemma.server.scsi.CommandName.Work;

import java.util.ArrayList;
import java.util.List;

/**
 * What became of the commands of a session or a logical unit, since it was first seen. Immutable.
 *
 * @param ended commands that have ended
 * @param outstanding commands that have not
 * @param work commands that have ended, by what they do, in the order of {@link Work}
 * @param readBytes data in from the medium
 * @param writtenBytes data out to the medium
 * @param r2ts how often data was asked for
 * @param aborted commands that were aborted and not answered
 * @param busy answers TASK SET FULL and BUSY
 * @param conflicts answers RESERVATION CONFLICT
 * @param senseKeys answers CHECK CONDITION by sense key, 0 to 15
 */
public record CommandTotals(
        long ended,
        long outstanding,
        List<Long> work,
        long readBytes,
        long writtenBytes,
        long r2ts,
        long aborted,
        long busy,
        long conflicts,
        List<Long> senseKeys) {
    private static final int SENSE_KEYS = 16;

    /** What several event loops counted. */
    static final class Sum {
        long ended;
        long outstanding;
        final long[] work = new long[Work.values().length];
        long readBytes;
        long writtenBytes;
        long r2ts;
        long aborted;
        long busy;
        long conflicts;
        final long[] senseKeys = new long[SENSE_KEYS];

        CommandTotals totals() {
            return new CommandTotals(
                    ended,
                    outstanding,
                    list(work),
                    readBytes,
                    writtenBytes,
                    r2ts,
                    aborted,
                    busy,
                    conflicts,
                    list(senseKeys));
        }

        private static List<Long> list(long[] values) {
            List<Long> list = new ArrayList<>(values.length);
            for (long value : values) {
                list.add(value);
            }
            return List.copyOf(list);
        }
    }

    /** Commands of one kind that have ended. */
    public long of(Work kind) {
        return work.get(kind.index());
    }

    /** Answers CHECK CONDITION. */
    public long checkConditions() {
        return senseKeys.stream().mapToLong(Long::longValue).sum();
    }
}
