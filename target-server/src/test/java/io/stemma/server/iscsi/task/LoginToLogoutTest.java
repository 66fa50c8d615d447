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

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The real login in front of the real full feature phase. */
class LoginToLogoutTest {
    private static final String TARGET = "iqn.2026-11.test:t";
    private static final String INITIATOR = "iqn.2026-11.test:i";

    private final MemoryDevice device = new MemoryDevice(1000);
    private final TargetDirectory directory = new TargetDirectory();
    private final Transport transport = Transport.best(1);
    private final InetSocketAddress address = start();

    private InetSocketAddress start() {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        directory.put(new TargetNode(TARGET, "", AccessPolicy.OPEN, new TargetDevice(TARGET, 1)));
        SessionDirectory sessions =
                new SessionDirectory(
                        FullFeatureHandler.phase(SessionTexts.of(directory), device),
                        SessionLimits.standard());
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
    void stop() {
        transport.close();
    }

    @Test
    void aSessionWithDigestsReadsWritesAsksForTargetsAndLeaves() {
        try (TestInitiator initiator = TestInitiator.connect(address)) {
            Map<String, String> keys = TestInitiator.keys(INITIATOR, TARGET);
            keys.put("HeaderDigest", "CRC32C,None");
            keys.put("DataDigest", "CRC32C");
            keys.put("MaxRecvDataSegmentLength", "8192");
            keys.put("InitialR2T", "No");
            keys.put("ImmediateData", "Yes");
            RawPdu login = initiator.login(7, 0, keys);
            assertThat(login.get16(36)).isZero();
            assertThat(TestInitiator.keysOf(login)).containsEntry("HeaderDigest", "CRC32C");
            byte[] data = new byte[40 * MemoryDevice.BLOCK];
            new Random(5).nextBytes(data);
            assertThat(DataOut.write(initiator, 3, data, false, true, 8192).status()).isZero();
            assertThat(initiator.run(initiator.read10(0, 3, 40, data.length)).data())
                    .isEqualTo(data);
            initiator.send(initiator.textRequest(Map.of("SendTargets", "")));
            RawPdu text = initiator.receive();
            assertThat(text.opcode()).isEqualTo(0x24);
            assertThat(TestInitiator.keysOf(text)).containsEntry("TargetName", TARGET);
            initiator.send(initiator.textRequest(Map.of("MaxRecvDataSegmentLength", "1024")));
            assertThat(initiator.receive().opcode()).isEqualTo(0x24);
            initiator.send(initiator.read10(0, 3, 4, 2048));
            assertThat(initiator.receive().data()).hasSize(1024);
            assertThat(initiator.outcome().data()).hasSize(1024);
            initiator.send(initiator.logout(0));
            assertThat(initiator.receive().opcode()).isEqualTo(0x26);
            assertThat(initiator.closedByTarget()).isTrue();
        }
    }

    @Test
    void aDiscoverySessionNamesTheTargetAtTheAddressItWasReached() {
        try (TestInitiator initiator = TestInitiator.connect(address)) {
            RawPdu login =
                    initiator.login(
                            8, 0, Map.of("InitiatorName", INITIATOR, "SessionType", "Discovery"));
            assertThat(login.get16(36)).isZero();
            initiator.send(initiator.textRequest(Map.of("SendTargets", "All")));
            Map<String, String> answer = TestInitiator.keysOf(initiator.receive());
            assertThat(answer).containsEntry("TargetName", TARGET);
            assertThat(answer.get("TargetAddress"))
                    .isEqualTo("127.0.0.1:" + address.getPort() + ",1");
        }
    }
}
