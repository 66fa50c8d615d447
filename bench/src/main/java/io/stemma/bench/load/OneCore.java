package io.stemma.bench.load;

import io.stemma.bench.initiator.LoopbackInitiator;
import io.stemma.bench.peer.Peer;
import io.stemma.bench.peer.Place;
import io.stemma.bench.peer.Serving;
import io.stemma.bench.process.Child;
import io.stemma.bench.process.ProcessFigures;
import io.stemma.bench.process.ScratchFolder;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a command costs a target where neither the initiator's habits nor the wake-up of another
 * core count: an initiator that batches, and both ends on one core.
 */
public final class OneCore {
    private static final long LUN_BYTES = 256L << 20;
    private static final int ROUNDS = 5;
    private static final double WARMUP_SECONDS = 10;
    private static final double SECONDS = 3;
    private static final int PIECE = 64;

    private final Peer peer;
    private final String core;
    private final PrintStream out;

    private OneCore(Peer peer, String core, PrintStream out) {
        this.peer = peer;
        this.core = core;
        this.out = out;
    }

    /**
     * Measures.
     *
     * @param arguments name of the peer, port, number of the core
     * @throws IOException if there is no room on tmpfs or the session breaks
     */
    public static void main(String[] arguments) throws IOException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        String name = arguments.length > 0 ? arguments[0] : "stemma";
        int port = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 13_450;
        String core = arguments.length > 2 ? arguments[2] : "1";
        Path root = Path.of(System.getProperty("stemma.root", "."));
        Peer peer =
                Peer.ALL.stream().filter(one -> one.name().equals(name)).findFirst().orElse(null);
        if (peer == null) {
            System.err.println("onecore: unknown peer " + name);
            System.exit(2);
            return;
        }
        Machine machine = Machine.here(root);
        out.printf(
                Locale.ROOT,
                "%s, commit %s, %s, Linux %s, load average %.2f, core %s%n",
                LocalDate.now(ZoneOffset.UTC),
                machine.commit(),
                machine.processor(),
                machine.kernel(),
                Machine.load(),
                core);
        try (ScratchFolder scratch = ScratchFolder.create()) {
            Place place = new Place(name, port, scratch.make(name), LUN_BYTES, root);
            new OneCore(peer, core, out).measure(place);
        } catch (IllegalStateException | UncheckedIOException failed) {
            System.err.println("onecore: " + failed.getMessage());
            System.exit(1);
        }
    }

    private void measure(Place place) throws IOException {
        Serving serving = peer.start(place);
        try (LoopbackInitiator initiator =
                new LoopbackInitiator(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), place.port()),
                        serving.target(),
                        serving.lun())) {
            long target = serving.child().workingPid();
            pin(target);
            pin(ProcessHandle.current().pid());
            initiator.prepare(true, 4096, 32, LUN_BYTES - (1 << 20));
            initiator.complete(2 * LUN_BYTES / 4096);
            initiator.drain();
            for (Job job : Job.all()) {
                if (job.small() && job.depth() != 8) {
                    measure(initiator, job, target);
                }
            }
        } finally {
            serving.child().close();
        }
    }

    private void pin(long pid) {
        Child.run(Map.of(), List.of("taskset", "-a", "-c", "-p", core, Long.toString(pid)));
    }

    private void measure(LoopbackInitiator initiator, Job job, long target) throws IOException {
        initiator.prepare(job.write(), job.bytes(), job.depth(), LUN_BYTES - (1 << 20));
        run(initiator, WARMUP_SECONDS);
        double[] targetMicros = new double[ROUNDS];
        double[] clientMicros = new double[ROUNDS];
        double[] speed = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            long targetBefore = ProcessFigures.processorMicros(target);
            long clientBefore = ProcessFigures.processorMicros(ProcessHandle.current().pid());
            long began = System.nanoTime();
            long operations = run(initiator, SECONDS);
            speed[round] = operations * 1e9 / (System.nanoTime() - began);
            targetMicros[round] =
                    (ProcessFigures.processorMicros(target) - targetBefore) / (double) operations;
            clientMicros[round] =
                    (ProcessFigures.processorMicros(ProcessHandle.current().pid()) - clientBefore)
                            / (double) operations;
        }
        initiator.drain();
        double median = median(targetMicros);
        out.printf(
                Locale.ROOT,
                "%s: %.2f us of the target (%.2f..%.2f), %.2f us of the client, %.0f IOPS%n",
                job.name(),
                median,
                targetMicros[0],
                targetMicros[ROUNDS - 1],
                median(clientMicros),
                median(speed));
        double bound = job.depth() == 1 ? 13 : job.write() ? 4 : 3;
        out.println(new Verdict(job.name() + " us of the target", median, bound, true));
    }

    private static long run(LoopbackInitiator initiator, double seconds) throws IOException {
        long operations = 0;
        long end = System.nanoTime() + (long) (seconds * 1e9);
        while (System.nanoTime() - end < 0) {
            initiator.complete(PIECE);
            operations += PIECE;
        }
        return operations;
    }

    /** The middle one; sorts what it is given. */
    private static double median(double[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }
}
