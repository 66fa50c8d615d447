package io.stemma.engine.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class HostFolderTest extends FolderContract {
    @TempDir Path temporary = Path.of("");

    @Override
    Folder folder() throws IOException {
        return HostFolder.open(temporary);
    }

    @Test
    void onlyOneOwnsAFolderUntilItLetsGo() throws IOException {
        try (Folder first = folder();
                Folder second = folder()) {
            assertThat(first.tryOwn()).isTrue();
            assertThat(second.tryOwn()).isFalse();
            first.close();
            assertThat(second.tryOwn()).isTrue();
        }
    }

    @Test
    void cachedBytesAreReadWithoutWaitingOnThisFileSystem() throws IOException {
        try (BlockFile file = folder().create("a", 1 << 20)) {
            write(file, 0, noise(1, 8192));
            assertThat(file.readNow(0, new Memory(8192).address(), 8192)).isTrue();
        }
    }

    @Test
    void bytesBeyondTwoGibibytesHaveTheirPlace() throws IOException {
        try (BlockFile file = folder().create("large", 5L << 40)) {
            byte[] bytes = noise(2, 4096);
            write(file, (5L << 40) - 4096, bytes);
            assertThat(read(file, (5L << 40) - 4096, 4096)).isEqualTo(bytes);
            assertThat(file.size()).isEqualTo(5L << 40);
        }
    }

    @Test
    void aFullDeviceIsToldInWords() throws IOException {
        try (Folder folder = HostFolder.open(Path.of("/dev"));
                BlockFile full = folder.open("full")) {
            assertThatThrownBy(() -> write(full, 0, new byte[512]))
                    .isInstanceOfSatisfying(
                            FileException.class,
                            e -> assertThat(e.reason()).isEqualTo(FileException.Reason.NO_SPACE))
                    .hasMessage(
                            "/dev/full: cannot write 512 bytes at 0: "
                                    + "no space left on the device (ENOSPC)");
        }
    }

    @Test
    void theMountIdentityCarriesTheBoot() throws IOException {
        String boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
        assertThat(folder().identity().bootId()).isEqualTo(boot).hasSize(36);
    }
}
