package io.stemma.server.iscsi.login;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.server.iscsi.session.AccessPolicy;
import io.stemma.server.iscsi.session.Portal;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;

class DiscoveryTest {
    private static final int FINAL = 0x80;
    private static final int NO_TAG = 0xffffffff;
    private static final AccessPolicy OTHERS =
            new AccessPolicy(List.of("iqn.*:somebody-else"), List.of(), List.of(), null);

    private final Peer peer =
            new Peer()
                    .target("iqn.2026-11.io.stemma:a", AccessPolicy.OPEN)
                    .target("iqn.2026-11.io.stemma:b", AccessPolicy.OPEN)
                    .target("iqn.2026-11.io.stemma:hidden", OTHERS);

    private Peer.Answer discover(String... more) {
        peer.connect();
        peer.login(
                Peer.flags(true, false, 0, 1),
                "InitiatorName=" + Peer.HOST,
                "SessionType=Discovery",
                "AuthMethod=None");
        Peer.Answer last = peer.login(Peer.flags(true, false, 1, 3), more);
        assertThat(last.status()).isZero();
        assertThat(last.tsih()).isNotZero();
        assertThat(peer.connection.phase).isInstanceOf(DiscoveryPhase.class);
        return last;
    }

    private static InetSocketAddress at(String host, int port) {
        return new InetSocketAddress(host, port);
    }

    @Test
    void allTargetsThatMayBeUsedAreListedWithTheirPortals() {
        discover("MaxRecvDataSegmentLength=32768");
        Peer.Answer answer = peer.textRequest(FINAL, NO_TAG, "SendTargets=All");
        assertThat(answer.bytes()[0]).isEqualTo((byte) 0x24);
        assertThat(answer.bytes()[1]).isEqualTo((byte) 0x80);
        assertThat(ByteBuffer.wrap(answer.bytes()).getInt(20)).isEqualTo(NO_TAG);
        assertThat(answer.text())
                .isEqualTo(
                        "TargetName=iqn.2026-11.io.stemma:a\0TargetAddress=127.0.0.1:3260,1\0"
                                + "TargetName=iqn.2026-11.io.stemma:b\0"
                                + "TargetAddress=127.0.0.1:3260,1\0");
    }

    @Test
    void discoveryNeedsNoOperationalKeysAndFindsThoseOfNormalSessionsIrrelevant() {
        Peer.Answer last =
                discover("InitialR2T=No", "MaxBurstLength=65536", "HeaderDigest=None,CRC32C");
        assertThat(last.text())
                .isEqualTo(
                        "InitialR2T=Irrelevant\0MaxBurstLength=Irrelevant\0HeaderDigest=None\0"
                                + "MaxRecvDataSegmentLength=8192\0");
    }

