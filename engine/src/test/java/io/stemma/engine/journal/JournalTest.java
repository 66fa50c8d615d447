package io.stemma.engine.journal;

import static io.stemma.engine.journal.SmallJournals.barrier;
import static io.stemma.engine.journal.SmallJournals.publish;
import static io.stemma.engine.journal.SmallJournals.publishDurable;
import static io.stemma.engine.journal.SmallJournals.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.io.Folder;
import io.stemma.engine.io.SimulatedDisk;
import io.stemma.engine.io.SimulatedDisk.Act;
import io.stemma.engine.journal.PoolState.VolumeState;
import io.stemma.engine.journal.SmallJournals.Outcome;
import io.stemma.engine.journal.SmallJournals.Synced;
import io.stemma.engine.journal.StructuralRecord.RegistryPut;
import io.stemma.engine.journal.StructuralRecord.RegistryRemoved;
import io.stemma.engine.journal.StructuralRecord.VolumeDeleted;
import io.stemma.engine.journal.StructuralRecord.VolumeOffline;
import io.stemma.engine.journal.StructuralRecord.VolumeRecovered;
import io.stemma.engine.journal.StructuralRecord.VolumeRenamed;
import io.stemma.engine.journal.StructuralRecord.VolumeResized;
import io.stemma.engine.journal.StructuralRecord.VolumeWriteCache;
import io.stemma.engine.layer.BlockState;
import io.stemma.engine.layer.PresenceMap;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.List;

class JournalTest {
    private final SimulatedDisk disk = new SimulatedDisk(1);

    private Journal open() throws DeviceException {
        return SmallJournals.open(disk.folder());
    }

    private Journal reopen(boolean sameBoot) throws DeviceException {
        return SmallJournals.open(disk.restart(sameBoot));
    }

    private static VolumeState only(Journal journal) {
        assertThat(journal.state().volumes()).hasSize(1);
        return journal.state().volumes().getFirst();
    }

    private static String states(Journal journal) {
        StringBuilder text = new StringBuilder();
        assertThat(only(journal)).isNotNull();
        PresenceMap map = SmallJournals.blocks(journal);
        for (long block = 0; block < map.blockCount(); block++) {
            text.append(
                    switch (map.get(block)) {
                        case ABSENT -> '.';
                        case DATA -> 'D';
                        case ZERO -> 'Z';
                    });
        }
        return text.toString();
    }

    private static DeviceFault.@Nullable Kind kind(@Nullable DeviceFault fault) {
        return fault == null ? null : fault.kind();
    }

    private Journal withVolume(long blocks) throws DeviceException {
        Journal journal = open();
        journal.commit(volume(journal.nextVolumeKey(), "v", blocks));
        return journal;
    }

    @Test
    void aNewPoolIsEmptyAndWhole() throws DeviceException {
        Journal journal = open();
        assertThat(journal.state().volumes()).isEmpty();
        assertThat(journal.state().registry()).isEmpty();
        assertThat(journal.state().whole()).isTrue();
        assertThat(journal.nextVolumeKey()).isEqualTo(1);
        assertThat(journal.nextLayerKey()).isEqualTo(1);
    }

    @Test
    void structuralRecordsSurviveLostPowerOnceTheCommitReturned() throws DeviceException {
        Journal journal = withVolume(10);
        journal.commit(
                new VolumeRenamed(1, "w"),
                new VolumeWriteCache(1, false),
                new VolumeResized(1, 12),
                new RegistryPut("a", new byte[] {1}),
                new RegistryPut("b", new byte[] {2}));
        journal.commit(new RegistryRemoved("a"), volume(2, "x", 5));
        journal.commit(new VolumeDeleted(2));
        Journal next = reopen(false);
        VolumeState volume = only(next);
        assertThat(volume.description()).isEqualTo(volume(1, "v", 10).with("w", 12, false));
        assertThat(next.state().registry()).containsOnlyKeys("b");
        assertThat(next.nextVolumeKey()).isEqualTo(3);
        assertThat(next.nextLayerKey()).isEqualTo(3);
    }

    @Test
    void aKilledProcessLosesNoPublishedRecord() throws DeviceException {
        Journal journal = withVolume(8);
        assertThat(publish(journal, 1, 2, 3, BlockState.DATA).ended).isTrue();
        publish(journal, 1, 4, 2, BlockState.ZERO);
        assertThat(states(reopen(true))).isEqualTo("..DDZZ..");
    }

