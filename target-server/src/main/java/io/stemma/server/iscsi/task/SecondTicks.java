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
import java.util.concurrent.TimeUnit;

/**
 * Tells every session once a second that a second has passed, by one timer an event loop: a timer
 * for each of ten thousand sessions would wake the loops ten thousand times a second. The sessions
 * of a loop are told in {@value #TURNS} turns, so that none of them takes long.
 */
final class SecondTicks {
    /** Turns in a second. */
    static final int TURNS = 8;

    private final Map<EventLoop, Loop> loops = new ConcurrentHashMap<>();

    /**
     * Has something run every second from now on; the first time after a second or less.
     *
     * @param each must not throw, for it would end the seconds of all
     */
    void join(EventLoop loop, Runnable each) {
        loops.computeIfAbsent(loop, Loop::new).join(each);
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
        private final List<Set<Runnable>> turns = new ArrayList<>(TURNS);
        private @Nullable Future<?> timer;
        private int joined;
        private int size;
        private int turn;

        Loop(EventLoop loop) {
            this.loop = loop;
            for (int i = 0; i < TURNS; i++) {
                turns.add(new LinkedHashSet<>(2));
            }
        }

        void join(Runnable each) {
            if (timer == null) {
                // Not at a fixed rate: a machine that slept has not heard of any silence.
                timer =
                        loop.scheduleWithFixedDelay(
                                this::tick, 1000 / TURNS, 1000 / TURNS, TimeUnit.MILLISECONDS);
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
            Future<?> running = timer;
            if (size == 0 && running != null) {
                running.cancel(false);
                timer = null;
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
