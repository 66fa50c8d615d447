package io.stemma.server.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;

import io.stemma.server.cli.Administration;
import io.stemma.server.cli.ControlProtocol;
import io.stemma.server.cli.SocketAdministration;
import io.stemma.server.testing.TestInitiator;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** The whole server in this process, asked over the network and over its control socket. */
class TargetServerTest {
    private static final String ONE = "iqn.2026-11.com.example:one";
    private static final String TWO = "iqn.2026-11.com.example:two";
    private static final String HOST = "iqn.2026-11.com.example.host:me";
    private static final int REFUSED = 0x0201;
    private static final int FORBIDDEN = 0x0202;
    private static final Map<String, String> ENVIRONMENT =
            Map.of("HOST", "secret-of-the-host", "OURS", "secret-of-the-target");

    private static final String TWO_TARGETS =
            """
            listen: ["127.0.0.1:0"]
            volumes: [{name: v, size: 2MiB}, {name: w, size: 1MiB, blockSize: 4096}]
            targets:
              - {name: iqn.2026-11.com.example:one, luns: [{lun: 0, volume: w}]}
              - {name: iqn.2026-11.com.example:two, luns: [{lun: 0, volume: w}]}
            """;

    @TempDir Path folder;
    private @Nullable TargetServer server;

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    private TargetServer start(String yaml) throws Exception {
        Configuration configuration = ConfigurationReader.parse(yaml, "stemma.yaml", folder);
        TargetServer started =
                TargetServer.start(
                        folder, configuration, false, configuration.portals(), ENVIRONMENT);
        server = started;
        return started;
    }

    private InetSocketAddress portal(int index) {
        return Objects.requireNonNull(server).portals().get(index).listen();
    }

    private ObjectNode run(String operation, String arguments) throws Exception {
        try (Administration administration = SocketAdministration.of(folder).orElseThrow()) {
            return administration.perform(
                    operation,
                    (ObjectNode) ControlProtocol.JSON.readTree(arguments.replace('\'', '"')));
        }
    }

    private TestInitiator login(String target) {
        TestInitiator initiator = TestInitiator.connect(portal(0));
        assertThat(new LoginClient(initiator, HOST, target).plain()).isZero();
        return initiator;
    }

    private int plain(String initiatorName, String target) {
        try (TestInitiator initiator = TestInitiator.connect(portal(0))) {
            return new LoginClient(initiator, initiatorName, target).plain();
        }
    }

    private static int ready(TestInitiator initiator, int lun) {
        return initiator.run(initiator.command(0x80, lun, 0, new byte[16])).sense();
    }

    private static long lastBlock(TestInitiator initiator, int lun) {
        byte[] data =
                initiator
                        .run(initiator.command(0xc0, lun, 8, TestInitiator.cdb10(0x25, 0, 0)))
                        .data();
        return ByteBuffer.wrap(data).getInt() & 0xffff_ffffL;
    }

    private String discover(int portal) {
        try (TestInitiator initiator = TestInitiator.connect(portal(portal))) {
            LoginClient client = new LoginClient(initiator, HOST, "");
            assertThat(client.plain()).isZero();
            return client.sendTargets();
        }
    }

    @Test
    void aResizeIsSeenByEverySessionOfEveryTargetThatShowsTheVolume() throws Exception {
        start(TWO_TARGETS);
        for (String target : new String[] {ONE, TWO}) {
            run("lun.map", "{'target':'" + target + "','volume':'v','lun':1}");
        }
        run("volume.create", "{'name':'x','size':'1MiB'}");
        run("lun.map", "{'target':'" + ONE + "','volume':'x','lun':2}");
        run("lun.map", "{'target':'" + TWO + "','volume':'x','lun':2}");
        try (TestInitiator one = login(ONE);
                TestInitiator two = login(TWO)) {
            assertThat(ready(one, 2)).isZero();
            assertThat(ready(two, 2)).isZero();
            run("volume.resize", "{'name':'x','size':'3MiB'}");
            for (TestInitiator initiator : new TestInitiator[] {one, two}) {
                assertThat(ready(initiator, 1)).as("another volume").isZero();
                assertThat(ready(initiator, 2)).isEqualTo(0x062a09);
                assertThat(ready(initiator, 2)).isZero();
                assertThat(lastBlock(initiator, 2)).isEqualTo(3 * 2048 - 1);
            }
        }
    }

    @Test
    void aWriteCacheThatTheAdministratorSwitchesIsToldEverySession() throws Exception {
        start(TWO_TARGETS);
        run("volume.create", "{'name':'x','size':'1MiB'}");
        run("lun.map", "{'target':'" + ONE + "','volume':'x','lun':2}");
        run("lun.map", "{'target':'" + TWO + "','volume':'x','lun':2}");
        try (TestInitiator one = login(ONE);
                TestInitiator two = login(TWO)) {
            run("volume.writeCache", "{'name':'x','writeCache':false}");
            for (TestInitiator initiator : new TestInitiator[] {one, two}) {
                assertThat(ready(initiator, 0)).as("another volume").isZero();
                assertThat(ready(initiator, 2)).isEqualTo(0x062a01);
                assertThat(ready(initiator, 2)).isZero();
            }
        }
    }