    @Test
    void lostPowerVoidsWhatNoBarrierCovered() throws DeviceException {
        Journal journal = withVolume(8);
        publish(journal, 1, 0, 2, BlockState.DATA);
        Synced flushed = barrier(journal, 1);
        publish(journal, 1, 4, 2, BlockState.DATA);
        assertThat(flushed.ended).isTrue();
        assertThat(states(reopen(false))).isEqualTo("DD......");
    }

    @Test
    void aBarrierCoversNoMoreThanItsNumber() throws DeviceException {
        Journal journal = withVolume(4);
        publish(journal, 1, 0, 1, BlockState.DATA);
        long upTo = journal.lastPublished(1);
        publish(journal, 1, 1, 1, BlockState.DATA);
        barrier(journal, 1, upTo);
        assertThat(states(reopen(false))).isEqualTo("D...");
    }

    @Test
    void pendingRecordsStayPendingOverAKilledProcess() throws DeviceException {
        Journal journal = withVolume(4);
        publish(journal, 1, 0, 1, BlockState.DATA);
        assertThat(states(reopen(true))).isEqualTo("D...");
        assertThat(states(reopen(false))).isEqualTo("....");
    }

    @Test
    void aBarrierOfTheNextRunCoversRecordsOfTheOneBefore() throws DeviceException {
        Journal journal = withVolume(4);
        publish(journal, 1, 0, 1, BlockState.DATA);
        Journal next = reopen(true);
        barrier(next, 1);
        assertThat(states(reopen(false))).isEqualTo("D...");
    }

    @Test
    void voidRecordsStayVoid() throws DeviceException {
        Journal journal = withVolume(4);
        publish(journal, 1, 0, 1, BlockState.DATA);
        assertThat(states(reopen(false))).isEqualTo("....");
        assertThat(states(reopen(true))).isEqualTo("....");
        Journal next = reopen(true);
        publish(next, 1, 3, 1, BlockState.DATA);
        assertThat(states(reopen(true))).isEqualTo("...D");
    }

    @Test
    void durableRecordsCountWithoutABarrier() throws DeviceException {
        Journal journal = withVolume(4);
        publish(journal, 1, 0, 4, BlockState.ZERO);
        Outcome durable = publishDurable(journal, 1, 2, BlockState.DATA);
        assertThat(durable.ended).isTrue();
        publish(journal, 1, 2, 1, BlockState.ZERO);
        assertThat(states(reopen(false))).isEqualTo("..D.");
        assertThat(states(reopen(true))).isEqualTo("..D.");
        assertThat(states(reopen(false))).isEqualTo("..D.");
    }

    @Test
    void whatAShrinkCutStaysAbsentAfterGrowing() throws DeviceException {
        Journal journal = withVolume(8);
        publish(journal, 1, 0, 8, BlockState.DATA);
        journal.commit(new VolumeResized(1, 3));
        journal.commit(new VolumeResized(1, 6));
        barrier(journal, 1);
        assertThat(states(reopen(false))).isEqualTo("DDD...");
    }

    @Test
    void anOfflineVolumeStaysOfflineUntilItIsRecovered() throws DeviceException {
        Journal journal = withVolume(4);
        publish(journal, 1, 0, 1, BlockState.DATA);
        barrier(journal, 1);
        publish(journal, 1, 1, 1, BlockState.DATA);
        journal.commit(new VolumeOffline(1, "a sync failed"));
        Journal next = reopen(true);
        assertThat(only(next).offlineReason()).isEqualTo("a sync failed");
        next.commit(new VolumeRecovered(1));
        assertThat(next.barriered(1).get(1)).isEqualTo(BlockState.ABSENT);
        Journal last = reopen(true);
        assertThat(only(last).offlineReason()).isNull();
        assertThat(states(last)).isEqualTo("D...");
    }

    @Test
    void checkpointsBoundTheJournalAndKeepEverything() throws DeviceException, IOException {
        Journal journal = withVolume(64);
        journal.commit(new RegistryPut("key", new byte[1500]));
        for (int round = 0; round < 100; round++) {
            for (int block = 0; block < 64; block += 2) {
                publish(journal, 1, block, 1, round % 2 == 0 ? BlockState.ZERO : BlockState.DATA);
            }
            if (round % 4 == 2) {
                barrier(journal, 1);
            }
        }
        assertThat(disk.folder().names().size()).isLessThan(10);
        assertThat(states(reopen(true))).isEqualTo("D.".repeat(32));
        Journal next = reopen(false);
        assertThat(states(next)).isEqualTo("Z.".repeat(32));
        assertThat(next.state().registry()).containsOnlyKeys("key");
    }

