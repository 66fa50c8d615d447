package io.stemma.engine.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stemma.engine.io.SimulatedDisk.Act;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

class SimulatedDiskTest extends FolderContract {
    @Override
    Folder folder() {
        return new SimulatedDisk(1).folder();
    }

    @Test
    void aKilledProcessLosesNothingThatWasWritten() throws IOException {
        for (int seed = 0; seed < 50; seed++) {
            SimulatedDisk disk = new SimulatedDisk(seed);
            byte[] bytes = noise(seed, 9000);
            write(disk.folder().create("a", 0), 100, bytes);
            Folder next = disk.restart(true);
            assertThat(read(next.open("a"), 100, 9000)).isEqualTo(bytes);
        }
    }

    @Test
    void lostPowerKeepsWhatWasSynced() throws IOException {
        for (int seed = 0; seed < 50; seed++) {
            SimulatedDisk disk = new SimulatedDisk(seed);
            Folder folder = disk.folder();
            byte[] bytes = noise(seed, 9000);
            BlockFile file = folder.create("a", 0);
            write(file, 100, bytes);
            file.dataSync();
            folder.sync();
            assertThat(read(disk.restart(false).open("a"), 100, 9000)).isEqualTo(bytes);
        }
    }

    @Test
    void lostPowerLeavesEachUnsyncedSectorOldOrNewAndTearsPages() throws IOException {
        Set<String> outcomes = new HashSet<>();
        for (int seed = 0; seed < 200; seed++) {
            SimulatedDisk disk = new SimulatedDisk(seed);
            Folder folder = disk.folder();
            BlockFile file = folder.create("a", 4096);
            write(file, 0, filled(1));
            file.dataSync();
            folder.sync();
            write(file, 0, filled(2));
            byte[] found = read(disk.restart(false).open("a"), 0, 4096);
            StringBuilder outcome = new StringBuilder();
            for (int at = 0; at < 4096; at += 512) {
                byte[] sector = Arrays.copyOfRange(found, at, at + 512);
                assertThat(sector).containsOnly(sector[0]);
                outcome.append(sector[0]);
            }
            outcomes.add(outcome.toString());
        }
        assertThat(outcomes).contains("11111111", "22222222").hasSizeGreaterThan(10);
    }

    private static byte[] filled(int value) {
        byte[] bytes = new byte[4096];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    @Test
    void aDurableWriteIsThereAndItsNeighboursNeedNotBe() throws IOException {
        boolean neighbourLost = false;
        for (int seed = 0; seed < 50; seed++) {
            SimulatedDisk disk = new SimulatedDisk(seed);
            Folder folder = disk.folder();
            BlockFile file = folder.create("a", 4096);
            file.dataSync();
            folder.sync();
            write(file, 0, filled(1));
            file.writeDurable(1024, Memory.of(filled(2)).address(), 512);
            byte[] found = read(disk.restart(false).open("a"), 0, 4096);
            assertThat(Arrays.copyOfRange(found, 1024, 1536)).containsOnly(2);
            neighbourLost |= found[0] == 0;
        }
        assertThat(neighbourLost).isTrue();
    }

    @Test
    void namesThatWereNotSyncedMayBeLost() throws IOException {
        Set<Boolean> outcomes = new HashSet<>();
        for (int seed = 0; seed < 50; seed++) {
            SimulatedDisk disk = new SimulatedDisk(seed);
            BlockFile file = disk.folder().create("a", 4096);
            file.dataSync();
            outcomes.add(disk.restart(false).exists("a"));
        }
        assertThat(outcomes).containsExactlyInAnyOrder(true, false);
    }

    @Test
    void aFailedSyncMarksPagesCleanSoThatTheNextOneSavesNothing() throws IOException {
        boolean lost = false;
        for (int seed = 0; seed < 50; seed++) {
            SimulatedDisk disk = new SimulatedDisk(seed);
            Folder folder = disk.folder();
            BlockFile file = folder.create("a", 4096);
            file.dataSync();
            folder.sync();
            write(file, 0, filled(1));
            disk.failNextSync("a");
            assertThatThrownBy(file::dataSync).isInstanceOf(FileException.class);
            file.dataSync();
            assertThat(read(file, 0, 4096)).containsOnly(1);
            lost |= read(disk.restart(false).open("a"), 0, 4096)[0] == 0;
        }
        assertThat(lost).isTrue();
    }

    @Test
    void itCrashesAtTheOperationItWasToldAndServesNothingUntilTheRestart() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(7);
        BlockFile file = disk.folder().create("a", 4096);
        disk.crashAtOperation(disk.operations() + 2);
        write(file, 0, filled(1));
        assertThatThrownBy(file::dataSync).isInstanceOf(SimulatedCrash.class);
        assertThat(disk.crashed()).isTrue();
        assertThatThrownBy(file::size).isInstanceOf(SimulatedCrash.class);
        Folder next = disk.restart(true);
        assertThatThrownBy(file::size).isInstanceOf(SimulatedCrash.class);
        assertThat(read(next.open("a"), 0, 4096)).containsOnly(1);
    }

    @Test
    void theBootIsAnotherOneAfterLostPowerOnly() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(1);
        MountIdentity first = disk.folder().identity();
        assertThat(disk.restart(true).identity()).isEqualTo(first);
        assertThat(disk.restart(false).identity()).isNotEqualTo(first);
    }

    @Test
    void theRecordTellsTheOrderOfOperationsAndMarks() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(1);
        disk.record(true);
        BlockFile file = disk.folder().create("a", 4096);
        write(file, 0, filled(1));
        disk.mark("command");
        file.dataSync();
        assertThat(disk.recorded())
                .extracting(SimulatedDisk.Operation::act)
                .containsExactly(Act.CREATE, Act.WRITE, Act.MARK, Act.DATA_SYNC);
    }

    @Test
    void aFullDiskRefusesNewPagesAndTakesOldOnes() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(1);
        BlockFile file = disk.folder().create("a", 8192);
        write(file, 0, filled(1));
        disk.full(true);
        write(file, 0, filled(2));
        assertThatThrownBy(() -> write(file, 4096, filled(3)))
                .hasMessageContaining("no space left");
    }
}
