package io.stemma.server.iscsi.pdu;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.stemma.engine.runtime.Invariant;
import io.stemma.server.iscsi.pdu.PduDecoder.Outcome;
import io.stemma.server.testing.FuzzPath;
import io.stemma.server.testing.FuzzRandom;

import java.util.zip.CRC32C;

/**
 * Streams of a few PDUs, valid, lying or noise, given to the decoder whole and in pieces: both must
 * see the same, and never look beyond what has come.
 */
public final class DecoderFuzz implements FuzzPath {
    private static final int STREAM_BYTES = 4096;
    private static final int[] LENGTHS_MAX = {0, 48, 512, 8192, 1 << 18};
    private static final int[] OPCODES = {0, 1, 1, 1, 2, 3, 4, 5, 5, 5, 6, 0x10, 0x40, 0x41, 0x3f};

    private final byte[] bytes = new byte[STREAM_BYTES];

    /** Without leak detection, which would take most of the time. */
    private final ByteBuf stream =
            new UnpooledByteBufAllocator(true, true).directBuffer(STREAM_BYTES, STREAM_BYTES);

    private final CRC32C crc = new CRC32C();
    private int length;
    private int lengthMax;
    private boolean headerDigest;
    private boolean dataDigest;
    private long seen;
    private long deep;

    @Override
    public void begin() {}

    @Override
    public void input(FuzzRandom random) {
        lengthMax = random.of(LENGTHS_MAX);
        int digests = random.below(8);
        headerDigest = digests == 1 || digests == 3;
        dataDigest = digests == 2 || digests == 3;
        make(random);
        stream.setIndex(0, length).setBytes(0, bytes, 0, length);
        PduDecoder decoder = decoder();
        seen = 0;
        stream.setIndex(0, length);
        boolean broken = drain(decoder);
        long whole = seen;
        int consumed = stream.readerIndex();
        seen = 0;
        inPieces(decoder(), random);
        Invariant.check(seen == whole, "a stream means the same however it is cut");
        Invariant.check(broken || stream.readerIndex() == consumed, "the same bytes are left");
    }

    private PduDecoder decoder() {
        PduDecoder decoder = new PduDecoder(lengthMax);
        decoder.expect(lengthMax, headerDigest, dataDigest);
        return decoder;
    }

    private void inPieces(PduDecoder decoder, FuzzRandom random) {
        int piece = random.oneIn(16) ? 1 : 1 + random.below(64);
        int end = 0;
        stream.setIndex(0, 0);
        boolean broken = false;
        while (end < length && !broken) {
            end = Math.min(end + piece, length);
            stream.writerIndex(end);
            broken = drain(decoder);
        }
    }

    /** Takes PDUs out; returns whether the stream is broken. */
    private boolean drain(PduDecoder decoder) {
        while (true) {
            int before = stream.readerIndex();
            Outcome outcome = decoder.next(stream);
            if (outcome == Outcome.MORE) {
                Invariant.check(stream.readerIndex() == before, "what is not whole stays");
                Invariant.check(
                        decoder.bytesWanted() > stream.readableBytes(), "more is wanted than came");
                return false;
            }
            note(outcome, decoder, before);
            if (outcome == Outcome.BROKEN) {
                return true;
            }
        }
    }

    private void note(Outcome outcome, PduDecoder decoder, int before) {
        Pdu pdu = decoder.pdu();
        RejectReason reason = decoder.reason();
        seen = seen * 31 + outcome.name().hashCode();
        seen = seen * 31 + (reason == null ? 0 : reason.name().hashCode());
        if (outcome == Outcome.BROKEN) {
            return;
        }
        deep++;
        int data = pdu.dataSegmentLength();
        seen = seen * 31 + stream.readerIndex() * 64L + pdu.opcode();
        Invariant.check(stream.readerIndex() >= before + Pdu.HEADER_BYTES, "a PDU has a header");
        Invariant.check(data <= lengthMax, "no data segment is longer than was agreed");
        Invariant.check(pdu.dataIndex() + data <= stream.readerIndex(), "data lies inside its PDU");
    }

    private void make(FuzzRandom random) {
        length = 0;
        if (random.oneIn(64)) {
            length = random.below(200);
            random.fill(bytes, 0, length);
            return;
        }
        int pdus = 1 + random.below(3);
        for (int i = 0; i < pdus; i++) {
            pdu(random);
        }
        for (int i = random.oneIn(2) ? random.below(4) : 0; i > 0; i--) {
            bytes[random.below(length)] = (byte) random.nextLong();
        }
        length -= random.oneIn(4) ? random.below(length) : 0;
    }

    private void pdu(FuzzRandom random) {
        int start = length;
        random.fill(bytes, start, start + Pdu.HEADER_BYTES);
        bytes[start] = (byte) (random.oneIn(16) ? random.below(256) : random.of(OPCODES));
        int additional = random.oneIn(8) ? random.below(8) : 0;
        int data = random.oneIn(2) ? random.below(random.oneIn(8) ? 700 : 48) : 0;
        bytes[start + 4] = (byte) additional;
        bytes[start + 5] = 0;
        bytes[start + 6] = (byte) (data >>> 8);
        bytes[start + 7] = (byte) data;
        length = start + Pdu.HEADER_BYTES;
        random.fill(bytes, length, length + additional * 4);
        length += additional * 4;
        if (headerDigest) {
            digest(start);
        }
        int from = length;
        random.fill(bytes, from, from + data);
        for (length += data; (length - from & 3) != 0; length++) {
            bytes[length] = 0;
        }
        if (dataDigest && data > 0) {
            digest(from);
        }
    }

    private void digest(int from) {
        crc.reset();
        crc.update(bytes, from, length - from);
        for (int value = (int) crc.getValue(), i = 0; i < 4; i++, value >>>= 8) {
            bytes[length++] = (byte) value;
        }
    }

    @Override
    public long deep() {
        return deep;
    }

    @Override
    public void close() {
        stream.release();
    }
}
