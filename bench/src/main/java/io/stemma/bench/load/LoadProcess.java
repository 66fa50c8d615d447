package io.stemma.bench.load;

import io.stemma.bench.libiscsi.LoadClient;
import io.stemma.bench.peer.JavaProgram;
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
 * A load generator in a process of its own, with one session.
 *
 * <p>Every order has a time limit; when it passes, the process is killed, which ends the read that
 * waits for its answer.
 */
final class LoadProcess implements AutoCloseable {
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
    private final Child client;
    private final Child target;
    private final BufferedReader answers;
    private final PrintWriter orders;
    private final String negotiated;

    private LoadProcess(String name, Child client, Child target) {
        this.name = name;
        this.client = client;
        this.target = target;
        this.answers = client.process().inputReader(StandardCharsets.UTF_8);
        this.orders = new PrintWriter(client.process().outputWriter(StandardCharsets.UTF_8), true);
        this.negotiated = expect("ready", LOGIN_SECONDS);
    }

    /**
     * Starts the process and logs in.
     *
     * @param number tells several initiators of one target apart
     */
    static LoadProcess start(String name, Place place, Serving serving, int number) {
        Child client =
                Child.start(
                        "load on " + name,
                        place.folder().resolve("client-" + number + ".log"),
                        true,
                        Map.of(),
                        JavaProgram.command(
                                System.getProperty("java.class.path"),
                                LoadClient.class,
                                List.of(
                                        place.portal(),
                                        serving.target(),
                                        Integer.toString(serving.lun()),
                                        // The last MiB is left alone: one peer reports a block
                                        // too many.
                                        Long.toString(place.lunBytes() - (1 << 20)),
                                        Long.toString(serving.child().workingPid()),
                                        "iqn.2026-11.io.stemma.bench:client-" + number)));
        try {
            return new LoadProcess(name, client, serving.child());
        } catch (RuntimeException failed) {
            client.close();
            throw failed;
        }
    }

    /** Writes the whole unit once, 4 KiB at a time. */
    void fill() {
        orders.println("fill 4096 32");
        expect("filled", FILL_SECONDS);
    }

    /** Starts a run; {@link #end} must follow. */
    void begin(Job job, long seed, double seconds) {
        orders.println(job.order(seed, RAMP_MILLIS, (long) (seconds * 1000)));
    }

    /** Waits for the run's figures. */
    Run end(double seconds) {
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
                            + target.logTail());
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        } finally {
            limit.cancel(false);
        }
    }

    String negotiated() {
        return negotiated;
    }

    @Override
    public void close() {
        orders.close();
        client.close();
    }
}
