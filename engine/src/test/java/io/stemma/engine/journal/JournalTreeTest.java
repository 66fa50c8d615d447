package io.stemma.engine.journal;

import static io.stemma.engine.journal.SmallJournals.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.io.SimulatedDisk;
import io.stemma.engine.journal.PoolState.LayerState;
import io.stemma.engine.journal.SmallJournals.Outcome;
import io.stemma.engine.journal.StructuralRecord.RegistryPut;
import io.stemma.engine.journal.StructuralRecord.VolumeDeleted;
import io.stemma.engine.journal.StructuralRecord.VolumeRenamed;
import io.stemma.engine.journal.StructuralRecord.VolumeResized;
import io.stemma.engine.journal.TreeRecord.EdgeClosed;
import io.stemma.engine.journal.TreeRecord.HeadJoined;
import io.stemma.engine.journal.TreeRecord.HeadSplit;
import io.stemma.engine.journal.TreeRecord.LayerMerged;
import io.stemma.engine.journal.TreeRecord.LayerTrimmed;
import io.stemma.engine.journal.TreeRecord.Member;
import io.stemma.engine.journal.TreeRecord.ParentCut;
import io.stemma.engine.journal.TreeRecord.SnapshotAdopted;
import io.stemma.engine.journal.TreeRecord.SnapshotDeleted;
import io.stemma.engine.journal.TreeRecord.SnapshotHeld;
import io.stemma.engine.journal.TreeRecord.SnapshotNamed;
import io.stemma.engine.journal.TreeRecord.SnapshotRenamed;
import io.stemma.engine.journal.TreeRecord.VolumeCloned;
import io.stemma.engine.journal.TreeRecord.VolumeReverted;
import io.stemma.engine.layer.BlockState;
import io.stemma.engine.layer.PresenceMap;
import io.stemma.engine.runtime.InvariantViolation;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/** Volume 1 of 8 blocks, its first layer 1; the snapshots have the keys from 100 on. */
class JournalTreeTest {
    private final SimulatedDisk disk = new SimulatedDisk(1);
    private Journal journal;

    JournalTreeTest() throws DeviceException {
        journal = SmallJournals.open(disk.folder());
    }

    @BeforeEach
    void aVolume() throws DeviceException {
        journal.commit(volume(1, "v", 8));
    }

    private void publish(int volume, int layer, long first, long count, BlockState state) {
        Outcome outcome = new Outcome();
        journal.publish(outcome.prepare(volume, layer, first, count, state, false));
        assertThat(outcome.fault).isNull();
    }

    private void snapshot(int key, int newLayer) throws DeviceException {
        int frozen = newLayer - 1;
        journal.commit(new HeadSplit(1, newLayer));
        SmallJournals.barrier(journal, 1);
        journal.commit(named(key, frozen, 8));
    }

    private static SnapshotNamed named(int key, int layer, long blocks) {
        Member member = new Member(1, key, new UUID(5, key), layer, blocks, key, "serial");
        return new SnapshotNamed(new UUID(6, key), "s" + key, 1000, List.of(member));
    }

    private void restart(boolean sameBoot) throws DeviceException {
        journal = SmallJournals.open(disk.restart(sameBoot));
    }

    private LayerState layer(int key) {
        return Objects.requireNonNull(journal.state().layers().get(key));
    }

    /** Layers as key: parent/visible map, after a restart. */
    private Map<Integer, String> found(boolean sameBoot) throws DeviceException {
        restart(sameBoot);
        Map<Integer, String> found = new TreeMap<>();
        for (LayerState l : journal.state().layers().values()) {
            String map = TreeWorld.map(l.presence());
            found.put(l.key(), "%d/%d %s".formatted(l.parentKey(), l.visibleBlocks(), map));
        }
        return found;
    }

    private int head(int volume) {
        return journal.state().volumes().stream()
                .map(PoolState.VolumeState::description)
                .filter(created -> created.volumeKey() == volume)
                .findAny()
                .orElseThrow()
                .layerKey();
    }