    @ParameterizedTest
    @CsvSource({
        "iqn.2026-11.io.stemma:b,"
                + " 'TargetName=iqn.2026-11.io.stemma:b|TargetAddress=127.0.0.1:3260,1|'",
        "IQN.2026-11.IO.stemma:B,"
                + " 'TargetName=iqn.2026-11.io.stemma:b|TargetAddress=127.0.0.1:3260,1|'",
        "iqn.2026-11.io.stemma:hidden, ''",
        "iqn.2026-11.io.stemma:none, ''",
        "'', 'SendTargets=Reject|'",
    })
    void oneTargetCanBeAskedFor(String asked, String expected) {
        discover();
        Peer.Answer answer = peer.textRequest(FINAL, NO_TAG, "SendTargets=" + asked);
        assertThat(answer.text().replace('\0', '|')).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        // listen, advertised, reached at, answer
        "0.0.0.0, , 10.1.2.3, '10.1.2.3:3260,1'",
        "127.0.0.1, , 127.0.0.1, '127.0.0.1:3260,1'",
        "0.0.0.0, disks.example.com, 10.1.2.3, 'disks.example.com:3260,1'",
        "0.0.0.0, 192.0.2.7, 10.1.2.3, '192.0.2.7:3260,1'",
        "::, , 2001:db8::5, '[2001:db8:0:0:0:0:0:5]:3260,1'",
        "2001:db8::5, , 2001:db8::5, '[2001:db8:0:0:0:0:0:5]:3260,1'",
        "127.0.0.1, , 10.1.2.3, ''",
    })
    void portalsAreNamedAsTheInitiatorCanReachThem(
            String listen, @Nullable String advertised, String reached, String expected) {
        InetSocketAddress named =
                advertised == null ? null : InetSocketAddress.createUnresolved(advertised, 3260);
        List<Portal> portals = List.of(new Portal(at(listen, 3260), named, 1));
        assertThat(String.join(" ", PortalAddresses.of(portals, at(reached, 3260))))
                .isEqualTo(expected);
    }

    @Test
    void thePortalThatTheInitiatorCameThroughIsNamedFirstAndNoneTwice() {
        List<Portal> portals =
                List.of(
                        new Portal(at("10.0.0.1", 3260), null, 2),
                        new Portal(at("10.0.0.2", 3261), null, 3),
                        new Portal(at("10.0.0.2", 3261), null, 3));
        assertThat(PortalAddresses.of(portals, at("10.0.0.2", 3261)))
                .containsExactly("10.0.0.2:3261,3", "10.0.0.1:3260,2");
        assertThat(PortalAddresses.tag(portals, at("10.0.0.2", 3261))).isEqualTo(3);
    }

    @Test
    void aLongListLeavesInPartsThatTheInitiatorTakes() {
        for (int i = 0; i < 100; i++) {
            peer.target("iqn.2026-11.io.stemma:many-" + (1000 + i), AccessPolicy.OPEN);
        }
        discover("MaxRecvDataSegmentLength=512");
        Peer.Answer part = peer.textRequest(FINAL, NO_TAG, "SendTargets=All");
        StringBuilder all = new StringBuilder();
        while (part.continues()) {
            assertThat(part.transit()).as("F").isFalse();
            assertThat(part.bytes()).hasSize(48 + 512);
            all.append(part.text());
            int tag = ByteBuffer.wrap(part.bytes()).getInt(20);
            assertThat(tag).isNotEqualTo(NO_TAG);
            part = peer.textRequest(FINAL, tag);
        }
        all.append(part.text());
        assertThat(part.transit()).as("F").isTrue();
        assertThat(all.toString().split("TargetName=", -1)).hasSize(1 + 102);
    }

    @Test
    void aRequestInPartsIsGathered() {
        discover();
        Peer.Answer empty = rawText(0x40, NO_TAG, "SendTar");
        assertThat(empty.text()).isEmpty();
        int tag = ByteBuffer.wrap(empty.bytes()).getInt(20);
        assertThat(tag).isNotEqualTo(NO_TAG);
        assertThat(rawText(FINAL, tag, "gets=All\0").text()).startsWith("TargetName=");
    }

    @Test
    void anExchangeThatTheInitiatorKeepsOpenStaysOpen() {
        discover();
        Peer.Answer first = peer.textRequest(0, NO_TAG, "MaxRecvDataSegmentLength=1024");
        int tag = ByteBuffer.wrap(first.bytes()).getInt(20);
        assertThat(first.transit()).as("F").isFalse();
        assertThat(tag).isNotEqualTo(NO_TAG);
        Peer.Answer last = peer.textRequest(FINAL, tag, "SendTargets=All");
        assertThat(last.transit()).as("F").isTrue();
        assertThat(last.text()).contains("TargetName=");
    }

    private Peer.Answer rawText(int flags, int tag, String text) {
        byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        ByteBuffer pdu = ByteBuffer.allocate(48 + bytes.length);
        pdu.put(0, (byte) 4).put(1, (byte) flags).putInt(4, bytes.length);
        pdu.putInt(16, 0x55).putInt(20, tag).putInt(24, peer.cmdSn++);
        pdu.put(48, bytes);
        peer.connection.receive(pdu.array());
        return peer.answer();
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 0})
    void aTagThatWasNotGivenIsAProtocolError(int tag) {
        discover();
        Peer.Answer answer = peer.textRequest(FINAL, tag, "SendTargets=All");
        assertThat(answer.bytes()[0]).isEqualTo((byte) 0x3f);
        assertThat(answer.bytes()[2]).isEqualTo((byte) 0x04);
        assertThat(answer.bytes()).hasSize(96);
        assertThat(answer.bytes()[48]).isEqualTo((byte) 0x04);
    }

    @Test
    void unknownKeysAreNotUnderstoodAndKeysOfTheLoginAreRejected() {
        discover();
        Peer.Answer answer =
                peer.textRequest(FINAL, NO_TAG, "X-com.example.a=1", "MaxBurstLength=65536");
        assertThat(answer.text())
                .isEqualTo("X-com.example.a=NotUnderstood\0MaxBurstLength=Reject\0");
    }

    @Test
    void pingsAreAnswered() {
        discover();
        byte[] ping = new byte[51];
        ping[0] = 0x40;
        ping[1] = (byte) 0x80;
        ping[7] = 3;
        ping[19] = 0x21;
        ping[49] = 9;
        peer.connection.receive(ping);
        byte[] pong = peer.answer().bytes();
        assertThat(pong).hasSize(51);
        assertThat(pong[0]).isEqualTo((byte) 0x20);
        assertThat(pong[19]).isEqualTo((byte) 0x21);
        assertThat(pong[49]).isEqualTo((byte) 9);
    }

    @ParameterizedTest
    @CsvSource({"0,0,0", "1,1,0", "1,2,1", "2,1,2"})
    void logoutEndsTheSession(int reason, int cid, int response) {
        discover();
        byte[] logout = new byte[48];
        logout[0] = 0x46;
        logout[1] = (byte) (0x80 | reason);
        logout[21] = (byte) cid;
        peer.connection.receive(logout);
        byte[] answer = peer.answer().bytes();
        assertThat(answer[0]).isEqualTo((byte) 0x26);
        assertThat(answer[2]).isEqualTo((byte) response);
        assertThat(peer.connection.closed != null).isEqualTo(response == 0);
    }

    @Test
    void commandsAreRejectedAndThoseOutsideTheWindowIgnored() {
        discover();
        byte[] command = new byte[48];
        command[0] = 0x41;
        peer.connection.receive(command);
        Peer.Answer answer = peer.answer();
        assertThat(answer.bytes()[0]).isEqualTo((byte) 0x3f);
        assertThat(answer.bytes()[2]).isEqualTo((byte) 0x05);
        command[0] = 0x01;
        command[27] = 50;
        peer.connection.receive(command);
        assertThat(peer.connection.sent).isEmpty();
    }
}
