package io.stemma.server.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.server.interop.Program.Outcome;
import io.stemma.server.interop.ServerSetup.Accounts;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The commands that the README shows: libiscsi's tools, and QEMU copying a file system over. */
@Tag("interop")
final class QemuClientsTest {
    private static final Duration SHORT = Duration.ofSeconds(20);
    private static final Duration LONG = Duration.ofMinutes(5);
    @TempDir private Path folder;

    @Test
    void libiscsiToolsAnswer() throws Exception {
        try (StemmaProcess server = StemmaProcess.start(folder, ServerSetup.plain(64))) {
            String url = server.url(ServerSetup.PLAIN);
            Outcome inquiry = Program.run(SHORT, "iscsi-inq", url).expectSuccess();
            assertThat(inquiry.output())
                    .contains("DIRECT_ACCESS")
                    .containsIgnoringCase("vendor:stemma");
            Outcome capacity = Program.run(SHORT, "iscsi-readcapacity16", url).expectSuccess();
            assertThat(capacity.output()).contains(Long.toString(64L << 20));
            String[] list = {"iscsi-ls", "-s", "iscsi://" + server.portal()};
            assertThat(Program.run(Duration.ofSeconds(5), list).expectSuccess().output())
                    .contains(ServerSetup.PLAIN)
                    .containsPattern("(?i)lun:0");
        }
    }

    /** The others, 86h and 8Fh, libiscsi's program fetches but has no words for. */
    @Test
    void everyPageThatIsOfferedAndThatLibiscsiKnowsCanBeRead() throws Exception {
        try (StemmaProcess server = StemmaProcess.start(folder, ServerSetup.plain(64))) {
            String url = server.url(ServerSetup.PLAIN);
            List<String> codes =
                    Program.run(SHORT, "iscsi-inq", "-e", "1", "-c", "0", url)
                            .expectSuccess()
                            .output()
                            .lines()
                            .filter(line -> line.contains("Page:0x"))
                            .map(line -> line.replaceAll(".*Page:0x([0-9a-fA-F]+).*", "$1"))
                            .toList();
            List<String> known = List.of("00", "80", "83", "b0", "b1", "b2");
            assertThat(codes).containsAll(known).contains("86", "8f");
            for (String code : known) {
                String decimal = Integer.toString(Integer.parseInt(code, 16));
                Program.run(SHORT, "iscsi-inq", "-e", "1", "-c", decimal, url).expectSuccess();
            }
        }
    }

    @Test
    void aFileSystemCopiedByQemuIsIdenticalAlsoAfterARestart() throws Exception {
        Path source = Path.of("/usr/share/doc");
        copyAndCompare(used(source) * 2 + 64, source);
    }

    @Test
    @Tag("full")
    void allOfUsrShareCopiedByQemuIsIdenticalAlsoAfterARestart() throws Exception {
        Path source = Path.of("/usr/share");
        copyAndCompare(Math.max(700, used(source) * 2), source);
    }

    @Test
    void qemuWritesWithHeaderDigestAndChap() throws Exception {
        try (StemmaProcess server = StemmaProcess.start(folder, ServerSetup.plainAndGuarded(64))) {
            Accounts accounts = ServerSetup.ACCOUNTS;
            String options =
                    String.join(
                            ",",
                            "driver=raw,file.driver=iscsi,file.transport=tcp,file.lun=0",
                            "file.portal=" + server.portal(),
                            "file.target=" + ServerSetup.GUARDED,
                            "file.user=" + accounts.user(),
                            "file.password-secret=s0,file.header-digest=crc32c");
            List<String> command = new ArrayList<>(List.of("qemu-io", "--object"));
            command.add("secret,id=s0,data=" + accounts.secret());
            command.addAll(List.of("--image-opts", options));
            command.addAll(List.of("-c", "write -P 0x61 4k 1M", "-c", "flush"));
            command.addAll(List.of("-c", "read -P 0x61 4k 1M", "-c", "read -P 0 0 4k"));
            Outcome written = Program.run(SHORT, null, command).expectSuccess();
            assertThat(written.output()).doesNotContain("failed");
        }
    }

    @Test
    void chapIsRefusedWithoutTheSecret() throws Exception {
        try (StemmaProcess server = StemmaProcess.start(folder, ServerSetup.plainAndGuarded(64))) {
            Accounts accounts = ServerSetup.ACCOUNTS;
            String right = server.url(ServerSetup.GUARDED, accounts.user(), accounts.secret());
            String wrong = server.url(ServerSetup.GUARDED, accounts.user(), "notthesecret1");
            Program.run(SHORT, "iscsi-inq", right).expectSuccess();
            for (String url : List.of(wrong, server.url(ServerSetup.GUARDED))) {
                Outcome refused = Program.run(SHORT, "iscsi-inq", url);
                assertThat(refused.timedOut()).as(refused.toString()).isFalse();
                assertThat(refused.exit()).as(refused.toString()).isNotZero();
            }
        }
    }

    private void copyAndCompare(int mebibytes, Path source) throws Exception {
        Path image = fileSystem(mebibytes, source);
        try (StemmaProcess server = StemmaProcess.start(folder, ServerSetup.plain(mebibytes))) {
            String url = server.url(ServerSetup.PLAIN);
            String[] copy = {
                "qemu-img", "convert", "-n", "-f", "raw", "-O", "raw", image.toString(), url
            };
            Program.run(LONG, copy).expectSuccess();
            compare(image, url);
            server.stop();
            server.restart();
            compare(image, url);
        }
    }

    private static void compare(Path image, String url) throws Exception {
        String[] compare = {"qemu-img", "compare", "-f", "raw", "-F", "raw", image.toString(), url};
        assertThat(Program.run(LONG, compare).expectSuccess().output()).contains("identical");
    }

    /** An ext4 image of {@code mebibytes} that holds all of {@code source}. */
    private Path fileSystem(int mebibytes, Path source) throws Exception {
        Path image = folder.resolve("image");
        String[] make = {
            "mke2fs",
            "-q",
            "-F",
            "-t",
            "ext4",
            "-m",
            "0",
            "-d",
            source.toString(),
            image.toString(),
            mebibytes + "M"
        };
        Program.run(LONG, make).expectSuccess();
        return image;
    }

    /** Mebibytes on the disk under {@code source}. */
    private static int used(Path source) throws Exception {
        Outcome usage = Program.run(LONG, "du", "-smx", source.toString());
        return Integer.parseInt(usage.output().lines().toList().getLast().split("\\s", 2)[0]);
    }
}