    private void assertGone(StructuralRecord... records) {
        assertThatThrownBy(() -> journal.commit(records))
                .isInstanceOfSatisfying(
                        DeviceException.class,
                        gone -> assertThat(gone.fault().kind()).isEqualTo(DeviceFault.Kind.GONE));
        assertThat(journal.failed()).isFalse();
    }

    @Test
    void recordsCountForTheLayerThatTheyName() throws DeviceException {
        publish(1, 1, 0, 2, BlockState.DATA);
        journal.commit(new HeadSplit(1, 2));
        publish(1, 2, 4, 1, BlockState.DATA);
        publish(1, 1, 2, 1, BlockState.DATA);
        assertThat(journal.settled(1)).isFalse();
        assertThat(found(true)).isEqualTo(Map.of(1, "0/0 DDD.....", 2, "1/8 ....D..."));
        assertThat(layer(1).shared()).isFalse();
        SmallJournals.barrier(journal, 1);
        assertThat(journal.settled(1)).isTrue();
        assertThat(found(false)).isEqualTo(Map.of(1, "0/0 DDD.....", 2, "1/8 ....D..."));
        assertThat(layer(1).shared()).isTrue();
        assertThat(layer(2).shared()).isFalse();
    }

    @Test
    void anAtomicWriteIsDoneInTheLayerThatItNames() throws DeviceException {
        journal.commit(new HeadSplit(1, 2));
        journal.intents().close(1, 1, 7, 3, 2);
        assertThat(found(false)).isEqualTo(Map.of(1, "0/0 ...DD...", 2, "1/8 ........"));
    }

    @Test
    void aCutThatWasGivenUpLeavesTheLayerThatWas() throws DeviceException {
        publish(1, 1, 0, 2, BlockState.DATA);
        journal.commit(new HeadSplit(1, 2));
        journal.commit(new HeadJoined(1));
        publish(1, 1, 2, 1, BlockState.DATA);
        assertThat(found(true)).isEqualTo(Map.of(1, "0/0 DDD....."));
        assertThat(head(1)).isEqualTo(1);
    }

    @Test
    void aSnapshotKnowsWhatItWasTakenOf() throws DeviceException {
        snapshot(100, 2);
        journal.commit(new SnapshotHeld(100, "b", true), new SnapshotHeld(100, "a", true));
        journal.commit(new VolumeRenamed(1, "w"), new SnapshotRenamed(100, "monday"));
        journal.commit(new VolumeResized(1, 20));
        journal.commit(new SnapshotHeld(100, "b", false));
        restart(false);
        SnapshotState expected =
                new SnapshotState(
                        100,
                        1,
                        1,
                        new UUID(5, 100),
                        new UUID(6, 100),
                        "monday",
                        new UUID(1, 1),
                        "w",
                        8,
                        4096,
                        4096,
                        100,
                        "serial",
                        1000,
                        List.of("a"));
        assertThat(journal.state().snapshots()).containsExactly(expected);
        assertThat(journal.nextSnapshotKey()).isEqualTo(101);
        journal.commit(new VolumeDeleted(1));
        restart(true);
        assertThat(journal.state().volumes()).isEmpty();
        assertThat(journal.state().snapshots()).containsExactly(expected);
        assertThat(journal.layers()).containsExactly(1);
    }

    @Test
    void layersThatNobodyNeedsAreGone() throws DeviceException {
        snapshot(100, 2);
        snapshot(101, 3);
        journal.commit(new VolumeDeleted(1));
        assertThat(journal.layers()).containsExactlyInAnyOrder(1, 2);
        journal.commit(new SnapshotDeleted(100));
        assertThat(journal.layers()).containsExactlyInAnyOrder(1, 2);
        journal.commit(new SnapshotDeleted(101));
        assertThat(journal.layers()).isEmpty();
        assertThat(found(false)).isEmpty();
    }

