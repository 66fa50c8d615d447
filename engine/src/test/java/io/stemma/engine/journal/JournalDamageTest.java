package io.stemma.engine.journal;

import static io.stemma.engine.journal.SmallJournals.barrier;
import static io.stemma.engine.journal.SmallJournals.publish;
import static io.stemma.engine.journal.SmallJournals.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.io.BlockFile;
import io.stemma.engine.io.Folder;
import io.stemma.engine.io.Memory;
import io.stemma.engine.io.SimulatedCrash;
import io.stemma.engine.io.SimulatedDisk;
import io.stemma.engine.journal.PoolState.VolumeState;
import io.stemma.engine.journal.StructuralRecord.RegistryPut;
import io.stemma.engine.journal.StructuralRecord.VolumeRecovered;
import io.stemma.engine.journal.StructuralRecord.VolumeRenamed;
import io.stemma.engine.layer.BlockState;
import io.stemma.engine.layer.PresenceMap;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Bytes of the journal that went bad on the disk, told from a tail that was never finished. */
class JournalDamageTest {
    private static final JournalShape ROOMY = new JournalShape(64 << 10, 8 << 10, 4);

    private final SimulatedDisk disk = new SimulatedDisk(1);
    private final Folder folder = disk.folder();

    private Journal open(Folder of) throws DeviceException {
        return SmallJournals.open(of, ROOMY);
    }

    /** Offsets of the groups that are written while {@code acts} run, and the file they are in. */
    private List<SimulatedDisk.Operation> groups(Runnable acts) {
        disk.record(true);
        acts.run();
        List<SimulatedDisk.Operation> writes = new ArrayList<>();
        for (SimulatedDisk.Operation operation : disk.recorded()) {
            if (operation.act() == SimulatedDisk.Act.WRITE) {
                writes.add(operation);
            }
        }
        return writes;
    }

    private static void spoil(Folder folder, SimulatedDisk.Operation group) throws IOException {
        try (BlockFile file = folder.open(group.name())) {
            Memory memory = new Memory(1);
            long place = group.offset() + group.length() - 9;
            file.read(place, memory.address(), 1);
            memory.put(new byte[] {(byte) (memory.get(1)[0] ^ 1)});
            file.write(place, memory.address(), 1);
            file.dataSync();
        }
    }

    private static @Nullable String offline(Journal journal, int volumeKey) {
        for (VolumeState volume : journal.state().volumes()) {
            if (volume.description().volumeKey() == volumeKey) {
                return volume.offlineReason();
            }
        }
        return "gone";
    }

    private Journal withVolumes() throws DeviceException {
        Journal journal = open(folder);
        journal.commit(volume(1, "one", 8), volume(2, "two", 8));
        return journal;
    }

    @Test
    void aLostRecordTakesItsVolumeOfflineAndNamesThePlaceAndNoOtherVolume() throws IOException {
        Journal journal = withVolumes();
        publish(journal, 1, 0, 1, BlockState.DATA);
        publish(journal, 2, 0, 1, BlockState.DATA);
        barrier(journal, 1);
        List<SimulatedDisk.Operation> lost =
                groups(() -> publish(journal, 1, 1, 1, BlockState.DATA));
        barrier(journal, 1);
        publish(journal, 2, 1, 1, BlockState.DATA);
        barrier(journal, 2);
        Folder next = disk.restart(false);
        spoil(next, lost.getFirst());
        Journal found = open(next);
        assertThat(found.state().whole()).isFalse();
        assertThat(found.state().readOnlyReason()).isNull();
        assertThat(offline(found, 1)).contains("journal.000").contains("offset");
        assertThat(offline(found, 2)).isNull();
        Journal again = open(disk.restart(true));
        assertThat(offline(again, 1)).contains("offset");
        again.commit(new VolumeRecovered(1));
        assertThat(offline(open(disk.restart(false)), 1)).isNull();
    }

