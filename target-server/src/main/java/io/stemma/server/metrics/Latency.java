package io.stemma.server.metrics;

import org.HdrHistogram.Histogram;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/** Latencies that several event loops counted, merged when they are asked for. Any thread. */
public final class Latency {
    private final List<LatencyCounts> parts;

    Latency(List<LatencyCounts> parts) {
        this.parts = List.copyOf(parts);
    }

    /** All of them since they began to be counted, in nanoseconds. */
    public Histogram histogram() {
        Histogram merged = LatencyCounts.histogram();
        parts.forEach(part -> part.addTo(merged));
        return merged;
    }

    /** How many there are. */
    public long count() {
        return parts.stream().mapToLong(LatencyCounts::count).sum();
    }

    /** All of them together, nanoseconds. */
    public long sumNanos() {
        return parts.stream().mapToLong(LatencyCounts::sumNanos).sum();
    }

    /** The histogram in HdrHistogram's compressed form, in Base64: some hundred characters. */
    public String encoded() {
        Histogram histogram = histogram();
        ByteBuffer bytes = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int length = histogram.encodeIntoCompressedByteBuffer(bytes);
        return Base64.getEncoder().encodeToString(Arrays.copyOf(bytes.array(), length));
    }
}
