package io.stemma.bench.libiscsi;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;

/**
 * One session with one logical unit, and the loop that keeps a fixed number of commands in flight.
 *
 * <p>A completion submits the next command from within the callback, so that what completes
 * together is sent together. Buffers, vectors and counters are laid out once: a steady load
 * allocates nothing in Java (libiscsi itself allocates a task a command).
 */
final class LoadSession implements AutoCloseable {
    private static final int DEPTH_MAX = 256;
    private static final int BLOCK_BYTES = 512;
    private static final int BUFFER_BYTES = 32 << 20;
    private static final int VECTOR_BYTES = 16;
    private static final int POLL_DESCRIPTOR_BYTES = 8;
    private static final int SILENCE_MILLIS = 100;
    private static final long STALL_NANOS = 10_000_000_000L;
    private static final long LATENCY_NANOS_MAX = 60_000_000_000L;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment buffers = arena.allocate(BUFFER_BYTES, 4096);
    private final MemorySegment vectors = arena.allocate(DEPTH_MAX * VECTOR_BYTES, 16);
    private final MemorySegment descriptors = arena.allocate(2 * POLL_DESCRIPTOR_BYTES, 8);
    private final long[] startNanos = new long[DEPTH_MAX];
    private final Histogram latencyNanos = new Histogram(LATENCY_NANOS_MAX, 3);
    private final List<String> negotiated = new ArrayList<>();
    private final long context;
    private final int lun;
    private final long lunBytes;
    private final long completion;

    private Load load = Load.NONE;
    private long random;
    private long sequentialBlocks;
    private long remaining;
    private int inFlight;
    private boolean recording;
    private long completed;
    private long lastCompletionNanos;
    private @Nullable String failure;

    LoadSession(String portal, String target, int lun, long lunBytes, String initiator) {
        this.lun = lun;
        this.lunBytes = lunBytes;
        this.completion =
                Libiscsi.upcall(
                        this,
                        "completed",
                        MethodType.methodType(
                                void.class, long.class, int.class, long.class, long.class),
                        Libiscsi.completionArguments());
        long log =
                Libiscsi.upcall(
                        this,
                        "logged",
                        MethodType.methodType(void.class, int.class, long.class),
                        Libiscsi.logArguments());
        fillBuffers();
        this.context = Libiscsi.connect(initiator, portal, target, lun, log);
        descriptors.set(JAVA_INT, 0, Libiscsi.descriptor(context));
        descriptors.set(JAVA_INT, POLL_DESCRIPTOR_BYTES, 0);
    }

    /** Incompressible bytes, no two 4 KiB pieces alike. */
    private void fillBuffers() {
        long state = 0x9E3779B97F4A7C15L;
        for (long offset = 0; offset < BUFFER_BYTES; offset += Long.BYTES) {
            state = next(state);
            buffers.set(JAVA_LONG, offset, state);
        }
    }

    /** What the target answered to our keys, as {@code Key=value}, in the order it came. */
    List<String> negotiated() {
        return List.copyOf(negotiated);
    }

    void logged(int unusedLevel, long text) {
        try {
            String line = Libiscsi.string(text);
            int at = line.indexOf("TargetLoginReply: ");
            if (at >= 0) {
                negotiated.add(line.substring(at + 18).replaceFirst(" *\\[.*$", "").strip());
            }
        } catch (RuntimeException broken) {
            failure = "log of libiscsi: " + broken;
        }
    }

    /**
     * Puts {@code load} on the unit for a time, records the later part of it, and drains.
     *
     * @param rampNanos time before anything is counted
     * @param recordNanos time that is counted; 0 counts nothing and ends after {@code load.limit()}
     * @param observer told when counting begins and when it ends
     */
    Counted run(Load load, long rampNanos, long recordNanos, Runnable observer) {
        begin(load);
        long started = System.nanoTime();
        long recordFrom = started + rampNanos;
        long recordTo = recordFrom + recordNanos;
        long countedFrom = 0;
        long now = started;
        while (remaining > 0 && (recordNanos == 0 || now - recordTo < 0)) {
            if (recordNanos != 0 && !recording && now - recordFrom >= 0) {
                observer.run();
                countedFrom = System.nanoTime();
                recording = true;
            }
            now = step(SILENCE_MILLIS);
        }
        long counted = completed;
        long nanos = System.nanoTime() - countedFrom;
        if (recording) {
            observer.run();
        }
        recording = false;
        remaining = 0;
        while (inFlight > 0) {
            step(SILENCE_MILLIS);
        }
        return new Counted(
                counted,
                nanos,
                latencyNanos.getValueAtPercentile(50) / 1000.0,
                latencyNanos.getValueAtPercentile(99) / 1000.0,
                latencyNanos.getMaxValue() / 1000.0);
    }

