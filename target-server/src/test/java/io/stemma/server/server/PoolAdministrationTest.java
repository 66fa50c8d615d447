package io.stemma.server.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.stemma.server.cli.Administration;
import io.stemma.server.cli.AdministrationException;
import io.stemma.server.cli.ControlProtocol;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.stream.Stream;

/** What commands do to a pool that no server runs. */
class PoolAdministrationTest {
    private static final String DISKS = "iqn.2026-11.com.example:disks";
    private static final String SECRET = "opensesame-opensesame";

    @TempDir Path folder;
    private Administration administration;

    @BeforeEach
    void open() throws Exception {
        Backends.makeFolder(PoolAccess.pool(folder));
        administration = PoolAccess.administration(folder);
    }

    @AfterEach
    void close() throws Exception {
        administration.close();
    }

    private void reopen() throws Exception {
        administration.close();
        administration = PoolAccess.administration(folder);
    }

    private ObjectNode run(String operation, String arguments) throws Exception {
        JsonNode node = ControlProtocol.JSON.readTree(arguments.replace('\'', '"'));
        return administration.perform(operation, (ObjectNode) node);
    }

    private void refused(String operation, String arguments, String... words) {
        assertThatThrownBy(() -> run(operation, arguments))
                .isInstanceOf(AdministrationException.class)
                .satisfies(e -> assertThat(e.getMessage()).contains(words));
    }

    private Path secret(String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), text + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void aVolumeLivesThroughEveryChangeAndRestarts() throws Exception {
        ObjectNode made = run("volume.create", "{'name':'v','size':'8MiB','blockSize':4096}");
        assertThat(made.path("sizeBytes").asLong()).isEqualTo(8 << 20);
        assertThat(made.path("writeCache").asBoolean()).isTrue();
        assertThat(made.path("naa").asText()).matches("3[0-9a-f]{15}");
        run("volume.resize", "{'name':'v','size':'12MiB'}");
        run("volume.rename", "{'name':'v','newName':'w'}");
        run("volume.writeCache", "{'name':'w','writeCache':false}");
        reopen();
        ObjectNode found = run("volume.show", "{'name':'w'}");
        assertThat(found.path("sizeBytes").asLong()).isEqualTo(12 << 20);
        assertThat(found.path("blockSize").asInt()).isEqualTo(4096);
        assertThat(found.path("writeCache").asBoolean()).isFalse();
        assertThat(found.path("origin").asText()).isEqualTo("a command");
        for (String identity : new String[] {"id", "naa", "serial", "created"}) {
            assertThat(found.path(identity)).as(identity).isEqualTo(made.path(identity));
        }
        run("volume.delete", "{'name':'w'}");
        reopen();
        assertThat(run("volume.list", "{}").path("volumes")).isEmpty();
    }

