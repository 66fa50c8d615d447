package io.stemma.server.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.stemma.engine.block.Geometry;
import io.stemma.engine.volume.PointsInTime.Merge;
import io.stemma.engine.volume.Volume;
import io.stemma.server.cli.AdministrationException;
import io.stemma.server.cli.ControlProtocol;
import io.stemma.server.iscsi.session.TargetDirectory;
import io.stemma.server.scsi.LogicalUnit;
import io.stemma.server.scsi.MappedUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What administrators do with points in time, and how snapshots become logical units. */
class SnapshotAdministrationTest {
    private static final String DISKS = "iqn.2026-11.com.example:disks";

    private final MemoryBackend backend = new MemoryBackend();
    private TargetDirectory directory = new TargetDirectory();
    private VolumeUnits units = new VolumeUnits(backend);
    private Estate estate = new Estate(backend, directory, units, Map.of());
    private PoolAdministration administration =
            new PoolAdministration(backend, estate, SessionControl.NONE, List::of, true);

    @BeforeEach
    void fill() {
        backend.add("web", new Geometry(2048, 512, 4096)).fill(0, 1);
        backend.add("log", new Geometry(2048, 512, 4096));
    }

    @AfterEach
    void close() {
        units.close();
    }

    /** A server that finds what the one before it left. */
    private void restart() throws Exception {
        units.close();
        directory = new TargetDirectory();
        units = new VolumeUnits(backend);
        estate = new Estate(backend, directory, units, Map.of());
        estate.load();
        estate.publish();
        administration =
                new PoolAdministration(backend, estate, SessionControl.NONE, List::of, true);
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

    private void snapshot(String name, String... volumes) throws Exception {
        run(
                "snapshot.create",
                "{'name':'" + name + "','volumes':['" + String.join("','", volumes) + "']}");
    }

    private MappedUnit mapped(int lun) {
        var target = Objects.requireNonNull(directory.target(DISKS));
        return Objects.requireNonNull(target.device().units().get(lun));
    }

    @Test
    void aSetOfVolumesHasOneInstant() throws Exception {
        ObjectNode made = run("snapshot.create", "{'name':'a','volumes':['web','log']}");
        JsonNode snapshots = made.path("snapshots");
        assertThat(snapshots.findValuesAsText("name")).containsExactly("web@a", "log@a");
        assertThat(snapshots.path(0).path("set")).isEqualTo(snapshots.path(1).path("set"));
        assertThat(snapshots.path(0).path("created")).isEqualTo(snapshots.path(1).path("created"));
        assertThat(snapshots.path(0).path("naa")).isNotEqualTo(snapshots.path(1).path("naa"));
    }

    @Test
    void showTellsIdentitySpaceHoldsClonesAndMappings() throws Exception {
        snapshot("a", "web");
        snapshot("b", "web");
        run("snapshot.clone", "{'name':'web@b','volume':'test','writeCache':false}");
        run("snapshot.hold", "{'name':'web@b','tag':'backup'}");
        run("target.create", "{'name':'" + DISKS + "'}");
        run("lun.map", "{'target':'" + DISKS + "','volume':'web@b','lun':7}");
        ObjectNode shown = run("snapshot.show", "{'name':'web@b'}");
        assertThat(shown.properties().stream().map(Map.Entry::getKey))
                .containsExactly(
                        "name",
                        "volume",
                        "volumeId",
                        "id",
                        "set",
                        "created",
                        "sizeBytes",
                        "blockSize",
                        "naa",
                        "serial",
                        "holds",
                        "parent",
                        "ownedBytes",
                        "freedBytes",
                        "clones",
                        "mappedAs");
        assertThat(shown.path("parent").asText()).isEqualTo("web@a");
        assertThat(shown.path("sizeBytes").asLong()).isEqualTo(1 << 20);
        assertThat(shown.path("ownedBytes").asLong()).isEqualTo(512);
        assertThat(shown.path("freedBytes").asLong()).isZero();
        assertThat(shown.path("holds").toString()).isEqualTo("[\"backup\"]");
        assertThat(shown.path("clones").toString()).isEqualTo("[\"test\"]");
        assertThat(shown.path("mappedAs").toString()).isEqualTo("[\"" + DISKS + "/7\"]");
        ObjectNode clone = run("volume.show", "{'name':'test'}");
        assertThat(clone.path("parent").asText()).isEqualTo("web@b");
        assertThat(clone.path("writeCache").asBoolean()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "snapshot.create|{'name':'a','volumes':['web']}|web@a\" exists already",
                "snapshot.create|{'name':'b','volumes':['log','web','log']}|named twice",
                "snapshot.create|{'name':'b','volumes':['web','x']}|stemma volume list",
                "snapshot.create|{'name':'b','volumes':['web@a']}|names a snapshot",
                "snapshot.create|{'name':'b@c','volumes':['web']}|no name for a snapshot; write",
                "snapshot.create|{'name':'b','volumes':[]}|name 1 to 1024 volumes",
                "snapshot.list|{'volume':'x'}|stemma volume list",
                "snapshot.list|{'after':'gone'}|ask again",
                "snapshot.show|{'name':'web'}|write VOLUME@SNAPSHOT",
                "snapshot.show|{'name':'web@x'}|stemma snapshot list",
                "snapshot.rename|{'name':'web@a','newName':'held'}|exists already",
                "snapshot.rename|{'name':'web@a','newName':''}|no name for a snapshot",
                "snapshot.delete|{'names':['web@a','web@held']}|release web@held backup",
                "snapshot.delete|{'names':['web@a','web@lun']}|stemma lun unmap",
                "snapshot.delete|{'names':[]}|name a snapshot",
                "snapshot.hold|{'name':'web@a','tag':'a b'}|no name for a hold",
                "snapshot.release|{'name':'web@held','tag':'x'}|its holds: backup",
                "snapshot.release|{'name':'web@a','tag':'x'}|its holds: none",
                "snapshot.diff|{'from':'web@a','to':'web@x'}|does not exist",
                "snapshot.clone|{'name':'web@a','volume':'log'}|exists already",
                "snapshot.clone|{'name':'web@a','volume':'a@b'}|is no name for a volume",
                "volume.revert|{'name':'web'}|write VOLUME@SNAPSHOT",
                "volume.revert|{'name':'web@a'}|add --yes if that is meant",
                "volume.revert|{'name':'web@a'}|stemma snapshot create NAME web",
                "volume.promote|{'name':'web'}|is no clone",
                "volume.flatten|{'name':'log'}|lies over no snapshot",
                "volume.delete|{'name':'web'}|web@held (held), web@lun (cloned: test); add",
                "volume.delete|{'name':'web'}|--keep-snapshots",
                "volume.delete|{'name':'web','withSnapshots':true}|release it first",
                "volume.resize|{'name':'web@a','size':'2MiB'}|names a snapshot",
                "volume.rename|{'name':'web@a','newName':'x'}|stemma snapshot --help",
                "lun.map|{'target':'iqn.2026-11.com.example:disks','volume':'web@x'}|exist",
                "snapshot.thaw|{'name':'web@a'}|is not known to this server",
            })
    void whatCannotBeIsRefusedInWordsThatSayWhatToDo(String operation, String request, String words)
            throws Exception {
        snapshot("a", "web");
        snapshot("held", "web");
        snapshot("lun", "web");
        run("snapshot.hold", "{'name':'web@held','tag':'backup'}");
        run("snapshot.clone", "{'name':'web@lun','volume':'test'}");
        run("target.create", "{'name':'" + DISKS + "'}");
        run("lun.map", "{'target':'" + DISKS + "','volume':'web@lun'}");
        String before = everything();
        refused(operation, request, words);
        assertThat(everything()).isEqualTo(before);
    }

    private String everything() throws Exception {
        return run("volume.list", "{}").toPrettyString()
                + run("snapshot.list", "{'space':true}").toPrettyString()
                + run("lun.list", "{}").toPrettyString();
    }

    @Test
    void aBackendWithoutSnapshotsSaysSoAndDoesTheRest() throws Exception {
        backend.withPoints = false;
        refused("snapshot.list", "{}", "backend \"memory\" have no snapshots");
        run("volume.show", "{'name':'web'}");
        run("volume.delete", "{'name':'web'}");
    }

    @Test
    void aSnapshotIsAReadOnlyLogicalUnitOfItsOwnOverRestartsAndRenames() throws Exception {
        snapshot("a", "web");
        run("target.create", "{'name':'" + DISKS + "'}");
        run("lun.map", "{'target':'" + DISKS + "','volume':'web'}");
        ObjectNode made = run("lun.map", "{'target':'" + DISKS + "','volume':'web@a'}");
        assertThat(made.path("readOnly").asBoolean()).isTrue();
        LogicalUnit live = mapped(0).unit();
        assertThat(mapped(0).readOnly()).isFalse();
        for (String name : List.of("web@a", "web@b", "www@b")) {
            MappedUnit unit = mapped(1);
            assertThat(unit.readOnly()).isTrue();
            assertThat(unit.unit()).isNotSameAs(live);
            Volume volume = unit.unit().volume();
            assertThat(volume.description().name()).isEqualTo(name);
            assertThat(String.format("%016x", volume.description().naaLocallyAssigned()))
                    .isEqualTo(run("snapshot.show", "{'name':'" + name + "'}").path("naa").asText())
                    .isNotEqualTo(run("volume.list", "{}").path("volumes").path(1).path("naa"));
            assertThat(run("lun.list", "{}").path("luns").findValuesAsText("volume"))
                    .contains(name);
            if (name.equals("web@a")) {
                run("snapshot.rename", "{'name':'web@a','newName':'b'}");
            } else if (name.equals("web@b")) {
                run("volume.rename", "{'name':'web','newName':'www'}");
            }
            restart();
        }
        refused("snapshot.delete", "{'names':['www@b']}", "mapped as " + DISKS + "/1", "unmap");
        run("lun.unmap", "{'target':'" + DISKS + "','lun':1}");
        run("snapshot.delete", "{'names':['www@b']}");
    }

    private void establish(String yaml) throws Exception {
        estate.establish(ConfigurationReader.parse(yaml, "s.yaml", Path.of(".")));
        estate.publish();
    }

    @Test
    void theConfigurationMapsASnapshotAsItMapsAVolume() throws Exception {
        String yaml =
                "targets: [{name: "
                        + DISKS
                        + ", luns: [{lun: 4, volume: web@a, readOnly: false}]}]";
        assertThatThrownBy(() -> establish(yaml))
                .hasMessageContaining(
                        "s.yaml:1: snapshot \"web@a\" does not exist; stemma snapshot");
        snapshot("a", "web");
        establish(yaml);
        assertThat(mapped(4).readOnly()).isTrue();
        assertThat(run("lun.list", "{}").path("luns").path(0).path("readOnly").asBoolean())
                .isTrue();
        refused("snapshot.rename", "{'name':'web@a','newName':'b'}", "is named at s.yaml:1");
        refused("snapshot.delete", "{'names':['web@a']}", "mapped as " + DISKS + "/4");
    }

    @Test
    void aVolumeOfTheConfigurationIsNotRevertedToAnotherSize() throws Exception {
        establish("volumes: [{name: web, size: 1MiB}]");
        snapshot("a", "web");
        run("volume.revert", "{'name':'web@a','yes':true}");
        backend.memory("web").resize(1024);
        refused(
                "volume.revert",
                "{'name':'web@a','yes':true}",
                "is named at s.yaml:1, so it cannot be resized from 512KiB to 1MiB, as this would"
                        + " do, while the server runs");
    }

    @Test
    void aMappingWhoseSnapshotIsGoneIsAProblemWithItsRemedy() throws Exception {
        snapshot("a", "web");
        run("target.create", "{'name':'" + DISKS + "'}");
        run("lun.map", "{'target':'" + DISKS + "','volume':'web@a'}");
        backend.points().delete(backend.points().snapshots().get(0));
        restart();
        assertThat(run("status", "{}").path("problems").toString())
                .contains("names a volume or snapshot that does not exist", "stemma lun unmap");
        assertThat(run("lun.list", "{}").path("luns").path(0).path("volume").asText())
                .isEqualTo("(missing)");
        run("lun.unmap", "{'target':'" + DISKS + "','lun':0}");
        assertThat(run("status", "{}").path("problems")).isEmpty();
    }

    @Test
    void whatAUnitKeptForASnapshotGoesWithIt() throws Exception {
        snapshot("a", "web");
        var id = backend.points().snapshots().get(0).id();
        new RegistryUnitStore(backend.registry(), id).put("x", new byte[1]);
        run("snapshot.delete", "{'names':['web@a']}");
        assertThat(backend.registry().list("unit/")).isEmpty();
    }

    @Test
    void aDeletionSaysWhatItFrees() throws Exception {
        snapshot("a", "web");
        snapshot("b", "web");
        run("snapshot.clone", "{'name':'web@b','volume':'test'}");
        JsonNode deleted = run("snapshot.delete", "{'names':['web@a','web@b']}").path("deleted");
        assertThat(deleted.path(0).path("freedBytes").asLong()).isEqualTo(512);
        assertThat(deleted.path(1).path("freedBytes").asLong()).isZero();
        assertThat(deleted.path(1).path("clones").toString()).isEqualTo("[\"test\"]");
        assertThat(run("snapshot.list", "{}").path("snapshots")).isEmpty();
        assertThat(backend.volume("test")).isPresent();
    }

    @Test
    void aRevertedVolumeIsWhatTheSnapshotIsWithItsSize() throws Exception {
        snapshot("a", "web");
        backend.memory("web").fill(0, 2);
        run("volume.resize", "{'name':'web','size':'512KiB','allowShrink':true}");
        refused(
                "volume.revert",
                "{'name':'web@a'}",
                "size would go from 512KiB to 1MiB",
                "2025-11-24T16:00:00Z");
        ObjectNode reverted = run("volume.revert", "{'name':'web@a','yes':true}");
        assertThat(reverted.path("revertedTo").asText()).isEqualTo("web@a");
        assertThat(reverted.path("sizeBytes").asLong()).isEqualTo(1 << 20);
        assertThat(backend.memory("web").same(backend.memory("web@a"), 0)).isTrue();
    }

    @Test
    void aPromotedCloneHasTheSnapshotsThatItStandsOn() throws Exception {
        snapshot("a", "web");
        snapshot("b", "web");
        run("snapshot.clone", "{'name':'web@b','volume':'test'}");
        ObjectNode promoted = run("volume.promote", "{'name':'test'}");
        assertThat(promoted.path("gainedSnapshots").toString())
                .isEqualTo("[\"test@a\",\"test@b\"]");
        assertThat(run("volume.show", "{'name':'web'}").path("parent").asText())
                .isEqualTo("test@b");
        run("volume.flatten", "{'name':'test'}");
        assertThat(run("volume.show", "{'name':'test'}").has("parent")).isFalse();
    }

    @Test
    void aVolumeIsDeletedWithOrWithoutItsSnapshots() throws Exception {
        snapshot("a", "web", "log");
        snapshot("b", "web", "log");
        run("snapshot.clone", "{'name':'web@a','volume':'test'}");
        ObjectNode both = run("volume.delete", "{'name':'web','withSnapshots':true}");
        assertThat(both.path("deletedSnapshots").toString()).isEqualTo("[\"web@b\",\"web@a\"]");
        run("volume.delete", "{'name':'log','keepSnapshots':true}");
        assertThat(run("snapshot.list", "{}").path("snapshots").findValuesAsText("name"))
                .containsExactly("log@a", "log@b");
        refused("volume.show", "{'name':'log'}", "is deleted", "stemma snapshot list log");
        refused("volume.revert", "{'name':'log@a','yes':true}", "stemma snapshot clone log@a NEW");
        run("snapshot.clone", "{'name':'log@a','volume':'log'}");
        run("snapshot.delete", "{'names':['log@a','log@b']}");
        assertThat(run("volume.list", "{}").path("volumes").findValuesAsText("name"))
                .containsExactly("log", "test");
    }

    @Test
    void aDifferenceIsListedInBytesAndSummedUp() throws Exception {
        snapshot("a", "web");
        backend.memory("web").fill(10, 1);
        backend.memory("web").fill(11, 1);
        backend.memory("web").fill(20, 1);
        snapshot("b", "web");
        ObjectNode found = run("snapshot.diff", "{'from':'web@a','to':'web@b'}");
        assertThat(found.path("runs").toString())
                .isEqualTo(
                        "[{\"offset\":5120,\"length\":1024,\"data\":true},"
                                + "{\"offset\":10240,\"length\":512,\"data\":true}]");
        assertThat(found.path("changedBytes").asLong()).isEqualTo(1536);
        assertThat(run("snapshot.diff", "{'from':'web@a','to':'web','start':5121}").path("runs"))
                .hasSize(1);
        ObjectNode sum = run("snapshot.diff", "{'from':'web@a','to':'web','summary':true}");
        assertThat(sum.has("runs")).isFalse();
        assertThat(sum.path("runCount").asLong()).isEqualTo(2);
    }

    @Test
    void aDifferenceBeyondWhatAnAnswerHoldsSaysWhereItGoesOn() {
        Difference difference = new Difference(512, 0, false);
        for (int i = 0; i < Difference.RUNS_MAX + 2; i++) {
            difference.run(2L * i, 1, i % 2 == 0);
        }
        ObjectNode result = difference.result();
        assertThat(result.path("runs")).hasSize(Difference.RUNS_MAX);
        assertThat(result.path("nextOffset").asLong()).isEqualTo(1024L * Difference.RUNS_MAX);
        assertThat(result.path("runCount").asLong()).isEqualTo(Difference.RUNS_MAX + 2);
        assertThat(result.toString().length()).isLessThan(ControlProtocol.LINE_BYTES_MAX);
    }

    @Test
    void backgroundWorkIsShownAndHeld() throws Exception {
        backend.points().merges.add(new Merge("web@a into web", 25, 100, 4096, true));
        ObjectNode merges = run("merge.list", "{}");
        assertThat(merges.toString())
                .isEqualTo(
                        "{\"paused\":false,\"merges\":[{\"what\":\"web@a into web\","
                                + "\"blocksDone\":25,\"blocksTotal\":100,\"movedBytes\":4096,"
                                + "\"running\":true}]}");
        assertThat(run("merge.pause", "{}").path("paused").asBoolean()).isTrue();
        assertThat(backend.points().paused).isTrue();
        assertThat(run("merge.resume", "{}").path("paused").asBoolean()).isFalse();
        assertThat(backend.points().paused).isFalse();
    }
}
