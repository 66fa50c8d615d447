package io.stemma.bench.load;

import java.util.ArrayList;
import java.util.List;

/**
 * One load.
 *
 * @param write or read
 * @param random places, else one after the other
 * @param bytes of each command
 * @param depth commands in flight
 */
record Job(boolean write, boolean random, int bytes, int depth) {
    private static final int SMALL = 4096;
    private static final int LARGE = 131_072;

    /** All jobs, in the order in which they run. */
    static List<Job> all() {
        List<Job> jobs = new ArrayList<>();
        for (int depth : new int[] {1, 8, 32}) {
            jobs.add(new Job(false, true, SMALL, depth));
            jobs.add(new Job(true, true, SMALL, depth));
        }
        jobs.add(new Job(false, false, LARGE, 8));
        jobs.add(new Job(true, false, LARGE, 16));
        return List.copyOf(jobs);
    }

    /** For instance {@code 4k-randread-d32}. */
    String name() {
        return (bytes >> 10)
                + "k-"
                + (random ? "rand" : "")
                + (write ? "write" : "read")
                + "-d"
                + depth;
    }

    boolean small() {
        return bytes == SMALL;
    }

    /** The order for the load generator. */
    String order(long seed, long rampMillis, long recordMillis) {
        return String.join(
                " ",
                "run",
                write ? "write" : "read",
                random ? "random" : "sequential",
                Integer.toString(bytes),
                Integer.toString(depth),
                Long.toString(seed),
                Long.toString(rampMillis),
                Long.toString(recordMillis));
    }
}