    @Test
    void aCloneSeesTheSnapshotAndNotWhatCameAfter() throws DeviceException {
        publish(1, 1, 0, 2, BlockState.DATA);
        snapshot(100, 2);
        publish(1, 2, 3, 1, BlockState.DATA);
        journal.commit(new VolumeCloned(volume(200, "c", 8).over(9), 100));
        journal.commit(new SnapshotAdopted(100, 200));
        publish(200, 9, 7, 1, BlockState.ZERO);
        assertThat(found(true))
                .isEqualTo(Map.of(1, "0/0 DD......", 2, "1/8 ...D....", 9, "1/8 .......Z"));
        assertThat(journal.state().snapshots().getFirst().originName()).isEqualTo("c");
        assertThat(journal.nextLayerKey()).isEqualTo(10);
    }

    @Test
    void aRevertedVolumeHasTheSizeAndTheBlocksOfTheSnapshot() throws DeviceException {
        publish(1, 1, 0, 2, BlockState.DATA);
        snapshot(100, 2);
        publish(1, 2, 3, 1, BlockState.DATA);
        journal.commit(new VolumeResized(1, 3));
        long last = journal.lastPublished(1);
        journal.commit(new VolumeReverted(1, 3, 100));
        assertThat(journal.lastPublished(1)).isEqualTo(last);
        assertThat(journal.settled(2)).isTrue();
        publish(1, 3, 7, 1, BlockState.DATA);
        assertThat(found(true)).isEqualTo(Map.of(1, "0/0 DD......", 3, "1/8 .......D"));
        SmallJournals.barrier(journal, 1);
        assertThat(found(false)).isEqualTo(Map.of(1, "0/0 DD......", 3, "1/8 .......D"));
    }

    @Test
    void anAtomicWriteThatWasOpenIsNotDoneToARevertedVolume() throws DeviceException {
        snapshot(100, 2);
        journal.intents().open(1, 0, Arena.ofAuto().allocate(4096));
        journal.commit(new VolumeReverted(1, 3, 100));
        assertThat(journal.intents().of(1)).isEmpty();
    }

    @Test
    void whatAShrinkHidesStaysHiddenWhenTheVolumeGrows() throws DeviceException {
        publish(1, 1, 0, 8, BlockState.DATA);
        snapshot(100, 2);
        publish(1, 2, 0, 8, BlockState.ZERO);
        journal.commit(new VolumeResized(1, 3));
        journal.commit(new VolumeResized(1, 8));
        SmallJournals.barrier(journal, 1);
        assertThat(found(false)).isEqualTo(Map.of(1, "0/0 DDDDDDDD", 2, "1/3 ZZZ....."));
    }

    @Test
    void aMergeIntoTheChildLeavesTheChildOverItsGrandparent() throws DeviceException {
        publish(1, 1, 0, 8, BlockState.ZERO);
        snapshot(100, 2);
        publish(1, 2, 0, 4, BlockState.DATA);
        snapshot(101, 3);
        publish(1, 3, 0, 1, BlockState.ZERO);
        SmallJournals.barrier(journal, 1);
        journal.commit(new SnapshotDeleted(101));
        journal.commit(new LayerMerged(3, true, 0, 2));
        assertThat(found(false).get(3)).isEqualTo("2/8 ZD......");
        journal.commit(new LayerMerged(3, true, 2, 6), new EdgeClosed(3, true));
        assertThat(journal.layers()).containsExactlyInAnyOrder(1, 3);
        assertThat(found(false)).isEqualTo(Map.of(1, "0/0 ZZZZZZZZ", 3, "1/8 ZDDD...."));
    }

    @Test
    void aMergeIntoTheParentGivesItThePlaceOfTheChild() throws DeviceException {
        publish(1, 1, 0, 1, BlockState.DATA);
        snapshot(100, 2);
        publish(1, 2, 1, 1, BlockState.DATA);
        snapshot(101, 3);
        journal.commit(new SnapshotDeleted(100));
        journal.commit(new LayerMerged(2, false, 0, 8));
        assertThat(found(false))
                .isEqualTo(Map.of(1, "0/0 DD......", 2, "1/8 ........", 3, "2/8 ........"));
        journal.commit(new EdgeClosed(2, false));
        assertThat(found(false)).isEqualTo(Map.of(1, "0/0 DD......", 3, "1/8 ........"));
        assertThat(journal.state().snapshots().getFirst().layerKey()).isEqualTo(1);
    }

