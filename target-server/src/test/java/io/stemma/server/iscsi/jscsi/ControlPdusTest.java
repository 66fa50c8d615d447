package io.stemma.server.iscsi.jscsi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import java.util.random.RandomGenerator;

/** Bytes written by hand from the layouts of RFC 7143, clause 11. */
class ControlPdusTest {
    private static final String LOGIN_REQUEST =
            """
            43 87 00 00  00 00 00 04  00 02 3d 00  00 01 00 00
            00 00 00 07  00 05 00 00  11 22 33 44  55 66 77 88
            00 00 00 00  00 00 00 00  00 00 00 00  00 00 00 00
            41 3d 42 00
            """;

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replaceAll("\\s", ""));
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static String hex(String spaced) {
        return spaced.replaceAll("\\s", "");
    }

    @Test
    void aLoginRequestIsRead() {
        LoginRequest login = (LoginRequest) ControlPdus.parse(bytes(LOGIN_REQUEST));
        assertThat(login.transit()).isTrue();
        assertThat(login.continues()).isFalse();
        assertThat(login.currentStage()).isEqualTo(1);
        assertThat(login.nextStage()).isEqualTo(3);
        assertThat(login.versionMax()).isZero();
        assertThat(login.versionMin()).isZero();
        assertThat(login.isid()).isEqualTo(0x00023d000001L);
        assertThat(login.tsih()).isZero();
        assertThat(login.initiatorTaskTag()).isEqualTo(7);
        assertThat(login.cid()).isEqualTo(5);
        assertThat(login.cmdSn()).isEqualTo(0x11223344);
        assertThat(login.expStatSn()).isEqualTo(0x55667788);
        assertThat(new String(login.text(), StandardCharsets.UTF_8)).isEqualTo("A=B\0");
    }

    @Test
    void everyIsidFormAndEveryUnsignedFieldIsReadWhole() {
        for (int first = 0; first < 256; first += 17) {
            byte[] pdu = bytes(LOGIN_REQUEST);
            for (int i = 8; i < 16; i++) {
                pdu[i] = (byte) (first ^ i);
            }
            pdu[20] = (byte) 0xff;
            LoginRequest login = (LoginRequest) ControlPdus.parse(pdu);
            long isid = 0;
            for (int i = 8; i < 14; i++) {
                isid = isid << 8 | (first ^ i);
            }
            assertThat(login.isid()).isEqualTo(isid);
            assertThat(login.tsih()).isEqualTo((first ^ 14) << 8 | (first ^ 15));
            assertThat(login.cid()).isEqualTo(0xff05);
        }
    }

    @Test
    void reservedBitsOfALoginRequestAreIgnored() {
        byte[] pdu = bytes(LOGIN_REQUEST);
        pdu[0] |= (byte) 0x80;
        pdu[1] |= 0x30;
        pdu[22] = 1;
        pdu[23] = 2;
        for (int i = 32; i < 48; i++) {
            pdu[i] = (byte) 0xff;
        }
        assertThat(ControlPdus.parse(pdu)).isInstanceOf(LoginRequest.class);
    }

    @Test
    void theNextStageIsIgnoredWithoutTheTransitBit() {
        byte[] pdu = bytes(LOGIN_REQUEST);
        pdu[1] = 0x46;
        LoginRequest login = (LoginRequest) ControlPdus.parse(pdu);
        assertThat(login.continues()).isTrue();
        assertThat(login.currentStage()).isEqualTo(1);
        assertThat(login.nextStage()).isZero();
    }

    @Test
    void aTextRequestIsRead() {
        byte[] pdu =
                bytes(
                        """
                        04 80 00 00  00 00 00 10  01 02 03 04  05 06 07 08
                        00 00 00 09  ff ff ff ff  00 00 00 02  00 00 00 03
                        00 00 00 00  00 00 00 00  00 00 00 00  00 00 00 00
                        53 65 6e 64  54 61 72 67  65 74 73 3d  41 6c 6c 00
                        """);
        TextRequest text = (TextRequest) ControlPdus.parse(pdu);
        assertThat(text.immediate()).isFalse();
        assertThat(text.finalBit()).isTrue();
        assertThat(text.continues()).isFalse();
        assertThat(text.lun()).isEqualTo(0x0102030405060708L);
        assertThat(text.initiatorTaskTag()).isEqualTo(9);
        assertThat(text.targetTransferTag()).isEqualTo(-1);
        assertThat(text.cmdSn()).isEqualTo(2);
        assertThat(text.expStatSn()).isEqualTo(3);
        assertThat(text.text()).asString(StandardCharsets.UTF_8).isEqualTo("SendTargets=All\0");
    }

    @Test
    void aTextRequestThatContinuesIsReadWithAnUnpaddedLength() {
        byte[] pdu =
                bytes(
                        """
                        44 40 00 00  00 00 00 01  00 00 00 00  00 00 00 00
                        80 00 00 09  00 00 00 01  ff ff ff ff  80 00 00 03
                        00 00 00 00  00 00 00 00  00 00 00 00  00 00 00 00
                        53
                        """);
        TextRequest text = (TextRequest) ControlPdus.parse(pdu);
        assertThat(text.immediate()).isTrue();
        assertThat(text.finalBit()).isFalse();
        assertThat(text.continues()).isTrue();
        assertThat(text.initiatorTaskTag()).isEqualTo(0x80000009);
        assertThat(text.cmdSn()).isEqualTo(-1);
        assertThat(text.text()).containsExactly(0x53);
    }

    @Test
    void aLogoutRequestIsRead() {
        byte[] pdu =
                bytes(
                        """
                        46 81 00 00  00 00 00 00  00 00 00 00  00 00 00 00
                        00 00 00 0a  ff fe 00 00  00 00 00 04  00 00 00 05
                        00 00 00 00  00 00 00 00  00 00 00 00  00 00 00 00
                        """);
        LogoutRequest logout = (LogoutRequest) ControlPdus.parse(pdu);
        assertThat(logout).isEqualTo(new LogoutRequest(true, 1, 10, 0xfffe, 4, 5));
    }

    @Test
    void aLogoutForAReasonThatDoesNotExistIsRefused() {
        byte[] pdu = new byte[48];
        pdu[0] = 0x06;
        pdu[1] = (byte) 0xff;
        assertThat(ControlPdus.parse(pdu)).isInstanceOf(ControlPdu.Malformed.class);
    }

    @Test
    void aNopOutIsRead() {
        byte[] pdu =
                bytes(
                        """
                        40 80 00 00  00 00 00 03  00 01 00 00  00 00 00 00
                        00 00 00 0b  00 00 00 0c  00 00 00 06  00 00 00 07
                        00 00 00 00  00 00 00 00  00 00 00 00  00 00 00 00
                        01 02 03
                        """);
        NopOut nop = (NopOut) ControlPdus.parse(pdu);
        assertThat(nop.immediate()).isTrue();
        assertThat(nop.lun()).isEqualTo(0x0001000000000000L);
        assertThat(nop.initiatorTaskTag()).isEqualTo(11);
        assertThat(nop.targetTransferTag()).isEqualTo(12);
        assertThat(nop.cmdSn()).isEqualTo(6);
        assertThat(nop.expStatSn()).isEqualTo(7);
        assertThat(nop.data()).containsExactly(1, 2, 3);
    }

    @Test
    void aLoginResponseIsWritten() {
        byte[] text = "AuthMethod=None\0".getBytes(StandardCharsets.UTF_8);
        LoginResponse response =
                new LoginResponse(
                        true, false, 0, 1, 0xc0ffee123456L, 0xfedc, 7, 0x80000001, 5, 6, 0, text);
        assertThat(hex(ControlPdus.encode(response)))
                .isEqualTo(
                        hex(
                                """
                                23 81 00 00  00 00 00 10  c0 ff ee 12  34 56 fe dc
                                00 00 00 07  00 00 00 00  80 00 00 01  00 00 00 05
                                00 00 00 06  00 00 00 00  00 00 00 00  00 00 00 00
                                41 75 74 68  4d 65 74 68  6f 64 3d 4e  6f 6e 65 00
                                """));
    }

    @Test
    void aLoginResponseThatEndsTheLoginOrContinuesIsWritten() {
        byte[] last =
                ControlPdus.encode(
                        new LoginResponse(true, false, 1, 3, 1, 2, 3, 4, 5, 6, 0, new byte[0]));
        assertThat(last[1]).isEqualTo((byte) 0x87);
        byte[] more =
                ControlPdus.encode(
                        new LoginResponse(false, true, 1, 0, 1, 2, 3, 4, 5, 6, 0, new byte[3]));
        assertThat(more[1]).isEqualTo((byte) 0x44);
        assertThat(more).hasSize(51);
        assertThat(more[7]).isEqualTo((byte) 3);
    }

    @Test
    void everyLoginStatusIsWritten() {
        int[] codes = {
            0x0000, 0x0101, 0x0102, 0x0200, 0x0201, 0x0202, 0x0203, 0x0204, 0x0205, 0x0206, 0x0207,
            0x0208, 0x0209, 0x020a, 0x020b, 0x0300, 0x0301, 0x0302
        };
        for (int code : codes) {
            byte[] pdu =
                    ControlPdus.encode(
                            new LoginResponse(
                                    false, false, 0, 0, 1, 0, 3, 4, 5, 6, code, new byte[0]));
            assertThat((pdu[36] & 0xff) << 8 | (pdu[37] & 0xff)).isEqualTo(code);
        }
    }

    @Test
    void aTextResponseIsWritten() {
        TextResponse response =
                new TextResponse(
                        false, true, 0x0102030405060708L, 9, 0x20, 3, 4, 5, new byte[] {0x41});
        assertThat(hex(ControlPdus.encode(response)))
                .isEqualTo(
                        hex(
                                """
                                24 40 00 00  00 00 00 01  01 02 03 04  05 06 07 08
                                00 00 00 09  00 00 00 20  00 00 00 03  00 00 00 04
                                00 00 00 05  00 00 00 00  00 00 00 00  00 00 00 00
                                41
                                """));
        TextResponse last = new TextResponse(true, false, 0, 9, -1, 3, 4, 5, new byte[0]);
        assertThat(hex(ControlPdus.encode(last)))
                .isEqualTo(
                        hex(
                                """
                                24 80 00 00  00 00 00 00  00 00 00 00  00 00 00 00
                                00 00 00 09  ff ff ff ff  00 00 00 03  00 00 00 04
                                00 00 00 05  00 00 00 00  00 00 00 00  00 00 00 00
                                """));
    }

    @Test
    void aLogoutResponseIsWritten() {
        assertThat(hex(ControlPdus.encode(new LogoutResponse(0, 10, 3, 4, 5, 2, 20))))
                .isEqualTo(
                        hex(
                                """
                                26 80 00 00  00 00 00 00  00 00 00 00  00 00 00 00
                                00 00 00 0a  00 00 00 00  00 00 00 03  00 00 00 04
                                00 00 00 05  00 00 00 00  00 02 00 14  00 00 00 00
                                """));
        for (int response = 0; response < 4; response++) {
            assertThat(ControlPdus.encode(new LogoutResponse(response, 1, 3, 4, 5, 0, 0))[2])
                    .isEqualTo((byte) response);
        }
    }

    @Test
    void aNopInThatAnswersIsWritten() {
        assertThat(hex(ControlPdus.encode(new NopIn(0, 11, -1, 3, 4, 5, new byte[] {1, 2, 3}))))
                .isEqualTo(
                        hex(
                                """
                                20 80 00 00  00 00 00 03  00 00 00 00  00 00 00 00
                                00 00 00 0b  ff ff ff ff  00 00 00 03  00 00 00 04
                                00 00 00 05  00 00 00 00  00 00 00 00  00 00 00 00
                                01 02 03
                                """));
    }

    @Test
    void aNopInThatAsksIsWritten() {
        NopIn ask = new NopIn(0x0001000000000000L, -1, 12, 0xffffffff, 0x80000000, 5, new byte[0]);
        assertThat(hex(ControlPdus.encode(ask)))
                .isEqualTo(
                        hex(
                                """
                                20 80 00 00  00 00 00 00  00 01 00 00  00 00 00 00
                                ff ff ff ff  00 00 00 0c  ff ff ff ff  80 00 00 00
                                00 00 00 05  00 00 00 00  00 00 00 00  00 00 00 00
                                """));
    }

    @Test
    void whatIsNoControlPduNeverReachesTheParser() {
        for (int opcode = 0; opcode < 64; opcode++) {
            byte[] pdu = new byte[48];
            pdu[0] = (byte) opcode;
            boolean ours = opcode == 0 || opcode == 3 || opcode == 4 || opcode == 6;
            assertThat(
                            ControlPdus.parse(pdu) instanceof ControlPdu.Malformed refused
                                    && refused.why().contains("no control PDU"))
                    .isEqualTo(!ours);
        }
    }

    @Test
    void lengthsThatLieAreRefused() {
        byte[] longer = bytes(LOGIN_REQUEST);
        longer[7] = 5;
        assertThat(ControlPdus.parse(longer)).isInstanceOf(ControlPdu.Malformed.class);
        byte[] huge = bytes(LOGIN_REQUEST);
        huge[5] = (byte) 0xff;
        assertThat(ControlPdus.parse(huge)).isInstanceOf(ControlPdu.Malformed.class);
        byte[] additional = bytes(LOGIN_REQUEST);
        additional[4] = 1;
        assertThat(ControlPdus.parse(additional)).isInstanceOf(ControlPdu.Malformed.class);
        assertThat(ControlPdus.parse(new byte[47])).isInstanceOf(ControlPdu.Malformed.class);
    }

    @Test
    void anyHeaderIsReadOrRefusedButNothingIsThrown() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        RandomGenerator random = new Random(seed);
        int[] opcodes = {0x00, 0x03, 0x04, 0x06};
        for (int round = 0; round < 20_000; round++) {
            byte[] pdu = new byte[48 + random.nextInt(8)];
            random.nextBytes(pdu);
            pdu[0] = (byte) ((pdu[0] & 0xc0) | opcodes[random.nextInt(4)]);
            pdu[4] = 0;
            pdu[5] = 0;
            pdu[6] = 0;
            pdu[7] = (byte) (pdu.length - 48);
            assertThat(ControlPdus.parse(pdu)).isNotNull();
        }
    }
}
