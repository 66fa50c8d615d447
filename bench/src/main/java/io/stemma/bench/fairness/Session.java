package io.stemma.bench.fairness;

import io.stemma.bench.initiator.LoopbackInitiator;

import org.HdrHistogram.Histogram;

import java.io.IOException;
import java.net.InetSocketAddress;

/** A decent session, whose latency counts. One thread at a time. */
final class Session implements AutoCloseable {
    static final int BYTES = 4096;

    private static final int PIECE = 8;
    private static final long HIGHEST_NANOS = 60_000_000_000L;

    private final LoopbackInitiator initiator;
    private final long lunBytes;
    private final Histogram latencies = new Histogram(HIGHEST_NANOS, 3);

    Session(InetSocketAddress portal, String target, int lun, long lunBytes) throws IOException {
        initiator = new LoopbackInitiator(portal, target, lun);
        this.lunBytes = lunBytes;
    }

    /** Writes the whole LUN once or so, so that its blocks exist. */
    void fill() throws IOException {
        initiator.prepare(true, 64 << 10, 16, lunBytes);
        initiator.complete(4 * lunBytes / (64 << 10));
        initiator.drain();
        turn(true, 8, 0.5);
    }

    /** Works for so long with 4 KiB commands at drawn places, and waits until all have ended. */
    Turn turn(boolean write, int depth, double seconds) throws IOException {
        initiator.prepare(write, BYTES, depth, lunBytes);
        latencies.reset();
        initiator.record(latencies);
        long began = System.nanoTime();
        long end = began + (long) (seconds * 1e9);
        while (System.nanoTime() - end < 0) {
            initiator.complete(PIECE);
        }
        initiator.drain();
        double took = (System.nanoTime() - began) / 1e9;
        initiator.record(null);
        Histogram even =
                latencies.copyCorrectedForCoordinatedOmission(latencies.getValueAtPercentile(50));
        return new Turn(
                latencies.getTotalCount(),
                took,
                latencies.getValueAtPercentile(50) / 1e3,
                latencies.getValueAtPercentile(99) / 1e3,
                even.getValueAtPercentile(99) / 1e3,
                latencies.getMaxValue() / 1e3);
    }

    @Override
    public void close() throws IOException {
        initiator.close();
    }
}