    @Test
    void aMappingIsSeenByThoseWhoAreLoggedIn() throws Exception {
        start(TWO_TARGETS);
        try (TestInitiator one = login(ONE);
                TestInitiator two = login(TWO)) {
            assertThat(ready(one, 0)).isZero();
            assertThat(ready(one, 5)).isEqualTo(0x052500);
            run("lun.map", "{'target':'" + ONE + "','volume':'v','lun':5}");
            assertThat(ready(one, 0)).isEqualTo(0x063f0e);
            assertThat(lastBlock(one, 0)).isEqualTo(255);
            assertThat(ready(one, 5)).isIn(0, 0x063f0e);
            assertThat(lastBlock(one, 5)).isEqualTo(4095);
            assertThat(ready(two, 0)).as("another target").isZero();
            run("lun.unmap", "{'target':'" + ONE + "','lun':5}");
            assertThat(ready(one, 5)).isEqualTo(0x052500);
            assertThat(ready(one, 0)).isEqualTo(0x063f0e);
            assertThat(ready(one, 0)).isZero();
        }
    }

    @Test
    void aReadOnlyMappingRefusesWritesAndTheOtherMappingOfTheVolumeTakesThem() throws Exception {
        start(TWO_TARGETS);
        run("lun.map", "{'target':'" + ONE + "','volume':'v','lun':1,'readOnly':true}");
        run("lun.map", "{'target':'" + TWO + "','volume':'v','lun':1}");
        byte[] block = new byte[512];
        block[7] = 7;
        try (TestInitiator one = login(ONE);
                TestInitiator two = login(TWO)) {
            one.send(one.write10(1, 3, 1, 512, true, block));
            assertThat(one.outcome().sense()).isEqualTo(0x072700);
            two.send(two.write10(1, 3, 1, 512, true, block));
            assertThat(two.outcome().status()).isZero();
            assertThat(one.run(one.read10(1, 3, 1, 512)).data()).isEqualTo(block);
        }
    }

    @Test
    void sessionsAreListedAndEndWithTheirTarget() throws Exception {
        start("listen: ['127.0.0.1:0']");
        run("target.create", "{'name':'" + ONE + "'}");
        try (TestInitiator one = login(ONE)) {
            ObjectNode sessions = run("session.list", "{}");
            assertThat(sessions.path("sessions")).hasSize(1);
            assertThat(sessions.path("sessions").path(0).path("initiator").asText())
                    .isEqualTo(HOST);
            assertThat(sessions.path("sessions").path(0).path("target").asText()).isEqualTo(ONE);
            run("target.delete", "{'name':'" + ONE + "'}");
            assertThatThrownBy(
                            () -> {
                                while (true) {
                                    one.receive();
                                }
                            })
                    .isInstanceOf(java.io.UncheckedIOException.class);
        }
        assertThat(plain(HOST, ONE)).isEqualTo(0x0203);
    }

    @Test
    void severalPortalsServeAndDiscoveryNamesWhatTheyAdvertise() throws Exception {
        start(
                """
                portals:
                  - {listen: "127.0.0.1:0"}
                  - {listen: "[::1]:0", group: 2}
                  - {listen: "127.0.0.2:0", advertise: "192.0.2.10:3260", group: 3}
                targets: [{name: iqn.2026-11.com.example:one}]
                """);
        for (int portal = 0; portal < 3; portal++) {
            assertThat(discover(portal))
                    .contains("TargetName=" + ONE)
                    .contains("TargetAddress=" + Addresses.format(portal(0)) + ",1\0")
                    .contains("TargetAddress=[0:0:0:0:0:0:0:1]:" + portal(1).getPort() + ",2\0")
                    .contains("TargetAddress=192.0.2.10:3260,3\0")
                    .doesNotContain("127.0.0.2");
        }
        assertThat(run("status", "{}").path("portals").toString())
                .contains("[::1]:" + portal(1).getPort());
    }

    @Test
    void accessListsAdmitByNameAndByNetwork() throws Exception {
        start(
                """
                portals: [{listen: "127.0.0.1:0"}, {listen: "[::1]:0"}]
                targets:
                  - name: iqn.2026-11.com.example:one
                    initiators: ["iqn.2026-11.com.example.HOST:*"]
                  - name: iqn.2026-11.com.example:two
                    networks: ["::1/128"]
                """);
        assertThat(plain(HOST, ONE)).isZero();
        assertThat(plain("iqn.2026-11.com.example.stranger:me", ONE)).isEqualTo(FORBIDDEN);
        assertThat(plain(HOST, TWO)).isEqualTo(FORBIDDEN);
        assertThat(discover(0)).contains(ONE).doesNotContain(TWO);
        try (TestInitiator six = TestInitiator.connect(portal(1))) {
            assertThat(new LoginClient(six, HOST, TWO).plain()).isZero();
        }
    }

