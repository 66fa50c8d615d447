package io.stemma.engine.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a {@link SimulatedDisk} may lose, one rule of its fault model a test: each outcome that the
 * model allows does occur among the seeds, and no other does.
 */
class SimulatedLossTest {
    private static final int SEEDS = 200;
    private static final int PAGE = 4096;

    private static void write(BlockFile file, long offset, int bytes, int value)
            throws IOException {
        byte[] content = new byte[bytes];
        Arrays.fill(content, (byte) value);
        file.write(offset, Memory.of(content).address(), bytes);
    }

    private static byte[] read(BlockFile file, long offset, int bytes) throws IOException {
        Memory memory = new Memory(bytes);
        file.read(offset, memory.address(), bytes);
        return memory.get(bytes);
    }

    /** A durable file of pages that hold 1, 2, 3 and so on. */
    private static BlockFile pages(Folder folder, String name, int pages) throws IOException {
        BlockFile file = folder.create(name, (long) pages * PAGE);
        for (int i = 0; i < pages; i++) {
            write(file, (long) i * PAGE, PAGE, i + 1);
        }
        file.dataSync();
        folder.sync();
        return file;
    }

    @Test
    void anUnlinkThatWasNotSyncedMayBeUndoneAndThenTheFileIsWhole() throws IOException {
        Set<Boolean> outcomes = new HashSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            SimulatedDisk disk = new SimulatedDisk(seed);
            Folder folder = disk.folder();
            pages(folder, "a", 2);
            folder.unlink("a");
            assertThat(folder.exists("a")).isFalse();
            Folder next = disk.restart(false);
            outcomes.add(next.exists("a"));
            if (next.exists("a")) {
                assertThat(read(next.open("a"), PAGE, PAGE)).containsOnly(2);
            }
        }
        assertThat(outcomes).containsExactlyInAnyOrder(true, false);
    }

    @Test
    void anUnlinkThatWasSyncedStays() throws IOException {
        for (int seed = 0; seed < SEEDS; seed++) {
            SimulatedDisk disk = new SimulatedDisk(seed);
            Folder folder = disk.folder();
            pages(folder, "a", 1);
            folder.unlink("a");
            folder.sync();
            assertThat(disk.restart(false).exists("a")).isFalse();
        }
    }

    @Test
    void ofNamesThatWereNotSyncedAnyChoiceMayBeLost() throws IOException {
        Set<String> outcomes = new HashSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            SimulatedDisk disk = new SimulatedDisk(seed);
            Folder folder = disk.folder();
            pages(folder, "old", 1);
            folder.unlink("old");
            folder.create("new", PAGE).dataSync();
            outcomes.add(disk.restart(false).names().toString());
        }
        assertThat(outcomes).containsExactlyInAnyOrder("[]", "[new]", "[old]", "[new, old]");
    }

    @Test
    void aRenameThatWasNotSyncedLeavesOneOfTheNames() throws IOException {
        Set<String> outcomes = new HashSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            SimulatedDisk disk = new SimulatedDisk(seed);
            Folder folder = disk.folder();
            pages(folder, "a", 1);
            folder.rename("a", "b");
            outcomes.add(disk.restart(false).names().toString());
        }
        assertThat(outcomes).containsExactlyInAnyOrder("[a]", "[b]");
    }

    @Test
    void aTruncateThatWasNotSyncedMayBeUndone() throws IOException {
        Set<Long> sizes = new HashSet<>();
        boolean cameBack = false;
        for (int seed = 0; seed < SEEDS; seed++) {
            SimulatedDisk disk = new SimulatedDisk(seed);
            BlockFile file = pages(disk.folder(), "a", 3);
            file.resize(PAGE);
            assertThat(file.size()).isEqualTo(PAGE);
            BlockFile next = disk.restart(false).open("a");
            sizes.add(next.size());
            assertThat(read(next, 0, PAGE)).containsOnly(1);
            cameBack |= next.size() > PAGE && read(next, PAGE, PAGE)[0] == 2;
        }
        assertThat(sizes).containsExactlyInAnyOrder((long) PAGE, 3L * PAGE);
        assertThat(cameBack).isTrue();
    }

    @Test
    void whatWasTruncatedMayComeBackWhenTheFileGrowsAgain() throws IOException {
        Set<Byte> found = new HashSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            SimulatedDisk disk = new SimulatedDisk(seed);
            BlockFile file = pages(disk.folder(), "a", 2);
            file.resize(PAGE);
            file.resize(2L * PAGE);
            assertThat(read(file, PAGE, PAGE)).containsOnly(0);
            BlockFile next = disk.restart(false).open("a");
            if (next.size() == 2 * PAGE) {
                found.add(read(next, PAGE, PAGE)[0]);
            }
        }
        assertThat(found).containsExactlyInAnyOrder((byte) 0, (byte) 2);
    }

    @Test
    void aTruncateThatWasSyncedStays() throws IOException {
        for (int seed = 0; seed < SEEDS; seed++) {
            SimulatedDisk disk = new SimulatedDisk(seed);
            BlockFile file = pages(disk.folder(), "a", 2);
            file.resize(PAGE);
            file.dataSync();
            file.resize(2L * PAGE);
            file.dataSync();
            assertThat(read(disk.restart(false).open("a"), PAGE, PAGE)).containsOnly(0);
        }
    }

    @Test
    void aPunchThatWasNotSyncedMayBeUndonePageByPage() throws IOException {
        Set<String> outcomes = new HashSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            SimulatedDisk disk = new SimulatedDisk(seed);
            BlockFile file = pages(disk.folder(), "a", 4);
            file.punchHole(PAGE, 2L * PAGE);
            byte[] next = read(disk.restart(false).open("a"), 0, 4 * PAGE);
            assertThat(next[PAGE - 1]).isEqualTo((byte) 1);
            assertThat(next[3 * PAGE]).isEqualTo((byte) 4);
            outcomes.add(next[PAGE] + " " + next[2 * PAGE]);
        }
        assertThat(outcomes).containsExactlyInAnyOrder("0 0", "2 3", "0 3", "2 0");
    }

    @Test
    void aSyncOfTheFolderMakesNoPunchDurableAndOneOfTheFileDoes() throws IOException {
        boolean undone = false;
        for (int seed = 0; seed < SEEDS; seed++) {
            SimulatedDisk disk = new SimulatedDisk(seed);
            Folder folder = disk.folder();
            BlockFile first = pages(folder, "a", 1);
            BlockFile second = pages(folder, "b", 1);
            first.punchHole(0, PAGE);
            second.punchHole(0, PAGE);
            folder.sync();
            second.dataSync();
            Folder next = disk.restart(false);
            undone |= read(next.open("a"), 0, PAGE)[0] == 1;
            assertThat(read(next.open("b"), 0, PAGE)).containsOnly(0);
        }
        assertThat(undone).isTrue();
    }

    @Test
    void aSyncOfOneFileSavesNothingOfAnother() throws IOException {
        boolean lost = false;
        for (int seed = 0; seed < SEEDS; seed++) {
            SimulatedDisk disk = new SimulatedDisk(seed);
            Folder folder = disk.folder();
            BlockFile first = pages(folder, "a", 1);
            BlockFile second = pages(folder, "b", 1);
            write(first, 0, PAGE, 9);
            write(second, 0, PAGE, 9);
            second.dataSync();
            Folder next = disk.restart(false);
            lost |= read(next.open("a"), 0, PAGE)[0] == 1;
            assertThat(read(next.open("b"), 0, PAGE)).containsOnly(9);
        }
        assertThat(lost).isTrue();
    }

    @Test
    void aKilledProcessMayHaveWrittenTheFrontOfItsLastWriteInWholeSectors() throws IOException {
        Set<Integer> lengths = new HashSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            SimulatedDisk disk = new SimulatedDisk(seed);
            BlockFile file = pages(disk.folder(), "a", 2);
            disk.crashAtOperation(disk.operations() + 1);
            assertThatThrownBy(() -> write(file, 512, PAGE, 9)).isInstanceOf(SimulatedCrash.class);
            byte[] next = read(disk.restart(true).open("a"), 0, 2 * PAGE);
            int length = 0;
            while (next[512 + length] == 9) {
                length++;
            }
            assertThat(length % 512).isZero();
            assertThat(Arrays.copyOfRange(next, 512 + length, 2 * PAGE)).doesNotContain(9);
            lengths.add(length / 512);
        }
        assertThat(lengths).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8);
    }

    @Test
    void aFailedSyncOfTheFolderIsNotMadeUpForByTheNext() throws IOException {
        Set<Boolean> outcomes = new HashSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            SimulatedDisk disk = new SimulatedDisk(seed);
            Folder folder = disk.folder();
            folder.create("a", PAGE).dataSync();
            disk.failNextSync("");
            assertThatThrownBy(folder::sync).isInstanceOf(FileException.class);
            assertThat(folder.exists("a")).isTrue();
            folder.sync();
            outcomes.add(disk.restart(false).exists("a"));
        }
        assertThat(outcomes).containsExactlyInAnyOrder(true, false);
    }

    @Test
    void whatIsLeftAfterALostPowerIsDurable() throws IOException {
        for (int seed = 0; seed < SEEDS; seed++) {
            SimulatedDisk disk = new SimulatedDisk(seed);
            Folder folder = disk.folder();
            BlockFile file = pages(folder, "a", 3);
            write(file, 0, 2 * PAGE, 9);
            file.punchHole(2L * PAGE, PAGE);
            folder.create("b", PAGE);
            Folder next = disk.restart(false);
            byte[] left = read(next.open("a"), 0, 3 * PAGE);
            List<String> names = next.names();
            Folder last = disk.restart(false);
            assertThat(last.names()).isEqualTo(names);
            assertThat(read(last.open("a"), 0, 3 * PAGE)).isEqualTo(left);
        }
    }

    @Test
    void itCrashesASecondTimeInWhatFollowsTheFirst() throws IOException {
        Set<String> outcomes = new HashSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            SimulatedDisk disk = new SimulatedDisk(seed);
            BlockFile file = pages(disk.folder(), "a", 1);
            disk.crashAtOperation(disk.operations() + 1);
            assertThatThrownBy(() -> write(file, 0, PAGE, 8)).isInstanceOf(SimulatedCrash.class);
            BlockFile next = disk.restart(seed % 2 == 0).open("a");
            disk.crashAtOperation(disk.operations() + 2);
            write(next, 0, PAGE, 9);
            assertThatThrownBy(next::dataSync).isInstanceOf(SimulatedCrash.class);
            SimulatedDisk.Operation crash = disk.crash();
            assertThat(crash).isNotNull();
            outcomes.add(String.valueOf(read(disk.restart(false).open("a"), 0, PAGE)[0]));
        }
        assertThat(outcomes).contains("1", "9").isSubsetOf("1", "8", "9");
    }
}
