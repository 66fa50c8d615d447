package io.stemma.bench.micro;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.stemma.server.iscsi.pdu.PduDecoder;

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

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;

/** Cutting a received batch of SCSI Commands into PDUs. Time is that of one PDU. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DecoderBenchmark {
    private static final int BATCH = 32;
    private static final int HEADER_BYTES = 48;

    /** Immediate data of each command; 0 is a read. */
    @Param({"0", "4096", "65536"})
    private int dataBytes;

    /** Header and data digest, or none. */
    @Param({"false", "true"})
    private boolean digests;

    private final PduDecoder decoder = new PduDecoder(262_144);
    private ByteBuf received = PooledByteBufAllocator.DEFAULT.directBuffer(0);

    /** Lays out the batch. */
    @Setup
    public void layOut() {
        decoder.expect(262_144, digests, digests);
        received.release();
        received = PooledByteBufAllocator.DEFAULT.directBuffer(BATCH * (dataBytes + 64));
        for (int i = 0; i < BATCH; i++) {
            ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
            header.put(0, (byte) 1).put(1, (byte) (dataBytes == 0 ? 0xc1 : 0xa1));
            header.putInt(4, dataBytes).putInt(16, i).putInt(20, Math.max(dataBytes, 4096));
            header.put(32, (byte) (dataBytes == 0 ? 0x88 : 0x8a));
            append(header.array());
            if (dataBytes != 0) {
                append(new byte[dataBytes]);
            }
        }
    }

    private void append(byte[] part) {
        received.writeBytes(part);
        if (digests) {
            CRC32C digest = new CRC32C();
            digest.update(part);
            received.writeIntLE((int) digest.getValue());
        }
    }

    /** One batch. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int batch() {
        received.readerIndex(0);
        int tags = 0;
        while (decoder.next(received) == PduDecoder.Outcome.PDU) {
            tags += decoder.pdu().initiatorTaskTag();
        }
        if (received.isReadable()) {
            throw new IllegalStateException("the decoder refused " + decoder.reason());
        }
        return tags;
    }

    /** Gives the memory back. */
    @TearDown
    public void release() {
        received.release();
    }
}