    @Test
    void chapIsAskedOfTargetAndOfDiscoveryAndTheTargetProvesItself() throws Exception {
        start(
                """
                listen: ["127.0.0.1:0"]
                targets:
                  - name: iqn.2026-11.com.example:one
                    chap:
                      accounts: [{user: host, secretEnvironment: HOST}]
                      mutual: {user: us, secretEnvironment: OURS}
                discovery:
                  chap: {accounts: [{user: finder, secretEnvironment: OURS}]}
                """);
        assertThat(plain(HOST, ONE)).isEqualTo(REFUSED);
        assertThat(plain(HOST, "")).isEqualTo(REFUSED);
        assertThat(chap(ONE, "host", "secret-of-the-wrong", new HashMap<>())).isEqualTo(REFUSED);
        assertThat(chap(ONE, "host", "secret-of-the-host", new HashMap<>())).isZero();
        Map<String, String> challenge = Map.of("CHAP_I", "9", "CHAP_C", "0x" + "5a".repeat(16));
        Map<String, String> proof = new HashMap<>(challenge);
        assertThat(chap(ONE, "host", "secret-of-the-host", proof)).isZero();
        assertThat(proof.get("CHAP_N")).isEqualTo("us");
        assertThat(proof.get("CHAP_R"))
                .isEqualToIgnoringCase(LoginClient.response(challenge, "secret-of-the-target"));
        assertThat(chap("", "host", "secret-of-the-host", new HashMap<>())).isEqualTo(REFUSED);
        assertThat(chap("", "finder", "secret-of-the-target", new HashMap<>())).isZero();
        assertThat(run("target.show", "{'name':'" + ONE + "'}").toString())
                .contains("\"secretEnvironment\":\"HOST\"")
                .doesNotContain("secret-of");
    }

    private int chap(String target, String user, String secret, Map<String, String> proof) {
        try (TestInitiator initiator = TestInitiator.connect(portal(0))) {
            return new LoginClient(initiator, HOST, target).chap(user, secret, proof);
        }
    }

    @Test
    void changesOfAccessCountForTheNextLoginAndLeaveSessionsAlone() throws Exception {
        start("listen: ['127.0.0.1:0']\nvolumes: [{name: v, size: 1MiB}]");
        run("target.create", "{'name':'" + ONE + "'}");
        run("lun.map", "{'target':'" + ONE + "','volume':'v'}");
        try (TestInitiator one = login(ONE)) {
            run(
                    "target.set",
                    "{'name':'"
                            + ONE
                            + "','chap':{'accounts':"
                            + "[{'user':'host','secretEnvironment':'HOST'}]}}");
            assertThat(ready(one, 0)).isZero();
            assertThat(plain(HOST, ONE)).isEqualTo(REFUSED);
            assertThat(chap(ONE, "host", "secret-of-the-host", new HashMap<>())).isZero();
            run("target.set", "{'name':'" + ONE + "','chap':null,'initiators':['other']}");
            assertThat(plain(HOST, ONE)).isEqualTo(FORBIDDEN);
            run("target.set", "{'name':'" + ONE + "','initiators':[]}");
            assertThat(plain(HOST, ONE)).isZero();
        }
    }

    @Test
    void aPortThatIsTakenIsNamedAndThePoolIsLetGo() throws Exception {
        start("listen: ['127.0.0.1:0']");
        String taken = Addresses.format(portal(0));
        Path other = folder.resolve("other");
        Configuration configuration =
                ConfigurationReader.parse("listen: ['" + taken + "']", "stemma.yaml", folder);
        for (int attempt = 0; attempt < 2; attempt++) {
            assertThatThrownBy(
                            () ->
                                    TargetServer.start(
                                            other,
                                            configuration,
                                            true,
                                            configuration.portals(),
                                            ENVIRONMENT))
                    .isInstanceOf(IOException.class)
                    .hasMessage(
                            "cannot listen on "
                                    + taken
                                    + ": another program listens there; choose another address with"
                                    + " --listen HOST:PORT");
        }
        assertThatThrownBy(() -> Backends.open(PoolAccess.pool(folder)))
                .isInstanceOf(PoolInUseException.class);
        Backends.open(PoolAccess.pool(other)).close();
    }

    @Test
    void whatWasWrittenAndMadeIsThereAfterTheNextStart() throws Exception {
        start(TWO_TARGETS);
        run("lun.map", "{'target':'" + ONE + "','volume':'v','lun':1}");
        byte[] block = new byte[512];
        block[0] = 42;
        try (TestInitiator one = login(ONE)) {
            one.send(one.write10(1, 4095, 1, 512, true, block));
            assertThat(one.outcome().status()).isZero();
        }
        stop();
        start(TWO_TARGETS);
        try (TestInitiator one = login(ONE)) {
            assertThat(one.run(one.read10(1, 4095, 1, 512)).data()).isEqualTo(block);
        }
    }
}
