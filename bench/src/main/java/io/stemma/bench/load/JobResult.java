package io.stemma.bench.load;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What all sides did in one job.
 *
 * @param job which
 * @param runs of each side by its name, one a round
 * @param loadBefore one-minute load average before the job
 * @param loadAfter the same after it
 */
record JobResult(Job job, Map<String, List<Run>> runs, double loadBefore, double loadAfter) {
    JobResult {
        runs = new LinkedHashMap<>(runs);
    }

    List<Run> of(String side) {
        List<Run> found = runs.get(side);
        return found == null ? List.of() : found;
    }

    /** Operations a second of {@code side} as a multiple of {@code yardstick}'s. */
    Ratio speed(String side, String yardstick) {
        return Ratio.of(of(side), of(yardstick), Run::operationsPerSecond);
    }

    /** Processor time a command of {@code side} as a share of {@code yardstick}'s. */
    Ratio processor(String side, String yardstick) {
        return Ratio.of(of(side), of(yardstick), Run::targetMicros);
    }
}
