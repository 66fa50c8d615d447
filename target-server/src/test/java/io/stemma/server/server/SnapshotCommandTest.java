package io.stemma.server.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.stemma.engine.block.Geometry;
import io.stemma.engine.volume.PointsInTime.Merge;
import io.stemma.server.cli.Administration;
import io.stemma.server.cli.AdministrationException;
import io.stemma.server.cli.ControlProtocol;
import io.stemma.server.cli.StemmaCommand;
import io.stemma.server.iscsi.session.TargetDirectory;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import picocli.CommandLine;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What people type about points in time, and what they read. */
class SnapshotCommandTest {
    private static final String DISKS = "iqn.2026-11.com.example:disks";

    private final MemoryBackend backend = new MemoryBackend();
    private final List<String> asked = new ArrayList<>();
    private final Administration pool =
            new PoolAdministration(
                    backend,
                    new Estate(backend, new TargetDirectory(), LogicalUnits.NONE, Map.of()),
                    SessionControl.NONE,
                    List::of,
                    true);

    @BeforeEach
    void fill() {
        backend.add("web", new Geometry(2048, 512, 4096));
        backend.add("log", new Geometry(4096, 512, 4096));
    }

    /** The same for each command, with a note of what it asked for. */
    private final class Lasting implements Administration {
        @Override
        public ObjectNode perform(String operation, ObjectNode arguments)
                throws AdministrationException {
            asked.add(operation + " " + arguments);
            return pool.perform(operation, arguments);
        }

        @Override
        public void close() {}
    }

    private record Ended(int exit, String out, String err) {}

