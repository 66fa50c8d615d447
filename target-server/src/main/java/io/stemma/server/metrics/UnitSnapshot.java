package io.stemma.server.metrics;

import io.stemma.server.scsi.CommandName.Work;

import java.util.List;

/**
 * A logical unit and what was counted of it, by all sessions since it was first used.
 *
 * @param key which
 * @param totals its commands
 * @param latencies in the order of {@link Work}
 */
public record UnitSnapshot(UnitKey key, CommandTotals totals, List<Latency> latencies) {
    /** Latencies of commands of one kind. */
    public Latency latency(Work work) {
        return latencies.get(work.index());
    }
}