    @Test
    void theJournalFollowsMergesInAMapThatItShares() throws DeviceException {
        publish(1, 1, 0, 2, BlockState.DATA);
        snapshot(100, 2);
        publish(1, 2, 0, 1, BlockState.DATA);
        SmallJournals.barrier(journal, 1);
        PresenceMap shared = new PresenceMap(8);
        shared.set(0, 2, BlockState.DATA);
        journal.adopt(1, shared);
        journal.commit(new SnapshotDeleted(100), new LayerTrimmed(1, 0, 8));
        assertThat(TreeWorld.map(shared)).isEqualTo(".D......");
        assertThat(found(false).get(1)).isEqualTo("0/0 .D......");
    }

    @Test
    void theMapOfALayerThatIsNotSettledOrIsWrittenIsNotShared() throws DeviceException {
        publish(1, 1, 0, 2, BlockState.DATA);
        journal.commit(new HeadSplit(1, 2));
        assertThatThrownBy(() -> journal.adopt(1, new PresenceMap(8)))
                .isInstanceOf(InvariantViolation.class);
        assertThatThrownBy(() -> journal.adopt(2, new PresenceMap(8)))
                .isInstanceOf(InvariantViolation.class);
        SmallJournals.barrier(journal, 1);
        assertThatThrownBy(() -> journal.adopt(1, new PresenceMap(7)))
                .isInstanceOf(InvariantViolation.class);
    }

    @Test
    void whatIsNotThereIsGone() throws DeviceException {
        assertGone(new HeadSplit(2, 5));
        assertGone(new HeadJoined(2));
        assertGone(named(100, 7, 8));
        assertGone(new SnapshotDeleted(100));
        assertGone(new SnapshotRenamed(100, "x"));
        assertGone(new SnapshotHeld(100, "x", true));
        assertGone(new SnapshotAdopted(100, 1));
        assertGone(new VolumeCloned(volume(9, "c", 8), 100));
        assertGone(new VolumeReverted(1, 5, 100));
        assertGone(new LayerMerged(7, true, 0, 1));
        assertGone(new EdgeClosed(7, true));
        assertGone(new LayerTrimmed(7, 0, 1));
        assertGone(new ParentCut(7));
        journal.commit(new HeadSplit(1, 2), named(100, 1, 8), new SnapshotDeleted(100));
        assertThat(journal.layers()).containsExactlyInAnyOrder(1, 2);
    }

    @Test
    void aPoolWithoutSnapshotsIsWrittenAsItAlwaysWas() throws IOException {
        for (int i = 0; i < 200; i++) {
            publish(1, 1, i % 8, 1, i % 3 == 0 ? BlockState.ZERO : BlockState.DATA);
            SmallJournals.barrier(journal, 1);
            journal.commit(new RegistryPut("k", new byte[] {(byte) i}));
        }
        journal.intents().close(1, 1, journal.intents().open(1, 0, someBytes()), 0, 0);
        journal.endCleanly();
        Set<Integer> kinds = kinds();
        assertThat(kinds).contains(RecordType.CHECKPOINT_RUNS.code, RecordType.ATOMIC_DONE.code);
        assertThat(kinds).allMatch(code -> code < 16 || (code >= 64 && code < 87));
    }

    private static MemorySegment someBytes() {
        return Arena.ofAuto().allocate(4096);
    }

    private Set<Integer> kinds() throws IOException {
        SegmentStore store = new SegmentStore(disk.folder(), SmallJournals.SHAPE, true);
        Survey survey = new Survey(store.find(false), Set.of());
        Set<Integer> kinds = new TreeSet<>();
        for (Survey.Surveyed surveyed : survey.segments) {
            SegmentReader reader = survey.reader(surveyed);
            while (reader.next()) {
                ByteBuffer body = reader.body();
                for (int i = 0; i < reader.records(); i++) {
                    int at = body.position();
                    kinds.add((int) body.getShort(at));
                    body.position(at + body.getInt(at + 4));
                }
            }
        }
        return kinds;
    }
}
