package io.stemma.bench.micro;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;

/** CRC32C of a header and of data segments in direct memory (RFC 7143, 13.1). */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DigestBenchmark {
    /** Bytes covered: a header, and the data segments that the loopback benchmark moves. */
    @Param({"48", "4096", "65536", "262144"})
    private int bytes;

    private ByteBuffer segment = ByteBuffer.allocate(0);
    private final CRC32C digest = new CRC32C();

    /** Fills the segment. */
    @Setup
    public void fill() {
        segment = ByteBuffer.allocateDirect(bytes);
        for (int i = 0; i < bytes; i++) {
            segment.put(i, (byte) (i * 31));
        }
    }

    /** One digest. */
    @Benchmark
    public long crc32c() {
        digest.reset();
        segment.position(0);
        digest.update(segment);
        return digest.getValue();
    }
}
