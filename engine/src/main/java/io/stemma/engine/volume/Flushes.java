package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.journal.SyncWaiter;
import io.stemma.engine.layer.Layer;
import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Flushes of one volume. One turn at a time: read the last published number, sync the layers, make
 * the barrier. Whoever asks while a turn runs is part of the next one, since this one may have
 * begun before its writes ended. Where nothing is unsynced and nothing is published, the answer is
 * at once.
 */
final class Flushes {
    private final FileVolume volume;
    private final Runnable turn = this::turn;
    private final AtomicLong newBytes = new AtomicLong();
    private final SyncWaiter barrier =
            new SyncWaiter() {
                @Override
                protected void done(@Nullable DeviceFault fault) {
                    barrierDone(fault);
                }
            };
    private ArrayDeque<Operation> waiting = new ArrayDeque<>();
    private ArrayDeque<Operation> served = new ArrayDeque<>();

    /** Of those that wait, what came too late; see {@link #stop}. */
    private final ArrayDeque<Operation> refused = new ArrayDeque<>();

    private boolean running;
    private boolean again;
    private boolean stopped;
    private @Nullable Completion whenIdle;

    /** Of the turn that runs. */
    private long upTo;

    /** Records of the volume that were written, and how many when the last barrier began. */
    private final AtomicLong recorded = new AtomicLong();

    private long recordedMark;
    private volatile long recordedBarriered = -1;
    private long barriered;
    private volatile long lastTurnNanos;

    /** Flushes of a volume whose barriers so far reach up to a number. */
    Flushes(FileVolume volume, long barriered) {
        this.volume = volume;
        this.barriered = barriered;
        lastTurnNanos = volume.pool().time().nanos();
    }

    /** A flush was asked for; it ends when all that completed before is durable. */
    void join(Operation operation) {
        if (!dirty()) {
            volume.finish(operation, null);
            return;
        }
        boolean start;
        boolean refused;
        synchronized (this) {
            refused = stopped;
            if (!refused) {
                waiting.add(operation);
            }
            start = begin();
        }
        if (refused) {
            volume.finish(operation, volume.standing().refusal());
        } else if (start) {
            startTurn();
        }
    }

    /** Sees to it that all that is there now becomes durable soon. */
    void background() {
        if (!dirty()) {
            return;
        }
        boolean start;
        synchronized (this) {
            again = true;
            start = begin();
        }
        if (start) {
            startTurn();
        }
    }

    /**
     * Has a turn where nothing seems to need one: a turn may count a record whose range and mark
     * come just behind it, and these wait for the next.
     */
    void unlessDirty() {
        if (!dirty()) {
            recorded();
            background();
        }
    }

    /** A record was written that no barrier covers; before its operation is answered. */
    void recorded() {
        recorded.getAndIncrement();
    }

    /** So many bytes became present by a record without barrier. */
    void newlyPresent(long bytes) {
        if (newBytes.addAndGet(bytes) >= Limits.UNBARRIERED_BYTES_MAX) {
            newBytes.set(0);
            background();
        }
    }

    /** From time to time: nothing waits for its barrier longer than the limit. */
    void tick(long nowNanos) {
        if (nowNanos - lastTurnNanos
                >= Limits.BARRIER_INTERVAL_NANOS - Limits.TICK_MILLIS * 1_000_000L) {
            background();
        }
    }

    private boolean dirty() {
        return volume.unsynced().any() || recorded.get() != recordedBarriered;
    }

    private boolean begin() {
        if (running || stopped) {
            return false;
        }
        running = true;
        return true;
    }

    /** Makes no more turns; {@code idle} completes when none runs. */
    void stop(Completion idle) {
        boolean quiet;
        synchronized (this) {
            stopped = true;
            quiet = !running;
            whenIdle = quiet ? null : idle;
        }
        if (quiet) {
            idle.complete(null);
        }
    }

    /** Takes {@link #stop} back. */
    synchronized void resume() {
        stopped = false;
    }

