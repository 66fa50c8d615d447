package io.stemma.engine.journal;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Set;

/**
 * What the segments of a journal hold and what a start would make of it.
 *
 * @param state what would be recovered; null if nothing can be
 * @param unsettled keys of layers of which records wait for a barrier
 * @param failedBefore whether a write or a sync of the journal failed, so that the page cache is
 *     not trusted
 * @param faults in the order of segments
 */
public record JournalReport(
        @Nullable PoolState state,
        Set<Integer> unsettled,
        boolean failedBefore,
        List<Fault> faults) {
    public JournalReport {
        unsettled = Set.copyOf(unsettled);
        faults = List.copyOf(faults);
    }

    /**
     * Something that is not as it was written.
     *
     * @param harmful whether something is lost by it; otherwise a start goes on as if it were not
     * @param file the segment; empty if it concerns no certain one
     * @param offset the first byte; -1 where none is known
     * @param what in words
     */
    public record Fault(boolean harmful, String file, long offset, String what) {}
}
