package io.stemma.server.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import io.stemma.server.cli.ControlProtocol;
import io.stemma.server.testing.TestInitiator;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import picocli.CommandLine;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the running server tells of its commands, over its control socket. */
class TopTest {
    private static final String ONE = "iqn.2026-11.com.example:one";
    private static final String HOST = "iqn.2026-11.com.example.host:me";
    private static final String YAML =
            """
            listen: ["127.0.0.1:0"]
            slowCommandMillis: 60000
            volumes: [{name: v, size: 2MiB}]
            targets:
              - {name: iqn.2026-11.com.example:one, luns: [{lun: 3, volume: v}]}
            """;

    @TempDir Path folder;
    private TargetServer server;
    private InetSocketAddress portal;

    @BeforeEach
    void start() throws Exception {
        Configuration configuration = ConfigurationReader.parse(YAML, "stemma.yaml", folder);
        server =
                TargetServer.start(folder, configuration, false, configuration.portals(), Map.of());
        portal = server.portals().get(0).listen();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private TestInitiator login() {
        TestInitiator initiator = TestInitiator.connect(portal);
        assertThat(new LoginClient(initiator, HOST, ONE).plain()).isZero();
        return initiator;
    }

    private static void work(TestInitiator initiator) {
        for (int i = 0; i < 10; i++) {
            initiator.run(initiator.read10(3, i, 8, 4096));
        }
        initiator.run(initiator.command(0x80, 3, 0, TestInitiator.cdb10(0x35, 0, 0)));
        initiator.run(initiator.read10(3, 1 << 20, 1, 512));
    }

    private String type(int exit, String... words) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--data", folder.toString()));
        assertThat(line.execute(all.toArray(String[]::new))).as("%s%s", out, err).isEqualTo(exit);
        return out + err.toString();
    }

    private JsonNode figures() throws Exception {
        return ControlProtocol.JSON.readTree(
                type(0, "top", "--json", "--opcodes", "--count", "1", "--interval", "0.1"));
    }

    @Test
    void aTableNamesEveryUnitSessionAndOperationInUse() {
        try (TestInitiator initiator = login()) {
            work(initiator);
            String text = type(0, "top", "--opcodes", "--count", "2", "--interval", "0.1");
            assertThat(text)
                    .contains(ONE + "/3", "v", HOST, "READ(10)", "SYNCHRONIZE CACHE(10)", "p99.9")
                    .doesNotContain("\033");
        }
    }

    @Test
    void figuresAreOfTheInterval() throws Exception {
        try (TestInitiator initiator = login()) {
            work(initiator);
            JsonNode idle = figures();
            assertThat(idle.path("units")).hasSize(1);
            JsonNode unit = idle.path("units").get(0);
            assertThat(unit.path("lun").asInt()).isEqualTo(3);
            assertThat(unit.path("volume").asText()).isEqualTo("v");
            assertThat(unit.path("readPerSecond").asDouble()).isZero();
            assertThat(unit.path("maxMicros").asDouble()).isZero();
            assertThat(unit.path("outstanding").asInt()).isZero();
            assertThat(idle.path("sessions")).hasSize(1);
        }
    }

    @Test
    void prometheusIsToldTheSums() {
        try (TestInitiator initiator = login()) {
            work(initiator);
            String text = type(0, "metrics");
            assertThat(text)
                    .containsPattern(
                            "stemma_lun_commands_total\\{lun=\"3\",target=\""
                                    + ONE
                                    + "\",work=\"read\"} 1[12]\\.0")
                    .containsPattern("stemma_lun_read_bytes_total\\{[^}]*} 40960\\.0")
                    .contains("sense=\"illegal_request\"")
                    .containsPattern("stemma_session_latency_seconds\\{[^}]*quantile=\"0.99\"")
                    .containsPattern("stemma_operation_latency_count_total\\{[^}]*\"READ\\(10\\)");
        }
    }

    @Test
    void aUnitThatIsUnmappedIsForgottenAndASessionThatEnded() throws Exception {
        try (TestInitiator initiator = login()) {
            work(initiator);
            assertThat(figures().path("units")).hasSize(1);
            server.targets().get(0).device().unmap(3);
            assertThat(figures().path("units")).isEmpty();
            assertThat(type(0, "metrics")).doesNotContain("lun=\"3\"");
        }
    }

    @Test
    void withoutAServerATopSaysSo() {
        folder = folder.resolve("nothing");
        assertThat(type(1, "top", "--count", "1")).contains("no server runs on");
        assertThat(type(1, "metrics")).contains("no server runs on");
    }
}