    @Test
    void aLostStructuralRecordMakesThePoolReadOnlyAndNothingIsWritten() throws IOException {
        Journal journal = withVolumes();
        List<SimulatedDisk.Operation> lost = groups(() -> rename(journal, "other"));
        rename(journal, "another");
        Folder next = disk.restart(false);
        spoil(next, lost.getFirst());
        disk.record(true);
        Journal found = open(next);
        assertThat(disk.recorded()).isEmpty();
        assertThat(found.state().readOnlyReason()).contains("journal.000");
        assertThat(found.failed()).isTrue();
        assertThatThrownBy(() -> found.commit(new VolumeRenamed(1, "x")))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("read-only");
    }

    @Test
    void aReadOnlyPoolShowsNoBlockThatALostPowerMadeVoid() throws IOException {
        Journal journal = withVolumes();
        publish(journal, 1, 0, 1, BlockState.DATA);
        barrier(journal, 1);
        publish(journal, 1, 1, 1, BlockState.DATA);
        List<SimulatedDisk.Operation> lost = groups(() -> rename(journal, "other"));
        rename(journal, "another");
        Folder next = disk.restart(false);
        spoil(next, lost.getFirst());
        PresenceMap found = SmallJournals.blocks(open(next));
        assertThat(found.get(0)).isEqualTo(BlockState.DATA);
        assertThat(found.get(1)).isEqualTo(BlockState.ABSENT);
    }

    @Test
    void aPoolWhoseBeginningIsLostIsNotTakenForNone() throws IOException {
        List<SimulatedDisk.Operation> first = new ArrayList<>();
        first.addAll(groups(() -> put("key")));
        Folder next = disk.restart(false);
        for (SimulatedDisk.Operation group : first) {
            if (group.offset() == Segment.HEADER_BYTES) {
                spoil(next, group);
            }
        }
        assertThatThrownBy(() -> open(next))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("no checkpoint");
    }

