package io.stemma.server.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;

import io.stemma.engine.volume.Volume;
import io.stemma.engine.volume.VolumeBackend;
import io.stemma.server.cli.ControlProtocol;
import io.stemma.server.iscsi.session.TargetDirectory;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** How the configuration and what commands made go together. */
class EstateTest {
    private static final String DISKS = "iqn.2026-11.com.example:disks";
    private static final String YAML =
            """
            volumes:
              - {name: v, size: 2MiB}
            targets:
              - name: iqn.2026-11.com.example:DISKS
                luns: [{lun: 0, volume: v}]
            """;

    @TempDir Path folder;
    private VolumeBackend backend;
    private Estate estate;
    private PoolAdministration administration;

    @BeforeEach
    void open() throws Exception {
        backend = Backends.open(PoolAccess.pool(folder));
        estate =
                new Estate(
                        backend,
                        new TargetDirectory(),
                        LogicalUnits.NONE,
                        Map.of("A", "secret-number-one", "B", "secret-number-one"));
        estate.load();
        administration =
                new PoolAdministration(backend, estate, SessionControl.NONE, List::of, true);
    }

    @AfterEach
    void close() throws Exception {
        backend.close();
    }

    private void reopen() throws Exception {
        close();
        open();
    }

    private ObjectNode run(String operation, String arguments) throws Exception {
        return administration.perform(
                operation,
                (ObjectNode) ControlProtocol.JSON.readTree(arguments.replace('\'', '"')));
    }

    private void establish(String yaml) throws Exception {
        estate.establish(ConfigurationReader.parse(yaml, "stemma.yaml", folder));
        estate.publish();
    }

    private String conflict(String yaml) {
        ConfigurationException refused =
                catchThrowableOfType(ConfigurationException.class, () -> establish(yaml));
        assertThat(refused).as("a conflict").isNotNull();
        return String.valueOf(refused.getMessage());
    }

    @Test
    void whatTheConfigurationNamesIsMadeOnceAndFoundAgain() throws Exception {
        establish(YAML);
        Volume made = backend.volume("v").orElseThrow();
        reopen();
        establish(YAML);
        assertThat(backend.volumes()).hasSize(1);
        assertThat(backend.volumes().get(0).description().id()).isEqualTo(made.description().id());
        assertThat(estate.targets().keySet()).containsExactly(DISKS);
        assertThat(run("volume.show", "{'name':'v'}").path("origin").asText())
                .isEqualTo("stemma.yaml:2");
        assertThat(run("status", "{}").path("state").asText()).isEqualTo("serving");
    }

    @Test
    void whatTheConfigurationNamesIsNotChangedByCommands() throws Exception {
        establish(YAML);
        for (String operation :
                List.of(
                        "volume.resize",
                        "volume.rename",
                        "volume.writeCache",
                        "volume.delete",
                        "target.set",
                        "target.delete",
                        "lun.unmap")) {
            String name = operation.startsWith("volume") ? "v" : DISKS;
            assertThat(
                            catchThrowableOfType(
                                            Exception.class,
                                            () ->
                                                    run(
                                                            operation,
                                                            "{'name':'"
                                                                    + name
                                                                    + "','target':'"
                                                                    + DISKS
                                                                    + "','lun':0,'size':'4MiB'}"))
                                    .getMessage())
                    .as(operation)
                    .contains("is named at stemma.yaml:", "server");
        }
    }

