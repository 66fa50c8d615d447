package io.stemma.server.iscsi.pdu;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.stemma.server.iscsi.pdu.PduDecoder.Outcome;
import io.stemma.server.testing.RawPdu;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;

class PduDecoderTest {
    private final ReceiveBuffer receive =
            new ReceiveBuffer(PooledByteBufAllocator.DEFAULT, new ReceiveMemory(0), 64 << 10);
    private final PduDecoder decoder = new PduDecoder(8192);

    @AfterEach
    void giveBack() {
        receive.close();
    }

    private static byte[] wire(RawPdu pdu, boolean headerDigest, boolean dataDigest) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(pdu.headers());
        if (headerDigest) {
            out.writeBytes(crc(pdu.headers()));
        }
        byte[] padded = Arrays.copyOf(pdu.data(), pdu.data().length + 3 & ~3);
        out.writeBytes(padded);
        if (dataDigest && padded.length > 0) {
            out.writeBytes(crc(padded));
        }
        return out.toByteArray();
    }

    private static byte[] crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt((int) crc.getValue())
                .array();
    }

    /** Receives pieces of the given sizes and renders every PDU that comes out. */
    private List<String> feed(byte[] bytes, Random cuts, int cutMax) {
        List<String> seen = new ArrayList<>();
        for (int at = 0; at < bytes.length; ) {
            ByteBuf room = receive.room(decoder.bytesWanted());
            int piece = Math.min(cutMax == 1 ? 1 : 1 + cuts.nextInt(cutMax), bytes.length - at);
            piece = Math.min(piece, room.writableBytes());
            room.writeBytes(bytes, at, piece);
            at += piece;
            Outcome outcome;
            while ((outcome = decoder.next(receive.bytes())) != Outcome.MORE) {
                seen.add(render(outcome));
                if (outcome == Outcome.BROKEN) {
                    return seen;
                }
            }
        }
        return seen;
    }

    private String render(Outcome outcome) {
        Pdu pdu = decoder.pdu();
        byte[] data = new byte[pdu.dataSegmentLength()];
        pdu.buffer().getBytes(pdu.dataIndex(), data);
        return outcome
                + " "
                + decoder.reason()
                + " "
                + pdu.opcode()
                + " "
                + pdu.additionalHeaderBytes()
                + " "
                + HexFormat.of().formatHex(data);
    }

    private static List<RawPdu> conversation() {
        byte[] data = new byte[8192];
        new Random(3).nextBytes(data);
        return List.of(
                new RawPdu(0x40, 0x80).withData(Arrays.copyOf(data, 5)),
                new RawPdu(0x01, 0xa1).withAdditional(new byte[20]).withData(data),
                new RawPdu(0x02, 0x81),
                new RawPdu(0x07, 0x80).withData(Arrays.copyOf(data, 33)),
                new RawPdu(0x05, 0x80).withData(Arrays.copyOf(data, 4096)),
                new RawPdu(0x46, 0x80));
    }

    @Test
    void theSamePdusComeOutHoweverTheStreamIsCut() {
        for (int digests = 0; digests < 4; digests++) {
            boolean headers = (digests & 1) != 0;
            boolean data = (digests & 2) != 0;
            decoder.expect(8192, headers, data);
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            conversation().forEach(pdu -> all.writeBytes(wire(pdu, headers, data)));
            List<String> whole = feed(all.toByteArray(), new Random(0), 1 << 20);
            assertThat(whole).hasSize(6);
            assertThat(whole.get(3)).startsWith("REJECTED COMMAND_NOT_SUPPORTED 7 ");
            assertThat(whole.stream().filter(s -> s.startsWith("PDU null"))).hasSize(5);
            assertThat(feed(all.toByteArray(), new Random(0), 1)).isEqualTo(whole);
            for (int seed = 0; seed < 40; seed++) {
                assertThat(feed(all.toByteArray(), new Random(seed), 3000))
                        .as("seed %d", seed)
                        .isEqualTo(whole);
            }
        }
    }

    @Test
    void anyMutationEndsInAPduAWaitOrARefusal() {
        for (int seed = 0; seed < 3000; seed++) {
            Random random = new Random(seed);
            PduDecoder fresh = new PduDecoder(8192);
            boolean digests = random.nextBoolean();
            fresh.expect(8192, digests, digests);
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            conversation().forEach(pdu -> all.writeBytes(wire(pdu, digests, digests)));
            byte[] bytes = all.toByteArray();
            for (int i = 0; i < 4; i++) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            }
            ByteBuf in = PooledByteBufAllocator.DEFAULT.directBuffer().writeBytes(bytes);
            int before = -1;
            Outcome outcome = Outcome.PDU;
            while (outcome != Outcome.MORE && outcome != Outcome.BROKEN) {
                outcome = fresh.next(in);
                assertThat(in.readerIndex() > before || outcome != Outcome.PDU)
                        .as("seed %d makes progress", seed)
                        .isTrue();
                before = in.readerIndex();
                assertThat(fresh.bytesWanted()).isBetween(48, 48 + 256 + 4 + 8192 + 4);
            }
            in.release();
        }
    }

    @Test
    void aLyingLengthIsRefusedOnTheHeaderAlone() {
        byte[] header = new RawPdu(0x05, 0x80).with8(5, 0).with16(6, 8193).headers();
        assertThat(feed(header, new Random(0), 48).getFirst())
                .startsWith("BROKEN INVALID_PDU_FIELD 5");
    }

    @Test
    void dataWhereTheOpcodeAllowsNoneIsRefused() {
        byte[] header = new RawPdu(0x02, 0x81).with16(6, 4).headers();
        assertThat(feed(header, new Random(0), 48).getFirst())
                .startsWith("BROKEN INVALID_PDU_FIELD");
    }

    @Test
    void additionalHeadersBeyondTheBoundOrOfAnotherOpcodeAreRefused() {
        assertThat(feed(new RawPdu(0x01, 0x81).with8(4, 65).headers(), new Random(0), 48))
                .singleElement()
                .asString()
                .startsWith("BROKEN");
    }

    @Test
    void additionalHeadersOfANopAreRefused() {
        assertThat(feed(new RawPdu(0x00, 0x80).with8(4, 1).headers(), new Random(0), 48))
                .singleElement()
                .asString()
                .startsWith("BROKEN");
    }

    @Test
    void aWrongHeaderDigestBreaksTheStreamWithoutAReason() {
        decoder.expect(8192, true, false);
        byte[] bytes = wire(new RawPdu(0x00, 0x80), true, false);
        bytes[20] ^= 1;
        assertThat(feed(bytes, new Random(0), 100).getFirst()).startsWith("BROKEN null");
    }

    @Test
    void aWrongDataDigestRejectsOnePduOnly() {
        decoder.expect(8192, false, true);
        byte[] bad = wire(new RawPdu(0x05, 0x80).withData(new byte[9]), false, true);
        bad[52] ^= 1;
        byte[] good = wire(new RawPdu(0x05, 0x80).withData(new byte[9]), false, true);
        ByteBuffer both = ByteBuffer.allocate(bad.length + good.length).put(bad).put(good);
        List<String> seen = feed(both.array(), new Random(0), 1000);
        assertThat(seen.get(0)).startsWith("REJECTED DATA_DIGEST_ERROR");
        assertThat(seen.get(1)).startsWith("PDU");
    }

    @Test
    void keptDataStaysWhileTheConnectionReceivesOn() {
        byte[] data = new byte[8192];
        Arrays.fill(data, (byte) 0x11);
        byte[] bytes = wire(new RawPdu(0x01, 0xa1).withData(data), false, false);
        List<ByteBuf> kept = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        int copied = 0;
        for (int i = 0; i < 100; i++) {
            for (int at = 0; at < bytes.length; ) {
                ByteBuf room = receive.room(decoder.bytesWanted());
                int piece = Math.min(bytes.length - at, room.writableBytes());
                room.writeBytes(bytes, at, piece);
                at += piece;
                if (decoder.next(receive.bytes()) == Outcome.PDU) {
                    if (receive.mayHold()) {
                        kept.add(decoder.pdu().buffer().retain());
                        places.add(decoder.pdu().dataIndex());
                    } else {
                        copied++;
                    }
                }
            }
        }
        assertThat(kept.stream().distinct().count()).isLessThan(ReceiveBuffer.BUFFERS_MAX);
        assertThat(copied).isPositive();
        for (int i = 0; i < kept.size(); i++) {
            byte[] now = new byte[data.length];
            kept.get(i).getBytes(places.get(i), now);
            assertThat(now).isEqualTo(data);
            kept.get(i).release();
        }
        assertThat(receive.mayHold()).isTrue();
    }
}
