package io.stemma.engine.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;

/** What every {@link Folder} does, the simulated one too. */
abstract class FolderContract {
    abstract Folder folder() throws IOException;

    static byte[] noise(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static byte[] read(BlockFile file, long offset, int length) throws IOException {
        Memory memory = new Memory(length);
        file.read(offset, memory.address(), length);
        return memory.get(length);
    }

    static void write(BlockFile file, long offset, byte[] bytes) throws IOException {
        file.write(offset, Memory.of(bytes).address(), bytes.length);
    }

    @Test
    void whatWasWrittenIsReadBackAtAnyOffset() throws IOException {
        try (BlockFile file = folder().create("a", 1 << 20)) {
            byte[] bytes = noise(1, 10_000);
            write(file, 12_345, bytes);
            assertThat(read(file, 12_345, bytes.length)).isEqualTo(bytes);
            assertThat(read(file, 0, 12_345)).containsOnly(0);
        }
    }

    @Test
    void cachedBytesAreReadAtOnce() throws IOException {
        try (BlockFile file = folder().create("a", 1 << 20)) {
            byte[] bytes = noise(2, 4096);
            write(file, 8192, bytes);
            Memory memory = new Memory(4096);
            if (file.readNow(8192, memory.address(), 4096)) {
                assertThat(memory.get(4096)).isEqualTo(bytes);
            }
            assertThat(file.readNow(1 << 20, memory.address(), 4096)).isFalse();
        }
    }

    @Test
    void readingBehindTheEndIsAnErrorThatNamesTheFile() throws IOException {
        try (BlockFile file = folder().create("short", 4096)) {
            assertThatThrownBy(() -> read(file, 4000, 200))
                    .isInstanceOf(EOFException.class)
                    .hasMessageContaining("short");
        }
    }

    @Test
    void aHoleReadsZeroAndGivesItsSpaceBackAndTheSizeStays() throws IOException {
        try (BlockFile file = folder().create("a", 1 << 20)) {
            write(file, 0, noise(3, 1 << 20));
            file.dataSync();
            long before = file.allocatedBytes();
            file.punchHole(65_536, 131_072);
            assertThat(read(file, 65_536, 131_072)).containsOnly(0);
            assertThat(file.allocatedBytes()).isLessThan(before);
            assertThat(file.size()).isEqualTo(1 << 20);
        }
    }

    @Test
    void whatAShrinkCutOffReadsZeroAfterGrowing() throws IOException {
        try (BlockFile file = folder().create("a", 20_000)) {
            byte[] bytes = noise(4, 20_000);
            write(file, 0, bytes);
            file.resize(10_000);
            file.resize(30_000);
            assertThat(read(file, 0, 10_000)).isEqualTo(Arrays.copyOf(bytes, 10_000));
            assertThat(read(file, 10_000, 20_000)).containsOnly(0);
        }
    }

    @Test
    void durableWritesAndSyncsAndWriteBackSucceed() throws IOException {
        try (Folder folder = folder();
                BlockFile file = folder.create("a", 1 << 20)) {
            byte[] bytes = noise(5, 512);
            file.writeDurable(512, Memory.of(bytes).address(), 512);
            file.startWriteBack(0, 1 << 20);
            file.dataSync();
            folder.sync();
            assertThat(read(file, 512, 512)).isEqualTo(bytes);
        }
    }

    @Test
    void namesAreCreatedRenamedAndRemoved() throws IOException {
        try (Folder folder = folder()) {
            folder.create("a", 1).close();
            folder.create("b", 2).close();
            assertThatThrownBy(() -> folder.create("a", 1)).isInstanceOf(FileException.class);
            folder.rename("a", "b");
            assertThat(folder.names()).containsExactly("b");
            assertThat(folder.exists("a")).isFalse();
            try (BlockFile file = folder.open("b")) {
                assertThat(file.size()).isEqualTo(1);
            }
            folder.unlink("b");
            assertThat(folder.names()).isEmpty();
            assertThatThrownBy(() -> folder.open("b")).hasMessageContaining("b");
            assertThatThrownBy(() -> folder.unlink("b")).hasMessageContaining("b");
        }
    }

    @Test
    void aClosedFileRefusesEverything() throws IOException {
        BlockFile file = folder().create("a", 4096);
        file.close();
        file.close();
        assertThatThrownBy(() -> read(file, 0, 1)).isInstanceOf(FileException.class);
        assertThatThrownBy(() -> write(file, 0, new byte[1])).isInstanceOf(FileException.class);
    }

    @Test
    void anOwnedFolderStaysOwned() throws IOException {
        try (Folder folder = folder()) {
            assertThat(folder.tryOwn()).isTrue();
            assertThat(folder.tryOwn()).isTrue();
        }
    }

    @Test
    void theIdentityOfTheMountStaysWhileItIsMounted() throws IOException {
        try (Folder folder = folder()) {
            assertThat(folder.identity()).isEqualTo(folder.identity());
            assertThat(folder.usableBytes()).isPositive();
            assertThat(folder.capacityBytes()).isGreaterThanOrEqualTo(folder.usableBytes());
        }
    }

    @Test
    void whatIsAllocatedOccupiesSpaceAndReadsZeroUntilItIsCutOff() throws IOException {
        try (Folder folder = folder();
                BlockFile file = folder.create("ballast", 0)) {
            file.allocate(0, 1 << 20);
            file.allocate(1 << 20, 1 << 20);
            assertThat(file.size()).isEqualTo(2 << 20);
            assertThat(file.allocatedBytes()).isGreaterThanOrEqualTo(2 << 20);
            assertThat(read(file, (2 << 20) - 4096, 4096)).containsOnly(0);
            file.resize(1 << 20);
            assertThat(file.allocatedBytes()).isLessThan(2 << 20);
        }
    }
}