    @Test
    void everyConflictNamesBothSidesAndNothingIsMade() throws Exception {
        run("volume.create", "{'name':'v','size':'1MiB','blockSize':4096}");
        run("target.create", "{'name':'" + DISKS + "'}");
        run("lun.map", "{'target':'" + DISKS + "','volume':'v'}");
        String words =
                conflict(
                        YAML
                                + "  - {name: iqn.2026-11.com.example:t2, luns: [{lun: 1, volume:"
                                + " missing}]}\n"
                                + "discovery: {chap: {accounts: [{user: u, secretEnvironment:"
                                + " NOT_SET}]}}\n");
        assertThat(words)
                .contains("stemma.yaml:2: volume \"v\" exists in the pool")
                .contains("size 2MiB here and 1MiB in the pool")
                .contains("block size 512 here and 4096 in the pool")
                .contains("stemma volume resize v")
                .contains("stemma.yaml:4: target " + DISKS + " was made by a command as well")
                .contains("stemma target delete " + DISKS)
                .contains("stemma.yaml:5: LUN 0 of " + DISKS + " was mapped by a command as well")
                .contains("stemma lun unmap " + DISKS + " 0")
                .contains("stemma.yaml:6: volume \"missing\" does not exist")
                .contains("stemma.yaml:7: environment variable NOT_SET is not set");
        assertThat(words.lines()).hasSize(5);
        reopen();
        assertThat(backend.volumes()).hasSize(1);
        assertThat(estate.targets()).hasSize(1);
        String other =
                conflict(
                        YAML.replace("name: v", "name: new").replace("DISKS", "t3")
                                + "  - {name: iqn.2026-11.com.example:t4, chap: {accounts: [{user:"
                                + " a, secretEnvironment: A}], mutual: {user: b, secretEnvironment:"
                                + " B}}}\n");
        assertThat(other)
                .contains("a and b (mutual) have the same secret")
                .doesNotContain("secret-number");
        reopen();
        assertThat(backend.volume("new")).isEmpty();
    }

    @Test
    void theConfigurationDecidesAboutTheWriteCache() throws Exception {
        run("volume.create", "{'name':'v','size':'2MiB','writeCache':false}");
        establish(YAML);
        assertThat(backend.volume("v").orElseThrow().description().writeCache()).isTrue();
    }

    @Test
    void aMappingWhoseTargetTheConfigurationDroppedIsReportedAndCanBeTakenAway() throws Exception {
        establish(YAML);
        run("lun.map", "{'target':'" + DISKS + "','volume':'v','lun':7}");
        reopen();
        establish("volumes: [{name: v, size: 2MiB}]");
        assertThat(run("status", "{}").path("problems").toString())
                .contains("LUN 7 of " + DISKS + " is kept", "stemma lun unmap " + DISKS + " 7");
        assertThat(run("lun.list", "{}").path("luns")).hasSize(1);
        run("lun.unmap", "{'target':'" + DISKS + "','lun':7}");
        assertThat(run("status", "{}").path("problems")).isEmpty();
        reopen();
        assertThat(estate.luns()).isEmpty();
    }

    @Test
    void aTargetWhoseSecretIsGoneIsAProblemUntilItIsMended() throws Exception {
        run(
                "target.create",
                "{'name':'"
                        + DISKS
                        + "','chap':{'accounts':"
                        + "[{'user':'u','secretEnvironment':'A'}]}}");
        close();
        backend = Backends.open(PoolAccess.pool(folder));
        estate = new Estate(backend, new TargetDirectory(), LogicalUnits.NONE, Map.of());
        estate.load();
        estate.publish();
        administration =
                new PoolAdministration(backend, estate, SessionControl.NONE, List::of, true);
        ObjectNode status = run("status", "{}");
        assertThat(status.path("state").asText()).isEqualTo("serving with problems");
        assertThat(status.path("problems").toString())
                .contains(DISKS + " is not served: environment variable A is not set");
        run("target.set", "{'name':'" + DISKS + "','chap':null}");
        assertThat(run("status", "{}").path("problems")).isEmpty();
    }

    @Test
    void theDemonstrationComesOnce() throws Exception {
        assertThat(estate.fresh()).isTrue();
        estate.demonstrate();
        run("lun.unmap", "{'target':'" + Estate.DEMO_TARGET + "','lun':0}");
        run("target.delete", "{'name':'" + Estate.DEMO_TARGET + "'}");
        run("volume.delete", "{'name':'demo'}");
        reopen();
        assertThat(estate.fresh()).isFalse();
    }
}