    private void put(String key) {
        try {
            open(folder).commit(new RegistryPut(key, new byte[1]));
        } catch (DeviceException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void rename(Journal journal, String name) {
        try {
            journal.commit(new VolumeRenamed(1, name));
        } catch (DeviceException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aBadGroupThatWasNeverKnownDurableIsATornTail() throws IOException {
        Journal journal = withVolumes();
        publish(journal, 1, 0, 1, BlockState.DATA);
        barrier(journal, 1);
        List<SimulatedDisk.Operation> torn =
                groups(() -> publish(journal, 1, 1, 1, BlockState.DATA));
        publish(journal, 2, 1, 1, BlockState.DATA);
        Folder next = disk.restart(true);
        spoil(next, torn.getFirst());
        Journal found = open(next);
        assertThat(found.state().whole()).isTrue();
        assertThat(offline(found, 1)).isNull();
        assertThat(SmallJournals.blocks(found).get(0)).isEqualTo(BlockState.DATA);
        assertThat(SmallJournals.blocks(found).get(1)).isEqualTo(BlockState.ABSENT);
    }

    @Test
    void aVolumeWhoseLastRecordsMayBeLostIsOfflineToo() throws IOException {
        Journal journal = withVolumes();
        publish(journal, 1, 0, 1, BlockState.DATA);
        List<SimulatedDisk.Operation> lost = groups(() -> barrier(journal, 1));
        publish(journal, 2, 0, 1, BlockState.DATA);
        barrier(journal, 2);
        publish(journal, 2, 1, 1, BlockState.DATA);
        Folder next = disk.restart(true);
        spoil(next, lost.getFirst());
        Journal found = open(next);
        assertThat(offline(found, 1)).contains("offset");
    }

    @Test
    void segmentsOfAnotherPoolAreNotTakenForThisOne() throws IOException {
        withVolumes();
        SimulatedDisk other = new SimulatedDisk(2);
        open(other.folder()).commit(volume(1, "x", 4));
        try (BlockFile from = other.folder().open("journal.0000");
                BlockFile to = folder.create("journal.0099", from.size())) {
            Memory memory = new Memory((int) from.size());
            from.read(0, memory.address(), (int) from.size());
            to.write(0, memory.address(), (int) from.size());
        }
        assertThatThrownBy(() -> open(disk.restart(true)))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("another pool");
    }

    private static void overwriteHeader(Folder folder, String name, int value) throws IOException {
        try (BlockFile file = folder.open(name)) {
            Memory memory = new Memory(Segment.HEADER_BYTES);
            byte[] bytes = new byte[Segment.HEADER_BYTES];
            Arrays.fill(bytes, (byte) value);
            memory.put(bytes);
            file.write(0, memory.address(), bytes.length);
            file.dataSync();
        }
    }

    private static List<String> segments(Folder folder) throws IOException {
        return folder.names().stream().filter(name -> name.startsWith("journal.")).toList();
    }

    @Test
    void aPoolWhoseSegmentHeadersAreLostIsNotTakenForNone() throws IOException {
        for (int value : new int[] {0, 0xff}) {
            SimulatedDisk spoilt = new SimulatedDisk(1);
            open(spoilt.folder()).commit(new RegistryPut("key", new byte[1]));
            Folder next = spoilt.restart(false);
            for (String name : segments(next)) {
                overwriteHeader(next, name, value);
            }
            assertThatThrownBy(() -> open(next))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContaining("journal.0000");
            assertThat(segments(next)).isNotEmpty();
        }
    }

    @Test
    void anEmptySegmentDoesNotHideOneWhoseHeaderIsLost() throws IOException {
        open(folder).commit(new RegistryPut("key", new byte[1]));
        Folder next = disk.restart(false);
        Segment old;
        try (BlockFile file = next.open("journal.0000")) {
            old = Objects.requireNonNull(Segment.read(file));
        }
        try (BlockFile file = next.create("journal.0050", ROOMY.segmentBytes())) {
            new Segment(file, old.pool, old.incarnation + 1, old.bytes).begin();
        }
        next.sync();
        overwriteHeader(next, "journal.0000", 0xff);
        assertThatThrownBy(() -> open(next))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("journal.0000");
    }

    @Test
    void whatAnInterruptedCreationLeftBehindIsNoDamage() throws IOException {
        folder.create("journal.0000", ROOMY.segmentBytes()).close();
        folder.create("journal.0001", 0).close();
        assertThat(open(folder).state().whole()).isTrue();
    }

    /** A hole that concerns many volumes, whose records of that are more than a group holds. */
    private Folder manyVolumesAndAHole(SimulatedDisk of, int volumes) throws IOException {
        Journal journal = open(of.folder());
        for (int key = 1; key <= volumes; key++) {
            journal.commit(volume(key, "v" + key, 8));
        }
        publish(journal, 1, 0, 1, BlockState.DATA);
        barrier(journal, 1);
        of.record(true);
        publish(journal, 1, 1, 1, BlockState.DATA);
        SimulatedDisk.Operation lost = of.recorded().getLast();
        of.record(false);
        barrier(journal, 1);
        publish(journal, 1, 2, 1, BlockState.DATA);
        barrier(journal, 1);
        Folder next = of.restart(false);
        spoil(next, lost);
        return next;
    }

    private static long offlineVolumes(Journal journal) {
        return journal.state().volumes().stream()
                .filter(volume -> volume.offlineReason() != null)
                .count();
    }

    @Test
    void moreVolumesMayGoOfflineAtOnceThanAGroupHolds() throws IOException {
        Folder next = manyVolumesAndAHole(disk, 300);
        assertThat(offlineVolumes(open(next))).isEqualTo(300);
        assertThat(offlineVolumes(open(disk.restart(false)))).isEqualTo(300);
    }

    @Test
    void aCrashBetweenTheGroupsOfThatVerdictLosesNoneOfIt() throws IOException {
        for (int after = 1; after <= 40; after++) {
            SimulatedDisk crashing = new SimulatedDisk(after);
            Folder next = manyVolumesAndAHole(crashing, 300);
            crashing.crashAtOperation(crashing.operations() + after);
            try {
                open(next);
            } catch (SimulatedCrash expected) {
                assertThat(crashing.crashed()).isTrue();
            }
            Folder again = crashing.restart(after % 2 == 0);
            assertThat(offlineVolumes(open(again))).as("after %d", after).isEqualTo(300);
        }
    }
}