    private void begin(Load next) {
        if (next.depth() > DEPTH_MAX || (long) next.depth() * next.bytes() > BUFFER_BYTES) {
            throw new IllegalArgumentException("more in flight than buffers: " + next);
        }
        load = next;
        random = next(next.seed() * 2 + 1);
        sequentialBlocks = 0;
        remaining = next.limit();
        completed = 0;
        latencyNanos.reset();
        lastCompletionNanos = System.nanoTime();
        for (int slot = 0; slot < next.depth(); slot++) {
            long vector = (long) slot * VECTOR_BYTES;
            vectors.set(JAVA_LONG, vector, buffers.address() + (long) slot * next.bytes());
            vectors.set(JAVA_LONG, vector + 8, next.bytes());
        }
        for (int slot = 0; slot < next.depth(); slot++) {
            submit(slot);
        }
    }

    /** One turn: wait for the socket, let libiscsi work; completions submit what follows. */
    private long step(int timeoutMillis) {
        descriptors.set(JAVA_SHORT, 4, (short) Libiscsi.whichEvents(context));
        Libiscsi.poll(descriptors.address(), 1, timeoutMillis);
        serve();
        long now = System.nanoTime();
        if (inFlight > 0 && now - lastCompletionNanos > STALL_NANOS) {
            throw new IllegalStateException(inFlight + " commands unanswered for 10 s");
        }
        return now;
    }

    private void serve() {
        if (Libiscsi.service(context, descriptors.get(JAVA_SHORT, 6)) != 0) {
            throw new IllegalStateException("session broke: " + Libiscsi.error(context));
        }
        if (failure != null) {
            throw new IllegalStateException(failure);
        }
    }

    /**
     * Answers the target's pings until standard input has something to say, for a second at most.
     */
    void idle() {
        descriptors.set(JAVA_SHORT, 4, (short) Libiscsi.whichEvents(context));
        descriptors.set(JAVA_SHORT, POLL_DESCRIPTOR_BYTES + 4, (short) Libiscsi.POLLIN);
        Libiscsi.poll(descriptors.address(), 2, 1000);
        serve();
    }

    /** Whether the last {@link #idle} saw input, or its end, on standard input. */
    boolean inputWaits() {
        return descriptors.get(JAVA_SHORT, POLL_DESCRIPTOR_BYTES + 6) != 0;
    }

    private void submit(int slot) {
        if (remaining == 0) {
            return;
        }
        remaining--;
        int block = (int) (load.random() ? randomBlock() : sequentialBlock());
        startNanos[slot] = System.nanoTime();
        long task =
                load.write()
                        ? Libiscsi.write(
                                context,
                                lun,
                                block,
                                vectors.get(JAVA_LONG, (long) slot * VECTOR_BYTES),
                                load.bytes(),
                                completion,
                                slot)
                        : Libiscsi.read(
                                context,
                                lun,
                                block,
                                load.bytes(),
                                completion,
                                slot,
                                vectors.address() + (long) slot * VECTOR_BYTES);
        if (task == 0) {
            failure = "command refused: " + Libiscsi.error(context);
            remaining = 0;
        } else {
            inFlight++;
        }
    }

    private long sequentialBlock() {
        long step = load.bytes() / BLOCK_BYTES;
        long block = sequentialBlocks;
        sequentialBlocks = (block + 2 * step) * BLOCK_BYTES > lunBytes ? 0 : block + step;
        return block;
    }

    private long randomBlock() {
        random = next(random);
        long places = lunBytes / load.bytes();
        return Long.remainderUnsigned(random, places) * (load.bytes() / BLOCK_BYTES);
    }

    private static long next(long state) {
        long mixed = state ^ (state << 13);
        mixed ^= mixed >>> 7;
        return mixed ^ (mixed << 17);
    }

    void completed(long context, int status, long task, long slot) {
        try {
            long now = System.nanoTime();
            lastCompletionNanos = now;
            inFlight--;
            if (status != 0) {
                failure = "command ended with status " + status + ": " + Libiscsi.error(context);
                remaining = 0;
            }
            if (task != 0) {
                Libiscsi.freeTask(task);
            }
            if (recording) {
                completed++;
                latencyNanos.recordValue(Math.min(now - startNanos[(int) slot], LATENCY_NANOS_MAX));
            }
            submit((int) slot);
        } catch (RuntimeException broken) {
            failure = "completion: " + broken;
        }
    }

    @Override
    public void close() {
        Libiscsi.logout(context);
    }
}
