package io.stemma.server.metrics;

/**
 * Where the time of a command went, in nanoseconds; together its latency.
 *
 * @param window received, but not due or without memory for its data
 * @param data gathering data out
 * @param queue waiting in front of the storage
 * @param disk with the storage
 * @param send from the storage to the socket
 */
record Phases(long window, long data, long queue, long disk, long send) {
    private static final long MILLION = 1_000_000;

    /**
     * From the times of a command. Where it ended on the event loop nothing tells the disk from
     * what came after it, and it all counts as disk.
     */
    static Phases of(EndedCommand command, long sentNanos) {
        long begun = command.begunNanos;
        long gathered = command.gatheredNanos;
        long issued = command.issuedNanos == 0 ? gathered : command.issuedNanos;
        long stored = command.storedNanos == 0 ? sentNanos : command.storedNanos;
        return new Phases(
                begun - command.receivedNanos,
                gathered - begun,
                issued - gathered,
                stored - issued,
                sentNanos - stored);
    }

    /** For people, in milliseconds. */
    String words() {
        return "window "
                + window / MILLION
                + ", data "
                + data / MILLION
                + ", queue "
                + queue / MILLION
                + ", disk "
                + disk / MILLION
                + ", send "
                + send / MILLION
                + " ms";
    }
}