    private Ended type(String words) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = StemmaCommand.commandLine(folder -> new Lasting());
        line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return new Ended(line.execute(words.split(" ")), out.toString(), err.toString());
    }

    private String done(String words) {
        Ended ended = type(words);
        assertThat(ended.exit()).as(ended.err()).isZero();
        return ended.out();
    }

    private void refused(String words, String... why) {
        Ended ended = type(words);
        assertThat(ended.exit()).as(ended.out()).isEqualTo(1);
        assertThat(ended.err()).startsWith("stemma: ").contains(why);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "snapshot create a web log|snapshot.create {'name':'a','volumes':['web','log']}",
                "snapshot list|snapshot.list {'volume':'','space':false}",
                "snapshot list web --space|snapshot.list {'volume':'web','space':true}",
                "snapshot show web@a|snapshot.show {'name':'web@a'}",
                "snapshot rename web@a b|snapshot.rename {'name':'web@a','newName':'b'}",
                "snapshot delete web@a log@a|snapshot.delete {'names':['web@a','log@a']}",
                "snapshot hold web@a t|snapshot.hold {'name':'web@a','tag':'t'}",
                "snapshot release web@a t|snapshot.release {'name':'web@a','tag':'t'}",
                "snapshot diff web@a web|snapshot.diff"
                        + " {'from':'web@a','to':'web','summary':false,'start':0}",
                "snapshot diff web@a web --summary --start 512|snapshot.diff"
                        + " {'from':'web@a','to':'web','summary':true,'start':512}",
                "snapshot clone web@a c|snapshot.clone"
                        + " {'name':'web@a','volume':'c','writeCache':true}",
                "snapshot clone web@a c --write-through|snapshot.clone"
                        + " {'name':'web@a','volume':'c','writeCache':false}",
                "volume revert web@a|volume.revert {'name':'web@a','yes':false}",
                "volume revert web@a --yes|volume.revert {'name':'web@a','yes':true}",
                "volume promote c|volume.promote {'name':'c'}",
                "volume flatten c|volume.flatten {'name':'c'}",
                "volume delete web --with-snapshots|volume.delete"
                        + " {'name':'web','withSnapshots':true,'keepSnapshots':false}",
                "volume delete web --keep-snapshots|volume.delete"
                        + " {'name':'web','withSnapshots':false,'keepSnapshots':true}",
                "merge list|merge.list {}",
                "merge pause|merge.pause {}",
                "merge resume|merge.resume {}"
            })
    void whatIsTypedIsWhatIsAskedFor(String words, String request) {
        type(words);
        assertThat(asked).containsExactly(request.replace('\'', '"'));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "snapshot",
                "snapshot create",
                "snapshot create a",
                "snapshot list web log",
                "snapshot show",
                "snapshot rename web@a",
                "snapshot delete",
                "snapshot hold web@a",
                "snapshot diff web@a",
                "snapshot diff web@a web --start x",
                "snapshot clone web@a",
                "volume revert",
                "volume delete web --with-snapshots --keep-snapshots",
                "merge",
                "merge list --interval soon"
            })
    void whatCannotBeUnderstoodEndsWithTwoAndAsksForNothing(String words) {
        Ended ended = type(words);
        assertThat(ended.exit()).as(ended.err()).isEqualTo(2);
        assertThat(ended.err()).isNotBlank().doesNotContain("Exception");
        assertThat(asked).isEmpty();
    }

    @Test
    void theLifeOfASnapshotReadsAsTheManualShowsIt() {
        backend.memory("web").fill(0, 1);
        assertThat(done("snapshot create monday web log"))
                .isEqualTo("created web@monday\ncreated log@monday\n");
        backend.memory("web").fill(8, 2);
        done("snapshot create tuesday web");
        assertThat(done("snapshot list web"))
                .isEqualTo(
                        """
                        NAME         CREATED               SIZE  HELD
                        web@monday   2025-11-24T16:00:00Z  1MiB  -
                        web@tuesday  2025-11-24T16:00:01Z  1MiB  -
                        """);
        assertThat(done("snapshot hold web@monday backup"))
                .isEqualTo("web@monday is held as backup\n");
        assertThat(done("snapshot list web --space"))
                .contains("HOLDS", "FREES", "backup", "512B", "1KiB");
        refused("snapshot delete web@monday", "is held as backup", "stemma snapshot release");
        assertThat(done("snapshot release web@monday backup"))
                .isEqualTo("web@monday is held no more\n");
        assertThat(done("snapshot diff web@monday web@tuesday"))
                .isEqualTo(
                        """
                        OFFSET  LENGTH  CONTENT
                        4096    512     data
                        512B changed in 1 run, 0B of it to zero
                        """);
        assertThat(done("snapshot diff web@monday web@tuesday --summary"))
                .isEqualTo("512B changed in 1 run, 0B of it to zero\n");
        assertThat(done("snapshot clone web@monday test")).isEqualTo("cloned web@monday as test\n");
        refused("volume revert web@monday", "--yes", "for ever");
        assertThat(done("volume revert web@monday --yes"))
                .isEqualTo("reverted web to web@monday\n");
        assertThat(done("snapshot rename web@tuesday thursday"))
                .isEqualTo("renamed to web@thursday\n");
        assertThat(done("snapshot show web@thursday")).contains("parent", "web@monday");
        assertThat(done("snapshot delete web@thursday"))
                .isEqualTo("deleted web@thursday; 1KiB come back in the background\n");
        assertThat(done("volume promote test"))
                .isEqualTo("promoted test\ntest@monday is its own now\n");
        assertThat(done("snapshot delete test@monday")).contains("no space comes back");
        assertThat(done("volume delete log --with-snapshots"))
                .isEqualTo("deleted log\ndeleted log@monday\n");
    }

    @Test
    void aSnapshotIsMappedReadOnly() {
        done("snapshot create monday web");
        done("target create " + DISKS);
        assertThat(done("lun map " + DISKS + " web@monday"))
                .isEqualTo("mapped web@monday as LUN 0 of " + DISKS + "\n");
        assertThat(done("lun list")).contains("web@monday", "read-only");
        refused("snapshot delete web@monday", "mapped as " + DISKS + "/0", "unmap it first");
        refused("volume delete web --with-snapshots", "unmap it first");
    }

    /** Without what all instants begin with. */
    private String tree(String volume) {
        return done("snapshot tree" + volume).replace("2025-11-24T16:00:0", "AT");
    }

    @Test
    void theTreeIsDrawn() {
        done("snapshot create a web");
        done("snapshot create b web log");
        done("snapshot hold web@b x");
        done("snapshot clone web@a test");
        done("snapshot create t test");
        done("snapshot clone test@t deep");
        done("snapshot clone web@b other");
        done("volume revert web@a --yes");
        done("volume delete log --keep-snapshots");
        assertThat(tree(""))
                .isEqualTo(
                        """
                        web  1MiB  stands on web@a
                        ├─ @a  AT0Z
                        │  └─ test  1MiB
                        │     └─ @t  AT2Z
                        │        └─ deep  1MiB
                        └─ @b  AT1Z  held
                           └─ other  1MiB
                        log  deleted
                        └─ @b  AT1Z
                        """);
        assertThat(tree(" test"))
                .isEqualTo(
                        """
                        test  1MiB
                        └─ @t  AT2Z
                           └─ deep  1MiB
                        """);
        done("snapshot create c web");
        assertThat(tree(" web")).contains("└─ @c  AT3Z  stands on web@a\n");
        done("volume promote test");
        assertThat(tree(""))
                .startsWith(
                        """
                        test  1MiB
                        ├─ @a  AT0Z
                        │  └─ web  1MiB
                        │     ├─ @b  AT1Z  held
                        """);
        refused("snapshot tree nobody", "stemma volume list");
    }

    @Test
    void everyCommandAnswersInJson() throws Exception {
        backend.points().merges.add(new Merge("web@a into web", 25, 100, 4096, false));
        for (String command :
                List.of(
                        "snapshot create a web",
                        "snapshot list",
                        "snapshot show web@a",
                        "snapshot rename web@a b",
                        "snapshot hold web@b t",
                        "snapshot release web@b t",
                        "snapshot diff web@b web",
                        "snapshot clone web@b c",
                        "snapshot tree",
                        "volume revert web@b --yes",
                        "volume promote c",
                        "volume flatten web",
                        "merge list",
                        "merge pause",
                        "merge resume",
                        "snapshot delete c@b")) {
            JsonNode json = ControlProtocol.JSON.readTree(done(command + " --json"));
            assertThat(json.isObject()).as(command).isTrue();
        }
        JsonNode tree = ControlProtocol.JSON.readTree(done("snapshot tree --json")).path("nodes");
        assertThat(tree.findValuesAsText("name")).containsExactly("c", "log", "web");
        assertThat(tree.path(0).path("kind").asText()).isEqualTo("volume");
        Ended refused = type("volume revert web@a --json");
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(ControlProtocol.JSON.readTree(refused.out()).path("error").asText())
                .contains("does not exist");
    }

    @Test
    void mergesThatWaitAreShownAtOnceAndHeldOnesAreSaidToBe() {
        backend.points().merges.add(new Merge("web@a into web", 25, 100, 4096, false));
        done("merge pause");
        assertThat(done("merge list"))
                .isEqualTo(
                        """
                        all is held; stemma merge resume lets it go on
                        WHAT            DONE   MOVED  STATE    LEFT
                        web@a into web  25.0%  4KiB   waiting  -
                        """);
    }

    @Test
    void whatRunsIsLookedAtTwiceForItsPace() {
        backend.points().merges.add(new Merge("web@a into web", 25, 100, 4096, true));
        assertThat(done("merge list --interval 0.1")).contains("running  -");
        assertThat(asked).containsExactly("merge.list {}", "merge.list {}");
    }
}
