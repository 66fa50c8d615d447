package io.stemma.server.testing;

import io.stemma.server.iscsi.login.LoginFuzz;
import io.stemma.server.iscsi.pdu.DecoderFuzz;
import io.stemma.server.iscsi.task.SessionFuzz;
import io.stemma.server.iscsi.text.TextFuzz;
import io.stemma.server.scsi.CommandFuzz;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Feeds random input to the paths that hostile input takes, from one seed: batch after batch, on
 * one thread or several. What finds a fault names seed, batch and input, and the same seed and
 * batch find it again:
 *
 * <pre>
 * Fuzz inputs [seed [threads]]          all paths, each its part of the inputs
 * Fuzz --replay path seed batch         one batch again
 * </pre>
 */
public final class Fuzz {
    /** Inputs of a batch. */
    public static final int BATCH = 1024;

    private static final long PROGRESS_NANOS = 10_000_000_000L;

    /** What is fuzzed. */
    public enum Path {
        /** Bytes into PDUs; {@link DecoderFuzz}. */
        DECODER(90),
        /** Text keys and their negotiation; {@link TextFuzz}. */
        TEXT(4),
        /** Login and discovery; {@link LoginFuzz}. */
        LOGIN(2),
        /** Bytes into a session that has logged in; {@link SessionFuzz}. */
        SESSION(1),
        /** CDBs and their data; {@link CommandFuzz}. */
        COMMAND(3);

        private final int percent;

        Path(int percent) {
            this.percent = percent;
        }

        private FuzzPath open() {
            return switch (this) {
                case DECODER -> new DecoderFuzz();
                case TEXT -> new TextFuzz();
                case LOGIN -> new LoginFuzz();
                case SESSION -> new SessionFuzz();
                case COMMAND -> new CommandFuzz();
            };
        }
    }

    private final Path path;
    private final long seed;
    private final AtomicLong batches = new AtomicLong();
    private final AtomicLong deep = new AtomicLong();
    private volatile @Nullable AssertionError found;

    /** Fuzzing of one path. */
    public Fuzz(Path path, long seed) {
        this.path = path;
        this.seed = seed;
    }

    /** Runs on the calling thread until a time of {@link System#nanoTime}; returns the inputs. */
    public long runUntil(long nanoTime) {
        work(Long.MAX_VALUE, nanoTime);
        return inputs();
    }

    /** Runs batches on so many threads; returns the inputs. */
    public long run(long inputs, int threads) throws InterruptedException {
        long most = (inputs + BATCH - 1) / BATCH;
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            workers.add(Thread.ofPlatform().start(() -> work(most, Long.MAX_VALUE)));
        }
        for (Thread worker : workers) {
            worker.join();
        }
        AssertionError failed = found;
        if (failed != null) {
            throw failed;
        }
        return inputs();
    }

    /** Inputs fed so far. */
    public long inputs() {
        return batches.get() * BATCH;
    }

    /** Inputs that got past the first checks. */
    public long deep() {
        return deep.get();
    }

    private void work(long most, long endNanos) {
        try (FuzzPath fed = path.open()) {
            long began = System.nanoTime();
            do {
                long batch = batches.getAndIncrement();
                if (batch >= most || found != null) {
                    batches.getAndDecrement();
                    break;
                }
                long before = fed.deep();
                batch(fed, batch);
                deep.addAndGet(fed.deep() - before);
                began = progress(batch, most, began);
            } while (System.nanoTime() - endNanos < 0);
        } catch (AssertionError failed) {
            found = failed;
            if (most == Long.MAX_VALUE) {
                throw failed;
            }
        }
    }

    private long progress(long batch, long most, long since) {
        if (most == Long.MAX_VALUE || System.nanoTime() - since < PROGRESS_NANOS) {
            return since;
        }
        System.out.printf(Locale.ROOT, "%s: %d of %d%n", path, batch * BATCH, most * BATCH);
        return System.nanoTime();
    }

    /** Feeds one batch. */
    void batch(FuzzPath fed, long batch) {
        FuzzRandom random = new FuzzRandom(FuzzRandom.mix(seed, batch));
        int input = 0;
        try {
            fed.begin();
            for (; input < BATCH; input++) {
                fed.input(random);
            }
            fed.end();
        } catch (Exception | Error failed) {
            // A channel throws checked exceptions that it does not declare.
            throw new AssertionError(
                    String.format(
                            Locale.ROOT,
                            "%s seed %d batch %d input %d: %s",
                            path,
                            seed,
                            batch,
                            input,
                            failed),
                    failed);
        }
    }

    /** Runs as the head of this class says. */
    public static void main(String[] arguments) throws InterruptedException {
        if (arguments.length == 4 && arguments[0].equals("--replay")) {
            Path path = Path.valueOf(arguments[1].toUpperCase(Locale.ROOT));
            try (FuzzPath fed = path.open()) {
                new Fuzz(path, Long.parseLong(arguments[2]))
                        .batch(fed, Long.parseLong(arguments[3]));
            }
            System.out.println("nothing found");
            return;
        }
        long inputs = arguments.length > 0 ? Long.parseLong(arguments[0]) : 1_000_000;
        long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : System.nanoTime();
        int threads = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 1;
        System.out.println("seed " + seed);
        for (Path path : Path.values()) {
            long began = System.nanoTime();
            Fuzz fuzz = new Fuzz(path, seed);
            long fed = fuzz.run(inputs / 100 * path.percent, threads);
            double seconds = (System.nanoTime() - began) / 1e9;
            System.out.printf(
                    Locale.ROOT,
                    "%s: %d inputs, %d deep, %.1f s, %.0f a second%n",
                    path,
                    fed,
                    fuzz.deep(),
                    seconds,
                    fed / seconds);
        }
    }
}
