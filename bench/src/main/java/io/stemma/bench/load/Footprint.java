package io.stemma.bench.load;

import io.stemma.bench.initiator.LoopbackInitiator;
import io.stemma.bench.peer.Peer;
import io.stemma.bench.peer.Place;
import io.stemma.bench.peer.Serving;
import io.stemma.bench.process.ProcessFigures;
import io.stemma.bench.process.ScratchFolder;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How long a target takes from its command to the first login, and how much memory it holds under
 * four sessions at depth 32, reading and writing.
 */
public final class Footprint {
    private static final int SESSIONS = 4;
    private static final int STARTS = 3;
    private static final double SECONDS = 5;
    private static final long LUN_BYTES = 256L << 20;
    private static final double LOGIN_SECONDS_MAX = 1.2;
    private static final double RESIDENT_MIB_MAX = 200;

    private final Peer peer;
    private final int port;
    private final Path root;
    private final PrintStream out;

    private Footprint(Peer peer, int port, Path root, PrintStream out) {
        this.peer = peer;
        this.port = port;
        this.root = root;
        this.out = out;
    }

    /**
     * Measures.
     *
     * @param arguments name of the peer, first port
     * @throws IOException if there is no room on tmpfs
     */
    public static void main(String[] arguments) throws IOException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        String name = arguments.length > 0 ? arguments[0] : "stemma";
        int port = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 13_450;
        Path root = Path.of(System.getProperty("stemma.root", "."));
        Peer peer =
                Peer.ALL.stream().filter(one -> one.name().equals(name)).findFirst().orElse(null);
        if (peer == null) {
            System.err.println("footprint: unknown peer " + name);
            System.exit(2);
            return;
        }
        try (ScratchFolder scratch = ScratchFolder.create()) {
            Footprint footprint = new Footprint(peer, port, root, out);
            footprint.starts(scratch);
            footprint.memory(scratch);
        } catch (IllegalStateException | UncheckedIOException failed) {
            System.err.println("footprint: " + failed.getMessage());
            System.exit(1);
        }
    }

    private Place place(ScratchFolder scratch, String name) {
        return new Place(name, port, scratch.make(name), LUN_BYTES, root);
    }

    /** A first start may build and is not counted. */
    private void starts(ScratchFolder scratch) throws IOException {
        for (int start = 0; start <= STARTS; start++) {
            Place place = place(scratch, "start-" + start);
            long before = System.nanoTime();
            Serving serving = peer.start(place);
            try (LoopbackInitiator initiator = login(place, serving)) {
                double seconds = (System.nanoTime() - before) / 1e9;
                if (start > 0 && initiator != null) {
                    out.println(new Verdict("seconds to login", seconds, LOGIN_SECONDS_MAX, true));
                }
            } finally {
                serving.child().close();
            }
        }
    }

    private static LoopbackInitiator login(Place place, Serving serving) throws IOException {
        return new LoopbackInitiator(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), place.port()),
                serving.target(),
                serving.lun());
    }

    private void memory(ScratchFolder scratch) {
        Place place = place(scratch, "memory");
        Serving serving = peer.start(place);
        List<LoadProcess> loads = new ArrayList<>();
        try {
            long pid = serving.child().workingPid();
            for (int session = 0; session < SESSIONS; session++) {
                loads.add(LoadProcess.start("session " + session, place, serving, session));
            }
            loads.getFirst().fill();
            for (Job job : Job.all()) {
                if (job.depth() >= 16) {
                    load(loads, job, pid);
                }
            }
            double peak = ProcessFigures.residentPeakKib(pid) / 1024.0;
            out.println(new Verdict("RSS at its peak, MiB", peak, RESIDENT_MIB_MAX, true));
        } finally {
            loads.forEach(LoadProcess::close);
            serving.child().close();
        }
    }

    private void load(List<LoadProcess> loads, Job job, long pid) {
        long seed = 1;
        for (LoadProcess one : loads) {
            one.begin(job, seed++, SECONDS);
        }
        double speed = 0;
        for (LoadProcess one : loads) {
            speed += one.end(SECONDS).operationsPerSecond();
        }
        out.printf(
                Locale.ROOT,
                "%s, %d sessions: %.0f operations/s, RSS %.0f MiB%n",
                job.name(),
                SESSIONS,
                speed,
                ProcessFigures.residentKib(pid) / 1024.0);
    }
}
