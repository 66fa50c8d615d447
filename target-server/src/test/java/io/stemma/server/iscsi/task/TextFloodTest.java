package io.stemma.server.iscsi.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.stemma.server.iscsi.login.LoginPhase;
import io.stemma.server.iscsi.login.LoginSettings;
import io.stemma.server.iscsi.login.SessionTexts;
import io.stemma.server.iscsi.session.AccessPolicy;
import io.stemma.server.iscsi.session.ConnectionInitializer;
import io.stemma.server.iscsi.session.Portal;
import io.stemma.server.iscsi.session.SessionDirectory;
import io.stemma.server.iscsi.session.SessionLimits;
import io.stemma.server.iscsi.session.TargetDirectory;
import io.stemma.server.iscsi.session.TargetNode;
import io.stemma.server.iscsi.session.Transport;
import io.stemma.server.scsi.TargetDevice;
import io.stemma.server.testing.RawPdu;
import io.stemma.server.testing.TestInitiator;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Text Requests without end, from sessions and from discovery, beside a session that works. */
class TextFloodTest {
    private static final String TARGET = "iqn.2026-11.test:t";
    private static final String INITIATOR = "iqn.2026-11.test:i";
    private static final int TARGETS = 200;
    private static final int FLOOD = 2_000;
    private static final int TEXT_RESPONSE = 0x24;
    private static final int REJECT = 0x3f;
    private static final int PINNED_BYTES_MAX = 4 << 20;

    private final long inUse = TestTarget.bytesInUse();
    private final MemoryDevice device = new MemoryDevice(1000);
    private final TargetDirectory directory = new TargetDirectory();
    private final Transport transport = Transport.best(1);
    private final SessionDirectory sessions =
            new SessionDirectory(
                    FullFeatureHandler.phase(SessionTexts.of(directory), device),
                    SessionLimits.standard());
    private final InetSocketAddress address = start();
    private final TestInitiator calm = session(INITIATOR + "-calm");

    private InetSocketAddress start() {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        for (int i = 0; i < TARGETS; i++) {
            String name = TARGET + (i == 0 ? "" : "." + i);
            directory.put(
                    new TargetNode(name, "", AccessPolicy.OPEN, new TargetDevice(name, 1 + i)));
        }
        LoginSettings settings =
                new LoginSettings(directory, AccessPolicy.OPEN, sessions, new Random(1));
        Channel listening =
                transport.listen(
                        any,
                        new ConnectionInitializer(
                                () -> new LoginPhase(settings), SessionLimits.standard()));
        InetSocketAddress bound = (InetSocketAddress) listening.localAddress();
        directory.portals(List.of(new Portal(bound, null, 1)));
        return bound;
    }

    @AfterEach
    void allMemoryIsGivenBack() {
        calm.close();
        Awaitility.await().until(() -> sessions.sessions().isEmpty());
        Awaitility.await().until(() -> TestTarget.bytesInUse() <= inUse);
        transport.close();
    }

    private TestInitiator session(String name) {
        TestInitiator initiator = TestInitiator.connect(address);
        assertThat(initiator.login(7, 0, TestInitiator.keys(name, TARGET)).get16(36)).isZero();
        return initiator;
    }

    private TestInitiator discovery() {
        TestInitiator initiator = TestInitiator.connect(address);
        Map<String, String> keys = Map.of("InitiatorName", INITIATOR, "SessionType", "Discovery");
        assertThat(initiator.login(8, 0, keys).get16(36)).isZero();
        return initiator;
    }

    private void calmGoesOn() {
        assertThat(calm.run(calm.read10(0, 0, 1, MemoryDevice.BLOCK)).status()).isZero();
        assertThat(TestTarget.bytesInUse() - inUse).isLessThan(PINNED_BYTES_MAX);
    }

    private static RawPdu immediate(TestInitiator from, RawPdu text) {
        from.cmdSn(from.cmdSn() - 1);
        return text.with8(0, 0x44).with32(24, from.cmdSn());
    }

    private static RawPdu asking(TestInitiator from, String which) {
        return immediate(from, from.textRequest(Map.of("SendTargets", which)));
    }

    @Test
    void askingForTargetsAgainAndAgainIsAnsweredEachTime() {
        try (TestInitiator flood = session(INITIATOR);
                TestInitiator found = discovery()) {
            for (TestInitiator each : List.of(flood, found)) {
                for (int i = 0; i < FLOOD; i++) {
                    each.send(asking(each, each == found ? "All" : ""));
                    assertThat(each.receive().opcode()).isEqualTo(TEXT_RESPONSE);
                    if (i % 100 == 0) {
                        calmGoesOn();
                    }
                }
            }
        }
    }

    @Test
    void whoAsksBeforeTheLastAnswerWasTakenUpIsRejectedAndCut() {
        try (TestInitiator flood = session(INITIATOR);
                TestInitiator found = discovery()) {
            for (TestInitiator each : List.of(flood, found)) {
                String which = each == found ? "All" : "";
                for (int i = 0; i < 100; i++) {
                    each.send(asking(each, which));
                }
                for (int i = 0; i < 65; i++) {
                    assertThat(each.receive().opcode()).isEqualTo(TEXT_RESPONSE);
                }
                assertThat(each.receive().opcode()).isEqualTo(REJECT);
                assertThat(each.closedByTarget()).isTrue();
                calmGoesOn();
            }
        }
    }

    @Test
    void anInitiatorThatAsksForTargetsAndDoesNotReadPinsLittle() {
        try (TestInitiator deaf = discovery()) {
            Thread sender =
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        for (int i = 0; i < 20 * FLOOD; i++) {
                                            deaf.sendIfOpen(
                                                    deaf.encode(
                                                            immediate(
                                                                    deaf,
                                                                    deaf.textRequest(
                                                                            Map.of(
                                                                                    "SendTargets",
                                                                                    "All")))));
                                        }
                                    });
            for (int i = 0; i < 200; i++) {
                calmGoesOn();
            }
            deaf.close();
            Awaitility.await().until(() -> !sender.isAlive());
        }
    }

    @Test
    void textThatNeverEndsIsRefusedAtItsBound() {
        try (TestInitiator endless = session(INITIATOR)) {
            byte[] piece = "X-".repeat(4000).getBytes(StandardCharsets.UTF_8);
            int transferTag = -1;
            int refused = 0;
            for (int i = 0; i < FLOOD; i++) {
                RawPdu text =
                        immediate(endless, endless.textRequest(Map.of()))
                                .with8(1, 0x40)
                                .with32(16, 5)
                                .with32(20, transferTag)
                                .withData(piece);
                endless.send(text);
                RawPdu answer = endless.receive();
                assertThat(answer.opcode()).isIn(TEXT_RESPONSE, REJECT);
                boolean over = answer.opcode() == REJECT;
                refused += over ? 1 : 0;
                transferTag = over ? -1 : answer.get32(20);
                if (i % 100 == 0) {
                    calmGoesOn();
                }
            }
            assertThat(refused).isGreaterThan(FLOOD / 20);
        }
    }
}