    @Test
    void aTargetAndItsLogicalUnitsLiveThroughRestarts() throws Exception {
        run("volume.create", "{'name':'v','size':'1MiB'}");
        run(
                "target.create",
                "{'name':'IQN.2026-11.Com.Example:Disks','alias':'a','networks':['10.0.0.0/8'],"
                        + "'initiators':['iqn.1993-08.org.debian:*']}");
        run("lun.map", "{'target':'" + DISKS + "','volume':'v'}");
        run("lun.map", "{'target':'" + DISKS + "','volume':'v','readOnly':true}");
        run("lun.map", "{'target':'" + DISKS + "','volume':'v','lun':255}");
        run("volume.rename", "{'name':'v','newName':'w'}");
        reopen();
        ObjectNode target = run("target.show", "{'name':'" + DISKS.toUpperCase(Locale.ROOT) + "'}");
        assertThat(target.path("name").asText()).isEqualTo(DISKS);
        assertThat(target.path("alias").asText()).isEqualTo("a");
        assertThat(target.path("initiators").path(0).asText())
                .isEqualTo("iqn.1993-08.org.debian:*");
        assertThat(target.path("networks").path(0).asText()).isEqualTo("10.0.0.0/8");
        assertThat(target.path("luns").findValuesAsText("lun")).containsExactly("0", "1", "255");
        assertThat(target.path("luns").findValuesAsText("volume")).containsOnly("w");
        assertThat(target.path("luns").path(1).path("readOnly").asBoolean()).isTrue();
        refused("volume.delete", "{'name':'w'}", "mapped as " + DISKS + "/0", "stemma lun unmap");
        run("lun.unmap", "{'target':'" + DISKS.toUpperCase(Locale.ROOT) + "','lun':0}");
        refused("lun.unmap", "{'target':'" + DISKS + "','lun':0}", "LUN 0", "is not mapped");
        run("target.delete", "{'name':'" + DISKS + "'}");
        run("volume.delete", "{'name':'w'}");
        reopen();
        assertThat(run("target.list", "{}").path("targets")).isEmpty();
        assertThat(run("lun.list", "{}").path("luns")).isEmpty();
        assertThat(run("status", "{}").path("state").asText()).isEqualTo("no server runs");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "volume.create|{'name':'','size':'1MiB'}|needs a name",
                "volume.create|{'name':'a/b','size':'1MiB'}|is no name for a volume",
                "volume.create|{'name':'v','size':'1MB'}|write B, KiB, MiB",
                "volume.create|{'name':'v','size':'0MiB'}|not a multiple of the block size",
                "volume.create|{'name':'v','size':'513'}|not a multiple of the block size of 512",
                "volume.create|{'name':'v','size':'1MiB','blockSize':1024}|512 or 4096",
                "volume.create|{'name':'v','size':'4096PiB'}|too large",
                "volume.create|{'name':'old','size':'1MiB'}|exists already",
                "volume.show|{'name':'x'}|stemma volume list",
                "volume.resize|{'name':'old','size':'1MiB'}|--allow-shrink",
                "volume.rename|{'name':'old','newName':'other'}|exists already",
                "volume.rename|{'name':'old','newName':'-'}|write a letter",
                "volume.recover|{'name':'old'}|is online already",
                "target.create|{'name':'disks'}|iqn.2026-11.com.example:disks",
                "target.create|{'name':'iqn.2026-11.a:t'}|exists already, made by a command",
                "target.create|{'name':'iqn.2026-11.a:u','networks':['10.0.0.0/33']}|10.0.0.0/8",
                "target.create|{'name':'iqn.2026-11.a:u','chap':{'accounts':[]}}|one account",
                "target.create|{'name':'iqn.2026-11.a:u','chap':{'accounts':[{'user':'u'}]}}"
                        + "|secret file",
                "target.show|{'name':'iqn.2026-11.a:u'}|stemma target list",
                "target.set|{'name':'iqn.2026-11.a:u'}|stemma target list",
                "lun.map|{'target':'iqn.2026-11.a:t','volume':'x'}|stemma volume list",
                "lun.map|{'target':'iqn.2026-11.a:u','volume':'old'}|stemma target list",
                "lun.map|{'target':'iqn.2026-11.a:t','volume':'old','lun':256}|0 to 255",
                "lun.map|{'target':'iqn.2026-11.a:t','volume':'old','lun':'x'}|0 to 255",
                "lun.map|{'target':'iqn.2026-11.a:t','volume':'old','lun':0}|by a command; unmap",
                "lun.unmap|{'target':'iqn.2026-11.a:u','lun':0}|stemma target list",
                "volume.format|{'name':'old'}|is not known to this server",
            })
    void whatCannotBeIsRefusedInWordsThatSayWhatToDo(String operation, String request, String words)
            throws Exception {
        run("volume.create", "{'name':'old','size':'2MiB'}");
        run("volume.create", "{'name':'other','size':'2MiB'}");
        run("target.create", "{'name':'iqn.2026-11.a:t'}");
        run("lun.map", "{'target':'iqn.2026-11.a:t','volume':'old'}");
        String before = everything();
        refused(operation, request, words);
        assertThat(everything()).isEqualTo(before);
        reopen();
        assertThat(everything()).isEqualTo(before);
    }

    private String everything() throws Exception {
        return run("volume.list", "{}") + "\n" + run("target.list", "{}") + run("lun.list", "{}");
    }

    @Test
    void aShrinkHappensOnlyWhenItIsMeant() throws Exception {
        run("volume.create", "{'name':'v','size':'2MiB'}");
        ObjectNode smaller = run("volume.resize", "{'name':'v','size':'1MiB','allowShrink':true}");
        assertThat(smaller.path("sizeBytes").asLong()).isEqualTo(1 << 20);
    }

    @Test
    void setReplacesListsAndTakesChapAway() throws Exception {
        Path file = secret("host.secret", SECRET);
        String chap = "{'accounts':[{'user':'host','secretFile':'" + file + "'}]}";
        run(
                "target.create",
                "{'name':'"
                        + DISKS
                        + "','initiators':['a','b'],'networks':['::1'],'chap':"
                        + chap
                        + "}");
        ObjectNode changed = run("target.set", "{'name':'" + DISKS + "','initiators':['c']}");
        assertThat(changed.path("initiators").toString()).isEqualTo("[\"c\"]");
        assertThat(changed.path("networks")).hasSize(1);
        assertThat(changed.path("chap").path("accounts")).hasSize(1);
        run("target.set", "{'name':'" + DISKS + "','initiators':[],'chap':null}");
        reopen();
        ObjectNode open = run("target.show", "{'name':'" + DISKS + "'}");
        assertThat(open.path("initiators")).isEmpty();
        assertThat(open.path("networks")).hasSize(1);
        assertThat(open.has("chap")).isFalse();
    }

    @Test
    void secretsAreNamedAndNeverShownOrKept() throws Exception {
        Path file = secret("host.secret", SECRET);
        Path same = secret("same.secret", SECRET);
        String account = "'accounts':[{'user':'host','secretFile':'" + file + "'}]";
        ObjectNode made = run("target.create", "{'name':'" + DISKS + "','chap':{" + account + "}}");
        assertThat(made.toString()).contains("host.secret").doesNotContain(SECRET);
        String mutual = "'mutual':{'user':'us','secretFile':'" + same + "'}";
        assertThatThrownBy(
                        () ->
                                run(
                                        "target.set",
                                        "{'name':'"
                                                + DISKS
                                                + "','chap':{"
                                                + account
                                                + ","
                                                + mutual
                                                + "}}"))
                .hasMessageContaining("host and us (mutual) have the same secret")
                .hasMessageNotContaining(SECRET);
        TargetDefinition definition = TargetDefinition.fromJson(made, Origin.COMMAND);
        assertThat(definition.toString()).doesNotContain(SECRET);
        assertThat(definition.access(java.util.Map.of()).toString()).doesNotContain(SECRET);
        administration.close();
        try (Stream<Path> files = Files.list(PoolAccess.pool(folder))) {
            for (Path kept : files.toList()) {
                assertThat(
                                new String(
                                        Files.readAllBytes(kept),
                                        java.nio.charset.StandardCharsets.ISO_8859_1))
                        .as(kept.toString())
                        .doesNotContain(SECRET);
            }
        }
    }

    @Test
    void aSecretThatCannotBeReadIsRefusedWithWhatToDo() throws Exception {
        Path file = secret("host.secret", "tooshort");
        String request =
                "{'name':'"
                        + DISKS
                        + "','chap':{'accounts':[{'user':'u','secretFile':'"
                        + file
                        + "'}]}}";
        refused("target.create", request, "8 bytes", "12 to 255");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        refused("target.create", request, "chmod 600");
        Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, 10});
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        refused("target.create", request, "host.secret", "not UTF-8");
        Files.delete(file);
        refused("target.create", request, "host.secret does not exist");
        assertThat(run("target.list", "{}").path("targets")).isEmpty();
    }

    @Test
    void aVariableOfTheServersEnvironmentNeedNotBeSetForACommandAlone() throws Exception {
        run(
                "target.create",
                "{'name':'"
                        + DISKS
                        + "','chap':{'accounts':"
                        + "[{'user':'u','secretEnvironment':'STEMMA_TEST_NOT_SET'}]}}");
        assertThat(run("target.show", "{'name':'" + DISKS + "'}").path("chap").toString())
                .contains("STEMMA_TEST_NOT_SET");
    }

    @Test
    void foldersAndFilesAreTheirOwnersAlone() throws Exception {
        run("volume.create", "{'name':'v','size':'1MiB'}");
        assertThat(permissions(PoolAccess.pool(folder))).isEqualTo("rwx------");
        try (Stream<Path> files = Files.list(PoolAccess.pool(folder))) {
            assertThat(files.toList())
                    .isNotEmpty()
                    .allSatisfy(file -> assertThat(permissions(file)).isEqualTo("rw-------"));
        }
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private Path layer() throws IOException {
        try (Stream<Path> files = Files.list(PoolAccess.pool(folder))) {
            return files.filter(file -> file.toString().contains("layer."))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void aVolumeWhoseFileLostItsEndIsOfflineUntilItIsRecovered() throws Exception {
        run("volume.create", "{'name':'v','size':'2MiB'}");
        administration.close();
        Files.write(layer(), new byte[4096]);
        administration = PoolAccess.administration(folder);
        assertThat(run("volume.show", "{'name':'v'}").path("state").asText())
                .contains("offline: layer.", "has 4096 bytes instead of 2097152");
        assertThat(run("status", "{}").path("problems").toString())
                .contains("volume v is offline", "stemma volume recover v");
        run("volume.recover", "{'name':'v'}");
        reopen();
        assertThat(run("volume.show", "{'name':'v'}").path("state").asText()).isEqualTo("online");
        assertThat(Files.size(layer())).isEqualTo(2 << 20);
    }

    @Test
    void aVolumeWhoseFileIsGoneCannotBeRecoveredButDeleted() throws Exception {
        run("volume.create", "{'name':'v','size':'2MiB'}");
        administration.close();
        Files.delete(layer());
        administration = PoolAccess.administration(folder);
        refused("volume.recover", "{'name':'v'}", "recovery of the layer file (v) failed");
        assertThat(run("volume.show", "{'name':'v'}").path("state").asText())
                .contains("offline: no layer file");
        run("volume.delete", "{'name':'v'}");
        reopen();
        assertThat(run("volume.list", "{}").path("volumes")).isEmpty();
    }

    @Test
    void aPoolThatIsOpenIsRefusedNamingTheProcessThatHasIt() {
        assertThatThrownBy(() -> PoolAccess.administration(folder))
                .isInstanceOf(AdministrationException.class)
                .hasMessageContaining(
                        PoolAccess.pool(folder)
                                + " is in use by process "
                                + ProcessHandle.current().pid())
                .hasMessageContaining("try again")
                .hasMessageNotContaining("TRANSIENT");
    }

    @Test
    void afterItsEndNothingIsDone() throws Exception {
        administration.close();
        refused("volume.list", "{}", "is ending");
        administration = PoolAccess.administration(folder);
    }
}
