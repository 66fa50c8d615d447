package io.stemma.bench.micro;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.stemma.server.iscsi.pdu.PduEncoder;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

import java.util.concurrent.TimeUnit;

/**
 * Writing a batch of answers: Data-In with status and its trailer around data that is there
 * already, or SCSI Responses. Time is that of one PDU.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EncoderBenchmark {
    private static final int BATCH = 32;
    private static final byte[] NO_SENSE = {};

    /** Data of each Data-In. */
    @Param({"4096", "65536"})
    private int dataBytes;

    /** Header and data digest, or none. */
    @Param({"false", "true"})
    private boolean digests;

    private final PduEncoder encoder = new PduEncoder();
    private ByteBuf out = PooledByteBufAllocator.DEFAULT.directBuffer(0);

    /** Makes room for the batch. */
    @Setup
    public void makeRoom() {
        encoder.digests(digests, digests);
        out.release();
        out = PooledByteBufAllocator.DEFAULT.directBuffer(BATCH * encoder.lengthOf(dataBytes));
    }

    /** What reads are answered with; the data itself is not moved. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int dataIn() {
        out.clear();
        for (int tag = 0; tag < BATCH; tag++) {
            encoder.numbers(tag, tag, tag + 128);
            encoder.dataInWithStatus(out, tag, dataBytes, 0, 0, 0);
            int data = out.writerIndex();
            out.writerIndex(data + dataBytes);
            encoder.trailer(out, out, data, dataBytes);
        }
        return out.writerIndex();
    }

    /** What writes are answered with. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int response() {
        out.clear();
        for (int tag = 0; tag < BATCH; tag++) {
            encoder.numbers(tag, tag, tag + 128);
            encoder.scsiResponse(out, tag, 0, 0, 0, NO_SENSE, 0);
        }
        return out.writerIndex();
    }

    /** Gives the memory back. */
    @TearDown
    public void release() {
        out.release();
    }
}