    private void refuseLate() {
        while (true) {
            Operation operation;
            synchronized (this) {
                operation = refused.poll();
            }
            if (operation == null) {
                return;
            }
            volume.finish(operation, volume.standing().refusal());
        }
    }

    private void startTurn() {
        if (!volume.threads().sync(turn)) {
            takeWaiting();
            endTurn(volume.standing().busy("a thread for its sync"));
        }
    }

    private synchronized void takeWaiting() {
        ArrayDeque<Operation> empty = served;
        served = waiting;
        waiting = empty;
        again = false;
    }

    private void turn() {
        takeWaiting();
        @Nullable DeviceFault fault;
        try {
            fault = syncLayer();
        } catch (RuntimeException broken) {
            fault = volume.standing().brokenBy(broken);
        }
        boolean nothingNew = recordedMark == recordedBarriered || upTo <= barriered;
        if (fault != null || nothingNew) {
            endTurn(fault);
        } else {
            volume.pool().journal().barrier(volume.key(), upTo, barrier);
        }
    }

    /** The order of these reads is the barrier's proof; see the classes that are told. */
    private @Nullable DeviceFault syncLayer() {
        lastTurnNanos = volume.pool().time().nanos();
        newBytes.set(0);
        volume.unbarriered().beginFlush();
        volume.punches().beginFlush();
        recordedMark = recorded.get();
        upTo = volume.pool().journal().lastPublished(volume.key());
        // Before the mark, which counts all that was written to them.
        List<Layer> sealed = volume.layers().unsynced().stream().filter(Layer::sealed).toList();
        long mark = volume.unsynced().mark();
        @Nullable DeviceFault refusal = volume.offlineFault();
        if (refusal != null) {
            return refusal;
        }
        return syncLayers(mark, sealed);
    }

    /**
     * Counts among the readers, so that no layer goes meanwhile. The list is read after the mark:
     * what that counts was written to one of these. Where nothing is unsynced, a layer that was
     * sealed before has nothing either.
     */
    private @Nullable DeviceFault syncLayers(long mark, List<Layer> sealed) {
        int epoch = volume.admission().epochs().enter();
        try {
            List<Layer> layers = volume.layers().unsynced();
            DeviceFault fault = volume.unsynced().beyond(mark) ? synced(layers, mark) : null;
            if (fault == null) {
                sealed.forEach(volume.layers()::synced);
            }
            return fault;
        } finally {
            volume.admission().epochs().exit(epoch);
        }
    }

    private @Nullable DeviceFault synced(List<Layer> layers, long mark) {
        volume.guard().syncBegins();
        try {
            for (Layer layer : layers) {
                layer.file().dataSync();
            }
        } catch (IOException failed) {
            return volume.standing().syncFailed(failed);
        } finally {
            volume.guard().syncEnds();
        }
        volume.unsynced().syncedTo(mark);
        return null;
    }

    /** The journal made the barrier, or failed. */
    private void barrierDone(@Nullable DeviceFault fault) {
        if (fault == null) {
            barriered = upTo;
        } else if (fault.kind() == DeviceFault.Kind.OFFLINE) {
            volume.standing().journalFailed(fault);
        }
        endTurn(fault);
    }

    private void endTurn(@Nullable DeviceFault fault) {
        if (fault == null) {
            recordedBarriered = recordedMark;
            volume.unbarriered().endFlush();
            volume.punches().endFlush();
        }
        while (true) {
            Operation operation;
            synchronized (this) {
                operation = served.poll();
            }
            if (operation == null) {
                break;
            }
            volume.finish(operation, fault);
        }
        boolean more;
        Completion idle = null;
        synchronized (this) {
            if (stopped) {
                // They came while this turn ran, and no other one follows.
                refused.addAll(waiting);
                waiting.clear();
            }
            more = !stopped && (!waiting.isEmpty() || (again && fault == null));
            running = more;
            if (!more) {
                idle = whenIdle;
                whenIdle = null;
            }
        }
        refuseLate();
        if (more) {
            startTurn();
        } else if (idle != null) {
            idle.complete(null);
        }
    }
}
