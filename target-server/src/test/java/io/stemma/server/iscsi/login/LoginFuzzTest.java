package io.stemma.server.iscsi.login;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.server.iscsi.session.AccessPolicy;
import io.stemma.server.iscsi.session.ChapAccount;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Whatever comes, an answer, a wait or a close follows, and never an exception. */
class LoginFuzzTest {
    private static final int CONNECTIONS = 4_000;
    private static final int PDUS = 24;

    private static final String[] KEYS = {
        "InitiatorName",
        "TargetName",
        "SessionType",
        "AuthMethod",
        "CHAP_A",
        "CHAP_N",
        "CHAP_R",
        "CHAP_I",
        "CHAP_C",
        "HeaderDigest",
        "DataDigest",
        "MaxConnections",
        "SendTargets",
        "InitiatorAlias",
        "TargetAlias",
        "TargetAddress",
        "TargetPortalGroupTag",
        "InitialR2T",
        "ImmediateData",
        "MaxRecvDataSegmentLength",
        "MaxBurstLength",
        "FirstBurstLength",
        "DefaultTime2Wait",
        "DefaultTime2Retain",
        "MaxOutstandingR2T",
        "DataPDUInOrder",
        "ErrorRecoveryLevel",
        "TaskReporting",
        "iSCSIProtocolLevel",
        "IFMarker",
        "OFMarkInt",
        "X-com.example.k",
    };

    private static final String[] VALUES = {
        "",
        "Yes",
        "No",
        "0",
        "1",
        "512",
        "65536",
        "16777216",
        "0xffffffff",
        "0b",
        "0x00",
        "None",
        "CHAP",
        "CHAP,None",
        "CRC32C,None",
        "5",
        "8,7,6,5",
        "Discovery",
        "Normal",
        "All",
        "NotUnderstood",
        "Irrelevant",
        "Reject",
        "alice",
        Peer.HOST,
        Peer.DISK,
        "\u00e4\u2603",
    };

    private final AccessPolicy chap =
            new AccessPolicy(
                    List.of(),
                    List.of(),
                    List.of(new ChapAccount("alice", new byte[16])),
                    new ChapAccount("disk", new byte[20]));

    @Test
    void everyInputEndsInAnAnswerAWaitOrAClose() {
        long seed = Long.getLong("stemma.seed", new Random().nextLong());
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        int entered = 0;
        for (int round = 0; round < CONNECTIONS; round++) {
            Peer peer = new Peer();
            peer.target(Peer.DISK, random.nextInt(4) == 0 ? chap : AccessPolicy.OPEN).connect();
            for (int i = 0; i < PDUS && peer.connection.closed == null; i++) {
                byte[] pdu = pdu(peer, random);
                peer.connection.receive(pdu);
                checkAnswers(peer);
            }
            entered += peer.connection.applied == null ? 0 : 1;
        }
        // Otherwise the generator would test refusals only.
        assertThat(entered).as("logins that succeeded").isGreaterThan(CONNECTIONS / 50);
    }

    private static void checkAnswers(Peer peer) {
        int total = 0;
        for (byte[] answer : peer.connection.sent) {
            assertThat(answer.length).isGreaterThanOrEqualTo(48);
            total += answer.length - 48;
            assertThat(ByteBuffer.wrap(answer).getInt(4)).isEqualTo(answer.length - 48);
        }
        assertThat(peer.connection.sent).hasSizeLessThanOrEqualTo(1);
        assertThat(total).isLessThanOrEqualTo(262_144);
        peer.connection.sent.clear();
    }

    private static byte[] pdu(Peer peer, Random random) {
        boolean full = peer.connection.applied != null;
        byte[] pdu = full ? textPdu(peer, random) : peer.loginPdu(flags(random), text(random));
        int mutations = random.nextInt(3) == 0 ? random.nextInt(4) : 0;
        for (int i = 0; i < mutations; i++) {
            int at = random.nextInt(pdu.length);
            if (at < 4 || at > 7) {
                pdu[at] = (byte) random.nextInt();
            }
        }
        return pdu;
    }

    private static byte[] textPdu(Peer peer, Random random) {
        byte[] text = text(random);
        int[] opcodes = {0x04, 0x44, 0x44, 0x04, 0x40, 0x46, 0x41, 0x01};
        ByteBuffer pdu = ByteBuffer.allocate(48 + text.length);
        pdu.put(0, (byte) opcodes[random.nextInt(opcodes.length)]).put(1, (byte) random.nextInt());
        pdu.putInt(4, text.length).putInt(16, random.nextInt(3));
        pdu.putInt(20, random.nextInt(4) - 1).putInt(24, peer.cmdSn++);
        pdu.put(48, text);
        return pdu.array();
    }

    private static int flags(Random random) {
        int[] usual = {0x81, 0x83, 0x87, 0x87, 0x00, 0x04, 0x40, 0x44};
        return random.nextInt(6) == 0 ? random.nextInt(256) : usual[random.nextInt(usual.length)];
    }

    private static byte[] text(Random random) {
        if (random.nextInt(10) == 0) {
            byte[] noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            return noise;
        }
        StringBuilder text = new StringBuilder();
        if (random.nextInt(3) > 0) {
            text.append("InitiatorName=").append(Peer.HOST).append('\0');
            String place =
                    random.nextBoolean() ? "SessionType=Discovery" : "TargetName=" + Peer.DISK;
            text.append(place).append('\0');
        }
        int pairs = random.nextInt(5);
        for (int i = 0; i < pairs; i++) {
            text.append(KEYS[random.nextInt(KEYS.length)]).append('=');
            text.append(VALUES[random.nextInt(VALUES.length)]).append('\0');
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        return random.nextInt(8) == 0
                ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 1))
                : bytes;
    }
}
