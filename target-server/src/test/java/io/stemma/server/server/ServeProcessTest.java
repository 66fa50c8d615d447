package io.stemma.server.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.server.testing.TestInitiator;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The server as a process of its own: its folders, its end, and a second one beside it. */
class ServeProcessTest {
    private static final Pattern LISTENING = Pattern.compile("listening on 127.0.0.1:([0-9]+)\n");
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @TempDir Path folder;
    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void endAll() {
        started.forEach(Process::destroyForcibly);
    }

    private Process start(String log, String... words) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(
                List.of(
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Dlogback.configurationFile=../config/logback.xml",
                        "-cp",
                        System.getProperty("java.class.path", ""),
                        Main.class.getName()));
        command.addAll(List.of(words));
        command.addAll(List.of("--data", data().toString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.redirectOutput(folder.resolve(log).toFile());
        Process process = builder.start();
        started.add(process);
        return process;
    }

    private Path data() {
        return folder.resolve("data");
    }

    private String log(String name) throws IOException {
        return Files.readString(folder.resolve(name));
    }

    private int await(Process process) throws InterruptedException {
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private InetSocketAddress portal(Process server, String log) {
        Awaitility.await()
                .atMost(PATIENCE)
                .failFast(() -> assertThat(server.isAlive()).as(log(log)).isTrue())
                .until(() -> LISTENING.matcher(log(log)).find());
        try {
            Matcher found = LISTENING.matcher(log(log));
            assertThat(found.find()).isTrue();
            return Addresses.parse("127.0.0.1:" + found.group(1));
        } catch (IOException unreadable) {
            throw new java.io.UncheckedIOException(unreadable);
        }
    }

    private static TestInitiator login(InetSocketAddress portal) {
        TestInitiator initiator = TestInitiator.connect(portal);
        String host = "iqn.2026-11.com.example.host:me";
        assertThat(new LoginClient(initiator, host, Estate.DEMO_TARGET).plain()).isZero();
        return initiator;
    }

    @Test
    void aServerThatIsToldToEndFlushesAndASecondOneIsRefusedMeanwhile() throws Exception {
        Process server = start("first", "serve", "--listen", "127.0.0.1:0");
        InetSocketAddress portal = portal(server, "first");
        assertThat(permissions(data())).isEqualTo("rwx------");
        assertThat(permissions(PoolAccess.pool(data()))).isEqualTo("rwx------");
        assertThat(permissions(data().resolve("control.sock"))).isEqualTo("rw-------");
        byte[] block = new byte[512];
        block[1] = 1;
        try (TestInitiator initiator = login(portal)) {
            initiator.send(initiator.write10(0, 9, 1, 512, true, block));
            assertThat(initiator.outcome().status()).isZero();

            assertThat(await(start("second", "serve", "--listen", "127.0.0.1:0"))).isEqualTo(1);
            assertThat(log("second"))
                    .contains("is in use by process " + server.pid(), "stemma status")
                    .doesNotContain("Exception", "TRANSIENT");
            assertThat(await(start("status", "status"))).isZero();
            assertThat(log("status")).contains("serving").doesNotContain("INFO");

            server.destroy();
            assertThat(await(server)).as("128 + SIGTERM").isEqualTo(143);
        }
        assertThat(log("first")).contains("everything is flushed").doesNotContain("WARN", "ERROR");
        assertThat(await(start("list", "volume", "list"))).isZero();
        assertThat(log("list")).contains("demo").doesNotContain("INFO");

        Process again = start("third", "serve", "--listen", "127.0.0.1:0");
        try (TestInitiator initiator = login(portal(again, "third"))) {
            assertThat(initiator.run(initiator.read10(0, 9, 1, 512)).data()).isEqualTo(block);
        }
        again.destroyForcibly();
        await(again);
        assertThat(data().resolve("control.sock")).as("left by a killed server").exists();
        assertThat(await(start("after", "volume", "list"))).isZero();
        assertThat(log("after")).contains("demo").doesNotContain("Exception");
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