    @Test
    void anythingPublishedOfADeletedVolumeIsGone() throws DeviceException {
        Journal journal = withVolume(4);
        journal.commit(new VolumeDeleted(1));
        Outcome late = publish(journal, 1, 0, 1, BlockState.DATA);
        assertThat(kind(late.fault)).isEqualTo(DeviceFault.Kind.GONE);
    }

    @Test
    void aFlushWithNothingPendingWritesNothing() throws DeviceException {
        Journal journal = withVolume(4);
        publish(journal, 1, 0, 1, BlockState.DATA);
        barrier(journal, 1);
        disk.record(true);
        Synced second = barrier(journal, 1);
        assertThat(second.ended).isTrue();
        assertThat(disk.recorded()).isEmpty();
    }

    @Test
    void theJournalIsSyncedBetweenABarrierAndItsAnswer() throws DeviceException {
        Journal journal = withVolume(4);
        publish(journal, 1, 0, 1, BlockState.DATA);
        disk.record(true);
        assertThat(barrier(journal, 1).ended).isTrue();
        assertThat(disk.recorded())
                .extracting(SimulatedDisk.Operation::act)
                .containsExactly(Act.WRITE, Act.DATA_SYNC);
    }

    @Test
    void aFailedSyncOfTheJournalStopsItAndTheNextStartTrustsNoCache() throws IOException {
        Journal journal = withVolume(4);
        publish(journal, 1, 0, 1, BlockState.DATA);
        disk.failNextSync("journal");
        Synced failed = barrier(journal, 1);
        assertThat(kind(failed.fault)).isEqualTo(DeviceFault.Kind.OFFLINE);
        assertThat(journal.failed()).isTrue();
        assertThat(publish(journal, 1, 1, 1, BlockState.DATA).fault).isNotNull();
        assertThatThrownBy(() -> journal.commit(new VolumeDeleted(1)))
                .isInstanceOf(DeviceException.class);
        Journal next = reopen(true);
        assertThat(next.state().cacheSurvived()).isFalse();
        assertThat(next.failed()).isFalse();
        assertThat(disk.folder().names()).doesNotContain("journal.failed");
    }

    @Test
    void aFullDiskRefusesRecordsAndTheJournalGoesOnWhenThereIsRoom() throws DeviceException {
        Journal journal = withVolume(64);
        disk.full(true);
        Outcome outcome = new Outcome();
        for (int i = 0; i < 2000; i++) {
            outcome = publish(journal, 1, i % 64, 1, BlockState.DATA);
            if (outcome.fault != null) {
                break;
            }
        }
        assertThat(kind(outcome.fault)).isEqualTo(DeviceFault.Kind.SPACE_EXHAUSTED);
        disk.full(false);
        assertThat(publish(journal, 1, 5, 1, BlockState.ZERO).fault).isNull();
        barrier(journal, 1);
        assertThat(SmallJournals.blocks(reopen(false)).get(5)).isEqualTo(BlockState.ZERO);
    }

    @Test
    void aJournalThatIsGoneWhileLayersAreThereIsNotMadeAnew() throws IOException {
        Folder folder = disk.folder();
        folder.create("layer.0000000000000001", 4096);
        assertThatThrownBy(() -> SmallJournals.open(folder))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("no journal");
    }

    @Test
    void aCommitTooLargeForOneGroupIsRefused() throws DeviceException {
        Journal journal = open();
        assertThatThrownBy(() -> journal.commit(new RegistryPut("k", new byte[9000])))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(journal.failed()).isFalse();
    }

    @Test
    void aRunThatEndedCleanlyIsFoundWhole() throws DeviceException {
        Journal journal = withVolume(4);
        publish(journal, 1, 0, 1, BlockState.DATA);
        barrier(journal, 1);
        journal.endCleanly();
        journal.close();
        for (boolean sameBoot : List.of(true, false)) {
            Journal next = reopen(sameBoot);
            assertThat(states(next)).isEqualTo("D...");
            assertThat(next.state().whole()).isTrue();
            next.endCleanly();
            next.close();
        }
    }
}
