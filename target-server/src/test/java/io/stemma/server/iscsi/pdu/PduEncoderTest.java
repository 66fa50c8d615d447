package io.stemma.server.iscsi.pdu;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Bytes written out by hand from the figures of RFC 7143, clause 11. */
class PduEncoderTest {
    private static final int TAG = 0x0a0b0c0d;

    private final ByteBuf out = PooledByteBufAllocator.DEFAULT.directBuffer(4096);
    private final PduEncoder encoder = new PduEncoder().numbers(0x11111111, 0x22222222, 0x33333333);

    @AfterEach
    void giveBack() {
        out.release();
    }

    private void written(String... words) {
        assertThat(ByteBufUtil.hexDump(out)).isEqualTo(String.join("", words).replace(" ", ""));
    }

    @Test
    void dataInWithStatusHasTheResidualAndStatSn() {
        encoder.dataInWithStatus(out, TAG, 5, 3, 0x1000, -7);
        out.writeBytes(new byte[] {1, 2, 3, 4, 5});
        encoder.trailer(out, out, 48, 5);
        written(
                "25 83 00 00 00 000005",
                "0000000000000000",
                "0a0b0c0d ffffffff",
                "11111111 22222222 33333333",
                "00000003 00001000 00000007",
                "0102030405 000000");
    }

    @Test
    void dataInWithoutStatusHasNoStatSn() {
        encoder.dataIn(out, TAG, 0x8000, 1, 0x8000, false);
        written(
                "25 00 00 00 00 008000",
                "0000000000000000",
                "0a0b0c0d ffffffff",
                "00000000 22222222 33333333",
                "00000001 00008000 00000000");
    }

    @Test
    void scsiResponsePutsTheSenseLengthInFrontOfTheSense() {
        byte[] sense = {0x70, 0, 5, 0, 0};
        encoder.scsiResponse(out, TAG, 2, 9, 4, sense, 5);
        written(
                "21 84 00 02 00 000007",
                "0000000000000000",
                "0a0b0c0d 00000000",
                "11111111 22222222 33333333",
                "00000004 00000000 00000009",
                "0005 7000050000 00");
    }

    @Test
    void readyToTransferNamesTagOffsetAndLength() {
        encoder.readyToTransfer(out, 0x0001000000000000L, TAG, 0x77, 2, 0x10000, 0x4000);
        written(
                "31 80 00 00 00 000000",
                "0001000000000000",
                "0a0b0c0d 00000077",
                "11111111 22222222 33333333",
                "00000002 00010000 00004000");
    }

    @Test
    void smallAnswersHaveTheirFieldsWhereTheStandardPutsThem() {
        encoder.taskManagementResponse(out, TAG, 5);
        written(
                "22 80 05 00 00 000000 0000000000000000 0a0b0c0d 00000000",
                "11111111 22222222 33333333 00000000 00000000 00000000");
        out.clear();
        encoder.logoutResponse(out, TAG, 1, 2, 20);
        written(
                "26 80 01 00 00 000000 0000000000000000 0a0b0c0d 00000000",
                "11111111 22222222 33333333 00000000 0002 0014 00000000");
        out.clear();
        encoder.asynchronousMessage(out, 3, 1, 2, 20);
        written(
                "32 80 00 00 00 000000 0000000000000000 ffffffff 00000000",
                "11111111 22222222 33333333 03000001 00020014 00000000");
    }

    @Test
    void nopInRepeatsPingData() {
        ByteBuf ping = Unpooled.wrappedBuffer(new byte[] {9, 8, 7});
        encoder.nopIn(out, 0, TAG, -1, ping, 1, 2);
        written(
                "20 80 00 00 00 000002 0000000000000000 0a0b0c0d ffffffff",
                "11111111 22222222 33333333 00000000 00000000 00000000",
                "0807 0000");
    }

    @Test
    void rejectCarriesTheHeaderItRejects() {
        byte[] header = new byte[48];
        header[0] = 0x10;
        header[47] = 0x55;
        ByteBuf rejected = Unpooled.wrappedBuffer(header);
        encoder.reject(out, RejectReason.SNACK_REJECT, Pdu.of(rejected));
        written(
                "3f 80 03 00 00 000030 0000000000000000 ffffffff 00000000",
                "11111111 22222222 33333333 00000000 00000000 00000000",
                ByteBufUtil.hexDump(header));
    }

    @Test
    void digestsAreCrc32cLowByteFirstAndCoverThePadding() {
        encoder.digests(true, true);
        encoder.numbers(0, 0, 0);
        byte[] whole = new byte[48 + 30];
        encoder.whole(out, whole);
        assertThat(out.readableBytes()).isEqualTo(encoder.lengthOf(30)).isEqualTo(48 + 4 + 32 + 4);
        // 32 zero bytes: the test value of RFC 7143, B.4.
        assertThat(ByteBufUtil.hexDump(out, 84, 4)).isEqualTo("aa36918a");
    }
}
