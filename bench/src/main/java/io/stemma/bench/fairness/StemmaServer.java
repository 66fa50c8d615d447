package io.stemma.bench.fairness;

import io.stemma.bench.peer.Ports;
import io.stemma.bench.process.Child;
import io.stemma.bench.process.ProcessFigures;
import io.stemma.bench.process.ScratchFolder;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * {@code ./stemma serve} with several volumes on tmpfs, LUN n being volume n. Its event loops are
 * as many as the machine has cores.
 */
final class StemmaServer implements AutoCloseable {
    static final String TARGET = "iqn.2026-11.io.stemma.bench:fairness";

    /** The first start may build. */
    private static final int START_SECONDS = 300;

    /** What Netty calls its loops, as far as the kernel keeps a thread's name. */
    private static final String LOOP_NAME = "multiThreadIoEv";

    private final ScratchFolder scratch;
    private final Child child;
    private final int port;
    private final long pid;

    private StemmaServer(ScratchFolder scratch, Child child, int port) {
        this.scratch = scratch;
        this.child = child;
        this.port = port;
        pid = child.workingPid();
    }

    static StemmaServer start(FairnessOptions options, int volumes, int volumeMib) {
        ScratchFolder scratch = ScratchFolder.create();
        try {
            Path configuration = scratch.path().resolve("stemma.yaml");
            Files.writeString(configuration, configuration(options.port(), volumes, volumeMib));
            Child child =
                    Child.start(
                            "stemma",
                            scratch.path().resolve("log"),
                            false,
                            Map.of(),
                            List.of(
                                    options.root().resolve("stemma").toString(),
                                    "serve",
                                    "--config",
                                    configuration.toString(),
                                    "--data",
                                    scratch.path().resolve("data").toString()));
            try {
                Ports.await(child, options.port(), START_SECONDS);
                return new StemmaServer(scratch, child, options.port());
            } catch (RuntimeException failed) {
                child.close();
                throw failed;
            }
        } catch (IOException full) {
            scratch.close();
            throw new UncheckedIOException(full);
        } catch (RuntimeException failed) {
            scratch.close();
            throw failed;
        }
    }

    private static String configuration(int port, int volumes, int volumeMib) {
        StringBuilder text = new StringBuilder("listen: [\"127.0.0.1:" + port + "\"]\nvolumes:\n");
        StringBuilder luns = new StringBuilder();
        for (int volume = 0; volume < volumes; volume++) {
            text.append(
                    String.format(
                            Locale.ROOT, "  - {name: disk%d, size: %dMiB}%n", volume, volumeMib));
            luns.append(volume == 0 ? "" : ", ");
            luns.append(String.format(Locale.ROOT, "{lun: %d, volume: disk%d}", volume, volume));
        }
        return text.append("targets:\n  - {name: \"")
                .append(TARGET)
                .append("\", luns: [")
                .append(luns)
                .append("]}\n")
                .toString();
    }

    InetSocketAddress portal() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    long pid() {
        return pid;
    }

    Path log() {
        return scratch.path().resolve("log");
    }

    Path scratch() {
        return scratch.path();
    }

    double residentMib() {
        return ProcessFigures.residentKib(pid) / 1024.0;
    }

    double residentPeakMib() {
        return ProcessFigures.residentPeakKib(pid) / 1024.0;
    }

    long processorMicros() {
        return ProcessFigures.processorMicros(pid);
    }

    /** Processor time of every event loop so far, microseconds by thread. */
    Map<String, Long> loopMicros() {
        Map<String, Long> loops = new HashMap<>();
        Path threads = Path.of("/proc/" + pid + "/task");
        try (Stream<Path> all = Files.list(threads)) {
            for (Path thread : all.toList()) {
                String stat = Files.readString(thread.resolve("stat"));
                if (stat.contains("(" + LOOP_NAME)) {
                    loops.put(thread.toString(), ProcessFigures.processorMicros(stat));
                }
            }
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
        return loops;
    }

    @Override
    public void close() {
        child.close();
        scratch.close();
    }
}
