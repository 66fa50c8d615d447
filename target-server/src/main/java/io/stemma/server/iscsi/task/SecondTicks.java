package io.stemma.server.iscsi.task;

import io.netty.channel.EventLoop;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Tells every session once a second that a second has passed, by one timer an event loop: a timer
 * for each of ten thousand sessions would wake the loops ten thousand times a second. The sessions
 * of a loop are told in {@value #TURNS} turns, so that none of them takes long.
 */
final class SecondTicks {
    /** Turns in a second. */
    static final int TURNS = 8;

    private static final int TURN_MILLIS = 1000 / TURNS;

    /** Has something run on an event loop again and again, until the result is cancelled. */
    @FunctionalInterface
    private interface Timer {
        // Not at a fixed rate: a machine that slept has not heard of any silence.
        Future<?> everyTurn(EventLoop loop, Runnable tick);
    }

    private final Map<EventLoop, Loop> loops = new ConcurrentHashMap<>();
    private final Timer timer;

    private SecondTicks(Timer timer) {
        this.timer = timer;
    }

    /** Ticks that the event loops time themselves. */
    static SecondTicks ofLoops() {
        return new SecondTicks(
                (loop, tick) ->
                        loop.scheduleWithFixedDelay(
                                tick, TURN_MILLIS, TURN_MILLIS, TimeUnit.MILLISECONDS));
    }

    /**
     * Ticks from a thread of their own: a loop without timers waits for its sockets without setting
     * the kernel's timer for each command.
     */
    static SecondTicks ofThread() {
        ScheduledThreadPoolExecutor thread =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().daemon().name("session-seconds").factory());
        thread.setRemoveOnCancelPolicy(true);
        thread.setKeepAliveTime(1, TimeUnit.SECONDS);
        thread.allowCoreThreadTimeOut(true);
        return new SecondTicks(
                (loop, tick) ->
                        thread.scheduleWithFixedDelay(
                                oneAtATime(loop, tick),
                                TURN_MILLIS,
                                TURN_MILLIS,
                                TimeUnit.MILLISECONDS));
    }

    /**
     * Ticks that a loop was too busy for do not pile up: it has not heard of any silence either.
     */
    private static Runnable oneAtATime(EventLoop loop, Runnable tick) {
        AtomicBoolean waits = new AtomicBoolean();
        Runnable turn =
                () -> {
                    waits.set(false);
                    tick.run();
                };
        return () -> {
            if (waits.compareAndSet(false, true)) {
                loop.execute(turn);
            }
        };
    }

    /**
     * Has something run every second from now on; the first time after a second or less.
     *
     * @param each must not throw, for it would end the seconds of all
     */
    void join(EventLoop loop, Runnable each) {
        loops.computeIfAbsent(loop, of -> new Loop(of, timer)).join(each);
    }

    /** Ends what {@link #join} began. */
    void leave(EventLoop loop, Runnable each) {
        Loop ticks = loops.get(loop);
        if (ticks != null && ticks.leave(each)) {
            loops.remove(loop);
        }
    }

    /** What one event loop is to be told. On that loop only. */
    private static final class Loop {
        private final EventLoop loop;
        private final Timer timer;
        private final List<Set<Runnable>> turns = new ArrayList<>(TURNS);
        private @Nullable Future<?> ticking;
        private int joined;
        private int size;
        private int turn;

        Loop(EventLoop loop, Timer timer) {
            this.loop = loop;
            this.timer = timer;
            for (int i = 0; i < TURNS; i++) {
                turns.add(new LinkedHashSet<>(2));
            }
        }

        void join(Runnable each) {
            if (ticking == null) {
                ticking = timer.everyTurn(loop, this::tick);
            }
            turns.get(joined++ % TURNS).add(each);
            size++;
        }

        /** Returns whether nothing is left. */
        boolean leave(Runnable each) {
            for (Set<Runnable> told : turns) {
                if (told.remove(each)) {
                    size--;
                }
            }
            Future<?> running = ticking;
            if (size == 0 && running != null) {
                running.cancel(false);
                ticking = null;
            }
            return size == 0;
        }

        private void tick() {
            Set<Runnable> told = turns.get(turn);
            turn = (turn + 1) % TURNS;
            for (Runnable each : List.copyOf(told)) {
                if (told.contains(each)) {
                    each.run();
                }
            }
        }
    }
}
