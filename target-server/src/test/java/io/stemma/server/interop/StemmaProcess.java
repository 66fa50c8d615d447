package io.stemma.server.interop;

import static org.assertj.core.api.Assertions.assertThat;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The server under test, as users run it: a process of its own, started by the launcher, with a
 * configuration file and a data folder. It can be killed, frozen and started again on its old data.
 *
 * <p>{@link #close} ends it whatever state it is in.
 */
final class StemmaProcess implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofMinutes(1);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);

    /**
     * Ports below those that the kernel gives to outgoing connections: nobody takes it meanwhile.
     */
    private static final int FIRST_PORT = Integer.getInteger("stemma.interop.port", 13_400);

    private static final int PORTS = 50;

    private final Path folder;
    private final int port;
    private @Nullable Process process;

    private StemmaProcess(Path folder, int port) {
        this.folder = folder;
        this.port = port;
    }

    /** Starts a server whose configuration, data and log are in {@code folder}. */
    static StemmaProcess start(Path folder, ServerSetup setup)
            throws IOException, InterruptedException {
        StemmaProcess server = new StemmaProcess(folder, freePort());
        setup.write(folder);
        try {
            server.restart();
        } catch (Throwable failure) {
            server.close();
            throw failure;
        }
        return server;
    }

    /** The root of the source tree. */
    static Path root() {
        String root = System.getProperty("stemma.root");
        if (root != null) {
            return Path.of(root);
        }
        Path here = Path.of("").toAbsolutePath();
        return here.endsWith("target-server") ? here.resolveSibling("") : here;
    }

    /** The folder of scripts and tables for these tests. */
    static Path scripts() {
        return root().resolve("target-server/src/test/interop");
    }

    int port() {
        return port;
    }

    String portal() {
        return "127.0.0.1:" + port;
    }

    /** The URL of LUN 0 as libiscsi and QEMU write it. */
    String url(String target) {
        return "iscsi://" + portal() + "/" + target + "/0";
    }

    /** The same with the name and secret of a CHAP account. */
    String url(String target, String user, String secret) {
        return "iscsi://" + user + "%" + secret + "@" + portal() + "/" + target + "/0";
    }

    Path data() {
        return folder.resolve("data");
    }

    long pid() {
        return running().pid();
    }

    boolean alive() {
        return process != null && process.isAlive();
    }

    /** All that the server has written to its standard streams since its first start. */
    String log() throws IOException {
        Path log = logFile();
        return Files.exists(log) ? Files.readString(log, StandardCharsets.UTF_8) : "";
    }

    /** Starts the server on the data that is there; returns once it accepts connections. */
    void restart() throws IOException, InterruptedException {
        assertThat(alive()).as("the server runs already").isFalse();
        process = Program.start(folder, logFile(), command());
        Awaitility.await()
                .atMost(START_LIMIT)
                .pollInterval(Duration.ofMillis(20))
                .failFast(this::expectAlive)
                .until(this::accepts);
    }

    /** Ends the server as a power switch of the process would: nothing is told, nothing flushed. */
    void kill9() throws InterruptedException {
        Program.end(running());
    }

    /** Asks the server to end, and expects that it does. */
    void stop() throws InterruptedException {
        running().destroy();
        boolean ended = running().waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        assertThat(ended).as("the server ends when asked").isTrue();
    }

    /** Makes the server stand still; its connections stay open. */
    void freeze() throws IOException, InterruptedException {
        Program.signal(pid(), "STOP");
    }

    /** Lets a frozen server go on. */
    void thaw() throws IOException, InterruptedException {
        Program.signal(pid(), "CONT");
    }

    /** The greatest resident set that the process had so far, in KiB. */
    long peakResidentKibibytes() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid() + "/status"))) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** The end of the log, for the message of a failure. */
    String tail() {
        try {
            String log = log();
            return log.substring(Math.max(0, log.length() - 4_000));
        } catch (IOException unreadable) {
            return unreadable.toString();
        }
    }

    @Override
    public void close() {
        if (process != null) {
            Program.end(process);
        }
    }

    /** The launcher replaces itself by the JVM, so that the process started is the server's. */
    private List<String> command() {
        List<String> command = new ArrayList<>();
        // What was built last: a build in mid-test would pull in sources that the test is not
        // about.
        command.addAll(List.of("env", "STEMMA_BUILD=never"));
        command.add(root().resolve("stemma").toString());
        command.add("serve");
        command.addAll(List.of("--config", folder.resolve("stemma.yaml").toString()));
        command.addAll(List.of("--data", data().toString()));
        command.addAll(List.of("--listen", portal()));
        return command;
    }

    private void expectAlive() {
        assertThat(alive()).as("the server ended at its start:\n%s", tail()).isTrue();
    }

    private Process running() {
        if (process == null) {
            throw new IllegalStateException("the server was never started");
        }
        return process;
    }

    private Path logFile() {
        return folder.resolve("stemma.log");
    }

    /** Whether the server takes a connection now; it is closed again at once. */
    boolean accepts() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    private static int freePort() {
        return IntStream.range(FIRST_PORT, FIRST_PORT + PORTS)
                .filter(StemmaProcess::isFree)
                .findFirst()
                .orElseThrow();
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
