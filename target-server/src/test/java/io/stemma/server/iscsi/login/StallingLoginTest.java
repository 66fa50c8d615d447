package io.stemma.server.iscsi.login;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.PooledByteBufAllocator;
import io.stemma.server.iscsi.session.AccessPolicy;
import io.stemma.server.iscsi.session.ChapAccount;
import io.stemma.server.iscsi.session.ConnectionInitializer;
import io.stemma.server.iscsi.session.SessionLimits;
import io.stemma.server.iscsi.session.Transport;
import io.stemma.server.testing.RawPdu;
import io.stemma.server.testing.TestInitiator;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Logins that do not end, over real connections; a discovery session goes on beside each. */
class StallingLoginTest {
    private static final int LOGINS_MAX = 16;
    private static final int ADDRESS_MAX = LOGINS_MAX - LOGINS_MAX / 4;

    private final Peer peer =
            new Peer()
                    .target(
                            Peer.DISK,
                            new AccessPolicy(
                                    List.of(),
                                    List.of(),
                                    List.of(new ChapAccount("alice", new byte[16])),
                                    null));
    private final SessionLimits limits =
            new SessionLimits(
                    16, LOGINS_MAX, 2, 16, 4, 1 << 20, 1 << 20, 4 << 20, 1, 1, 1, 1 << 18, 1);
    private final LoginSettings settings =
            new LoginSettings(peer.directory, AccessPolicy.OPEN, peer, new Random(7));
    private final ConnectionInitializer connections =
            new ConnectionInitializer(() -> new LoginPhase(settings), limits);
    private final long inUse = PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
    private final Transport transport = Transport.best(1);
    private final InetSocketAddress portal =
            (InetSocketAddress)
                    transport
                            .listen(
                                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                                    connections)
                            .localAddress();

    @AfterEach
    void nothingIsLeft() {
        Awaitility.await().until(() -> connections.loggingIn() == 0);
        Awaitility.await()
                .until(() -> PooledByteBufAllocator.DEFAULT.pinnedDirectMemory() <= inUse);
        transport.close();
    }

    private static byte[] request(int flags, String text) {
        byte[] data = text.getBytes(StandardCharsets.UTF_8);
        RawPdu pdu = new RawPdu(0x43, flags).with64(8, 1L << 16).with32(24, 1).withData(data);
        byte[] headers = pdu.headers();
        byte[] whole = Arrays.copyOf(headers, 48 + (data.length + 3 & ~3));
        System.arraycopy(data, 0, whole, 48, data.length);
        return whole;
    }

    private static byte[] names(String more) {
        return request(
                0x81, "InitiatorName=" + Peer.HOST + "\0TargetName=" + Peer.DISK + "\0" + more);
    }

    /** Somebody else logs in, asks for the targets and leaves, however long others dawdle. */
    private void othersLogIn() {
        try (TestInitiator other = TestInitiator.connect(portal)) {
            RawPdu response =
                    other.login(
                            9, 0, Map.of("InitiatorName", Peer.HOST, "SessionType", "Discovery"));
            assertThat(response.get16(36)).isZero();
            other.send(other.textRequest(Map.of("SendTargets", "All")));
            assertThat(other.receive().opcode()).isEqualTo(0x24);
        }
    }

    @Test
    void aLoginThatStallsAnywhereIsGivenUp() {
        byte[] login = names("AuthMethod=CHAP\0");
        List<TestInitiator> stalled = new ArrayList<>();
        for (int length : new int[] {0, 1, 47, 48, 60, login.length - 1, login.length}) {
            TestInitiator one = TestInitiator.connect(portal);
            one.sendBytes(Arrays.copyOf(login, length));
            stalled.add(one);
        }
        TestInitiator inChap = TestInitiator.connect(portal);
        inChap.sendBytes(login);
        assertThat(TestInitiator.keysOf(inChap.receive())).containsEntry("AuthMethod", "CHAP");
        inChap.sendBytes(request(0x00, "CHAP_A=5\0"));
        assertThat(TestInitiator.keysOf(inChap.receive())).containsEntry("CHAP_A", "5");
        stalled.add(inChap);
        othersLogIn();
        for (TestInitiator one : stalled) {
            assertThat(one.closedAfterWhatever()).isTrue();
            one.close();
        }
    }

    @Test
    void bytesThatDripDoNotLengthenTheLogin() {
        byte[] login = names("AuthMethod=CHAP\0");
        try (TestInitiator drip = TestInitiator.connect(portal)) {
            int[] sent = {0};
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(20))
                    .until(
                            () -> {
                                int next = Math.min(sent[0]++, login.length - 2);
                                drip.sendIfOpen(Arrays.copyOfRange(login, next, next + 1));
                                return connections.loggingIn() == 0;
                            });
            othersLogIn();
            assertThat(drip.closedAfterWhatever()).isTrue();
        }
    }

    @Test
    void aTextThatNeverEndsIsRefused() {
        for (int bytes : new int[] {0, 1, 8000}) {
            try (TestInitiator endless = TestInitiator.connect(portal)) {
                RawPdu answer = null;
                int sent = 0;
                do {
                    endless.sendBytes(request(0x40, "x".repeat(bytes)));
                    sent++;
                    answer = endless.receive();
                } while (answer.get16(36) == 0);
                assertThat(answer.get16(36)).isEqualTo(0x0200);
                assertThat(sent).isLessThanOrEqualTo(LoginPhase.REQUESTS_MAX + 1);
                othersLogIn();
                assertThat(endless.closedAfterWhatever()).isTrue();
            }
        }
    }

    @Test
    void oneAddressGetsThreeQuartersOfThePlacesAndThousandsAreTurnedAway() {
        List<TestInitiator> silent = new ArrayList<>();
        for (int i = 0; i < ADDRESS_MAX; i++) {
            silent.add(TestInitiator.connect(portal));
        }
        Awaitility.await().until(() -> connections.loggingIn() == ADDRESS_MAX);
        for (int i = 0; i < 2_000; i++) {
            try (TestInitiator turnedAway = TestInitiator.connect(portal)) {
                assertThat(turnedAway.closedAfterWhatever()).isTrue();
            }
        }
        assertThat(connections.loggingIn()).isLessThanOrEqualTo(ADDRESS_MAX);
        for (TestInitiator one : silent) {
            assertThat(one.closedAfterWhatever()).isTrue();
            one.close();
        }
        Awaitility.await().until(() -> connections.loggingIn() == 0);
        othersLogIn();
    }
}
