package io.stemma.bench.layers;

import com.sun.management.OperatingSystemMXBean;

import java.io.IOException;
import java.lang.management.ManagementFactory;

/**
 * What some requests took.
 *
 * @param nanos by the clock
 * @param cpuNanos of all threads of this process
 * @param requests how many
 */
record Cost(long nanos, long cpuNanos, long requests) {
    private static final OperatingSystemMXBean PROCESS =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    /** Something to measure. */
    @FunctionalInterface
    interface Work {
        void run() throws IOException;
    }

    static Cost of(long requests, Work work) throws IOException {
        long cpu = PROCESS.getProcessCpuTime();
        long began = System.nanoTime();
        work.run();
        long took = System.nanoTime() - began;
        long used = PROCESS.getProcessCpuTime() - cpu;
        return new Cost(took, used, requests);
    }

    double perSecond() {
        return requests * 1e9 / nanos;
    }

    double cpuMicros() {
        return cpuNanos / 1e3 / requests;
    }
}
