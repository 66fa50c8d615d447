package io.stemma.server.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import io.stemma.server.cli.ControlProtocol;
import io.stemma.server.iscsi.session.Portal;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import picocli.CommandLine;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What people type, and what they read, with a server and without one. */
class CommandLineTest {
    private static final String DISKS = "iqn.2026-11.com.example:disks";

    @TempDir Path folder;

    /** How a command ended. */
    private record Ended(int exit, String out, String err) {
        Ended ok() {
            assertThat(exit).as("%s%s", out, err).isZero();
            assertThat(err).isEmpty();
            return this;
        }

        Ended refused(int code, String... words) {
            assertThat(exit).as("%s%s", out, err).isEqualTo(code);
            assertThat(err).contains(words).doesNotContain("Exception");
            return this;
        }
    }

    private static Ended type(Path data, String... words) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        List<String> all = new ArrayList<>(List.of(words));
        all.add("--data");
        all.add(data.toString());
        return new Ended(line.execute(all.toArray(String[]::new)), out.toString(), err.toString());
    }

    private Ended type(String... words) {
        return type(folder, words);
    }

    private TargetServer serve() throws Exception {
        return TargetServer.start(
                folder,
                Configuration.EMPTY,
                false,
                List.of(new Portal(Addresses.parse("127.0.0.1:0"), null, 1)),
                Map.of());
    }

    /** The whole life of a volume and a target, as docs/operations.md shows it. */
    private void liveALife() {
        assertThat(type("volume", "create", "v", "--size", "1GiB").ok().out())
                .isEqualTo("created v\n");
        assertThat(type("volume", "list").ok().out().lines().skip(1))
                .singleElement()
                .asString()
                .matches("v +1GiB +0B +512 +write-back +online");
        type("volume", "resize", "v", "--size", "2GiB").ok();
        type("volume", "write-cache", "v", "off").ok();
        assertThat(type("volume", "rename", "v", "w").ok().out()).isEqualTo("renamed to w\n");
        assertThat(type("volume", "show", "w").ok().out())
                .contains("sizeBytes", "2147483648", "writeCache", "false");
        type("target", "create", DISKS, "--alias", "a", "--network", "10.0.0.0/8").ok();
        assertThat(type("lun", "map", DISKS, "w").ok().out())
                .isEqualTo("mapped w as LUN 0 of " + DISKS + "\n");
        assertThat(type("lun", "list").ok().out()).contains("read-write", "a command");
        assertThat(type("target", "list").ok().out()).contains(DISKS, "none");
        type("target", "set", DISKS, "--any-network", "--initiator", "iqn.*:a").ok();
        assertThat(type("target", "show", DISKS).ok().out()).contains("iqn.*:a");
        type("volume", "delete", "w").refused(1, "mapped as " + DISKS + "/0");
        type("lun", "unmap", DISKS, "0").ok();
        type("target", "delete", DISKS).ok();
        type("volume", "delete", "w").ok();
        assertThat(type("volume", "list").ok().out().lines()).hasSize(1);
        type("session", "list").ok();
    }

    @Test
    void everythingWorksAgainstARunningServer() throws Exception {
        try (TargetServer server = serve()) {
            liveALife();
            assertThat(type("status").ok().out())
                    .contains("space", "reserve", "ballast")
                    .contains("serving", Addresses.format(server.portals().get(0).listen()));
        }
        assertThat(Files.exists(ControlProtocol.socket(folder))).isFalse();
    }

    @Test
    void everythingWorksOnThePoolOfAServerThatIsDown() throws Exception {
        serve().close();
        liveALife();
        assertThat(type("status").ok().out()).contains("no server runs");
    }

    @Test
    void everyCommandAnswersInJson() throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "opensesame-opensesame");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        try (TargetServer server = serve()) {
            assertThat(server.targets()).isEmpty();
            for (String command :
                    List.of(
                            "status",
                            "session list",
                            "volume create v --size 1MiB --block-size 4096 --write-through",
                            "volume list",
                            "volume show v",
                            "volume resize v --size 2MiB",
                            "volume write-cache v ON",
                            "volume rename v w",
                            "target create "
                                    + DISKS
                                    + " --chap-user u --chap-secret-file "
                                    + secret,
                            "target set " + DISKS + " --no-chap",
                            "target list",
                            "target show " + DISKS,
                            "lun map " + DISKS + " w --lun 3 --read-only",
                            "lun list",
                            "lun unmap " + DISKS + " 3",
                            "target delete " + DISKS,
                            "volume delete w")) {
                Ended ended = type((command + " --json").split(" ")).ok();
                JsonNode json = ControlProtocol.JSON.readTree(ended.out());
                assertThat(json.isObject()).as(command).isTrue();
                assertThat(ended.out()).as(command).doesNotContain("opensesame");
            }
            Ended refused = type("volume", "show", "v", "--json");
            assertThat(refused.exit()).isEqualTo(1);
            assertThat(refused.err()).isEmpty();
            assertThat(ControlProtocol.JSON.readTree(refused.out()).path("error").asText())
                    .contains("does not exist");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "volume",
                "volumes",
                "volume list --colour",
                "volume create v",
                "volume create --size 1GiB",
                "volume create v --size 1GiB --block-size big",
                "volume write-cache v maybe",
                "lun map one",
                "lun unmap iqn.2026-11.a:b x",
                "target set iqn.2026-11.a:b",
                "target set iqn.2026-11.a:b --any-network --network 10.0.0.0/8",
                "target set iqn.2026-11.a:b --no-chap --chap-user u --chap-secret-env E",
                "target create iqn.2026-11.a:b --mutual-user u --mutual-secret-env E",
                "target create iqn.2026-11.a:b --chap-secret-env E",
                "serve --listen localhost",
                "serve --config no-such-file.yaml",
            })
    void whatCannotBeUnderstoodEndsWithTwoAndDoesNothing(String words) {
        Path data = folder.resolve("untouched");
        Ended ended = type(data, words.split(" "));
        assertThat(ended.exit()).as(ended.err()).isEqualTo(2);
        assertThat(ended.err()).isNotBlank().doesNotContain("Exception");
        assertThat(data).doesNotExist();
    }

    @Test
    void aFolderWithoutAPoolIsNotMadeByAskingForIt() {
        Path none = folder.resolve("none");
        type(none, "volume", "list").refused(1, "there is no pool in " + none, "stemma serve");
        assertThat(none).doesNotExist();
    }

    @Test
    void aServerOverAPoolInUseIsRefusedNamingWhoHasItAndWhatToDo() throws Exception {
        try (TargetServer server = serve()) {
            assertThat(server.portals()).hasSize(1);
            type("serve", "--listen", "127.0.0.1:0")
                    .refused(
                            1,
                            "stemma: the pool "
                                    + PoolAccess.pool(folder)
                                    + " is in use by process "
                                    + ProcessHandle.current().pid(),
                            "stemma status --data " + folder);
        }
    }

    @Test
    void aDataPathTooLongForASocketIsRefusedBeforeAnythingIsMade() {
        Path deep = folder.resolve("d".repeat(100));
        type(deep, "serve", "--listen", "127.0.0.1:0")
                .refused(1, "too long for a socket", "shorter --data");
        assertThat(deep).doesNotExist();
    }

    @Test
    void aDataPathThatIsAFileIsRefused() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        type(file, "serve", "--listen", "127.0.0.1:0").refused(1, file + " exists and is not");
        type(file.resolve("below"), "serve", "--listen", "127.0.0.1:0")
                .refused(1, "Not a directory");
    }

    @Test
    void aPoolThatCannotBeReadIsRefusedAndItsDataStays() throws Exception {
        serve().close();
        type("volume", "create", "v", "--size", "1MiB").ok();
        try (Stream<Path> files = Files.list(PoolAccess.pool(folder))) {
            for (Path file : files.toList()) {
                if (!file.toString().contains("layer")) {
                    Files.writeString(file, "not what was written ".repeat(1000));
                }
            }
        }
        String words = "there are layers but no journal that knows them (" + folder + "/pool)";
        type("volume", "list").refused(1, "its pool cannot be opened: ", words);
        type("serve", "--listen", "127.0.0.1:0").refused(1, words);
        try (Stream<Path> files = Files.list(PoolAccess.pool(folder))) {
            assertThat(files.map(Path::toString)).anyMatch(name -> name.contains("layer"));
        }
    }

    @Test
    void everyFaultOfAConfigurationIsShownAtOnce() throws Exception {
        Path file = Files.writeString(folder.resolve("s.yaml"), "listen: [x]\ncolour: red\n");
        type("serve", "--config", file.toString())
                .refused(2, "has 2 fault(s)", file + ":1: \"x\" is no", file + ":2: \"colour\"");
        Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe});
        type("serve", "--config", file.toString()).refused(2, file + ": the text is not UTF-8");
        type("serve", "--config", folder.toString()).refused(2, "this is no file");
    }
}
