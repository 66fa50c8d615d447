package io.stemma.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

class LatencyCountsTest {
    private static final double[] PERCENTILES = {0, 1, 50, 90, 99, 99.9, 100};

    @Test
    void theBucketsAreThoseOfAnHdrHistogram() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        LatencyCounts counts = new LatencyCounts(new AtomicInteger(1000));
        Histogram expected = LatencyCounts.histogram();
        for (int i = 0; i < 100_000; i++) {
            long nanos = random.nextLong() >>> (28 + random.nextInt(36));
            nanos = Math.min(nanos, LatencyCounts.HIGHEST_NANOS);
            counts.record(nanos);
            expected.recordValue(nanos);
        }
        Histogram merged = LatencyCounts.histogram();
        counts.addTo(merged);
        assertThat(merged.getTotalCount()).as("seed %d", seed).isEqualTo(100_000);
        for (double percentile : PERCENTILES) {
            assertThat(merged.getValueAtPercentile(percentile))
                    .as("percentile %s, seed %d", percentile, seed)
                    .isEqualTo(expected.getValueAtPercentile(percentile));
        }
        assertThat(counts.count()).isEqualTo(100_000);
    }

    @Test
    void everyBucketBoundIsCountedWhereAnHdrHistogramCountsIt() {
        for (int bit = 0; bit < 36; bit++) {
            for (long off = -1; off <= 1; off++) {
                long nanos = Math.clamp((1L << bit) + off, 0, LatencyCounts.HIGHEST_NANOS);
                LatencyCounts counts = new LatencyCounts(new AtomicInteger(1));
                Histogram expected = LatencyCounts.histogram();
                counts.record(nanos);
                expected.recordValue(nanos);
                Histogram merged = LatencyCounts.histogram();
                counts.addTo(merged);
                assertThat(merged.getValueAtPercentile(100))
                        .as("%d ns", nanos)
                        .isEqualTo(expected.getValueAtPercentile(100));
            }
        }
    }

    @Test
    void whatIsOutOfRangeCountsAtTheEnd() {
        LatencyCounts counts = new LatencyCounts(new AtomicInteger(2));
        counts.record(Long.MAX_VALUE);
        counts.record(-5);
        Histogram merged = LatencyCounts.histogram();
        counts.addTo(merged);
        assertThat(merged.getTotalCount()).isEqualTo(2);
        assertThat(merged.getMinValue()).isZero();
        assertThat(merged.getMaxValue()).isGreaterThanOrEqualTo(LatencyCounts.HIGHEST_NANOS);
        assertThat(counts.sumNanos()).isEqualTo(LatencyCounts.HIGHEST_NANOS);
    }

    @Test
    void withoutARowALatencyIsCountedButInNoBucketAndClosingGivesRowsBack() {
        AtomicInteger rows = new AtomicInteger(1);
        LatencyCounts first = new LatencyCounts(rows);
        first.record(1_000);
        first.record(1_000_000_000);
        assertThat(first.count()).isEqualTo(2);
        assertThat(new Latency(List.of(first)).histogram().getTotalCount()).isEqualTo(1);
        LatencyCounts second = new LatencyCounts(rows);
        second.record(1_000);
        assertThat(new Latency(List.of(second)).histogram().getTotalCount()).isZero();
        first.close();
        assertThat(rows).hasValue(1);
        second.record(1_000);
        assertThat(new Latency(List.of(first, second)).histogram().getTotalCount()).isEqualTo(2);
    }
}
