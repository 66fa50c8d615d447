package io.stemma.server.metrics;

import io.stemma.server.scsi.CommandName.Work;

import java.util.concurrent.atomic.AtomicInteger;

/** What one event loop counted of one logical unit. */
final class UnitFigures {
    final CommandCounts counts = new CommandCounts();
    private final LatencyCounts[] latencies = new LatencyCounts[Work.values().length];

    /** Whether the unit is gone; sessions that still hold this look for another. */
    private volatile boolean retired;

    UnitFigures(AtomicInteger rowsLeft) {
        for (int i = 0; i < latencies.length; i++) {
            latencies[i] = new LatencyCounts(rowsLeft);
        }
    }

    LatencyCounts latency(Work work) {
        return latencies[work.index()];
    }

    boolean retired() {
        return retired;
    }

    /** Any thread, once. */
    void retire() {
        retired = true;
        for (LatencyCounts latency : latencies) {
            latency.close();
        }
    }
}
