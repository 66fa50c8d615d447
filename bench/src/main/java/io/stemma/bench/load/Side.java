package io.stemma.bench.load;

import io.stemma.bench.libiscsi.LoadClient;
import io.stemma.bench.peer.JavaProgram;
import io.stemma.bench.peer.Peer;
import io.stemma.bench.peer.Place;
import io.stemma.bench.peer.Serving;
import io.stemma.bench.process.Child;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * One target process and the one load generator that is logged in to it, from beginning to end.
 *
 * <p>Every order has a time limit; when it passes, the load generator is killed, which ends the
 * read that waits for its answer.
 */
final class Side implements AutoCloseable {
    private static final long RAMP_MILLIS = 300;
    private static final int LOGIN_SECONDS = 30;
    private static final int FILL_SECONDS = 300;
    private static final int DRAIN_SECONDS = 30;

    private static final ScheduledExecutorService LIMITS =
            Executors.newSingleThreadScheduledExecutor(
                    task -> {
                        Thread thread = new Thread(task, "limits");
                        thread.setDaemon(true);
                        return thread;
                    });

    private final String name;
    private final Peer peer;
    private final Serving serving;
    private final Child client;
    private final BufferedReader answers;
    private final PrintWriter orders;
    private String negotiated = "";

    private Side(String name, Peer peer, Serving serving, Child client) {
        this.name = name;
        this.peer = peer;
        this.serving = serving;
        this.client = client;
        this.answers = client.process().inputReader(StandardCharsets.UTF_8);
        this.orders = new PrintWriter(client.process().outputWriter(StandardCharsets.UTF_8), true);
    }

    /** Starts the target, logs in, and fills the unit with 4 KiB writes. */
    static Side start(String name, Peer peer, Place place) {
        Serving serving = peer.start(place);
        try {
            Side side = new Side(name, peer, serving, client(name, place, serving));
            try {
                side.negotiated = side.expect("ready", LOGIN_SECONDS);
                side.orders.println("fill 4096 32");
                side.expect("filled", FILL_SECONDS);
                return side;
            } catch (RuntimeException failed) {
                side.close();
                throw failed;
            }
        } catch (RuntimeException failed) {
            serving.child().close();
            throw failed;
        }
    }

    private static Child client(String name, Place place, Serving serving) {
        return Child.start(
                "load on " + name,
                place.folder().resolve("client.log"),
                true,
                Map.of(),
                JavaProgram.command(
                        System.getProperty("java.class.path"),
                        LoadClient.class,
                        List.of(
                                place.portal(),
                                serving.target(),
                                Integer.toString(serving.lun()),
                                // The last MiB is left alone: one peer reports a block too many.
                                Long.toString(place.lunBytes() - (1 << 20)),
                                Long.toString(serving.child().workingPid()),
                                "iqn.2026-11.io.stemma.bench:client-" + place.port())));
    }

    Run run(Job job, long seed, double seconds) {
        orders.println(job.order(seed, RAMP_MILLIS, (long) (seconds * 1000)));
        return Run.parse(expect("ran", (int) seconds + DRAIN_SECONDS));
    }

    /** The rest of the answer that begins with {@code word}. */
    private String expect(String word, int seconds) {
        ScheduledFuture<?> limit =
                LIMITS.schedule(
                        () -> client.process().destroyForcibly(), seconds, TimeUnit.SECONDS);
        try {
            String line = answers.readLine();
            if (line != null && line.startsWith(word)) {
                return line.substring(word.length()).strip();
            }
            throw new IllegalStateException(
                    name
                            + ": "
                            + (line == null ? "load ended: " + client.logTail() : line)
                            + "; target: "
                            + serving.child().logTail());
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        } finally {
            limit.cancel(false);
        }
    }

    String name() {
        return name;
    }

    Peer peer() {
        return peer;
    }

    /** What the target answered at login: {@code Key=value}, separated by blanks. */
    String negotiated() {
        return negotiated;
    }

    @Override
    public void close() {
        orders.close();
        client.close();
        serving.child().close();
    }
}
