package io.stemma.engine.volume;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.runtime.Limits;

import org.junit.jupiter.api.Test;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

class LaneTest {
    private final ArrayDeque<Runnable> pool = new ArrayDeque<>();
    private final List<Integer> ran = new ArrayList<>();
    private boolean refuses;
    private final Lane lane = new Lane(task -> !refuses && pool.add(task));

    private void runPool() {
        while (!pool.isEmpty()) {
            pool.poll().run();
        }
    }

    @Test
    void noMoreThanItsShareIsInThePoolAndAllRunInTurn() {
        List<Integer> expected = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            int number = i;
            expected.add(i);
            assertThat(lane.run(() -> ran.add(number))).isTrue();
        }
        assertThat(pool).hasSize(Limits.VOLUME_THREADS);
        for (int step = 0; step < 5; step++) {
            pool.remove().run();
            assertThat(pool).hasSize(Limits.VOLUME_THREADS);
        }
        runPool();
        assertThat(ran).isEqualTo(expected);
        assertThat(lane.run(() -> ran.add(99))).isTrue();
        assertThat(pool).hasSize(1);
    }

    @Test
    void whatThePoolRefusesIsNotRunAndTheShareIsGivenBack() {
        refuses = true;
        for (int i = 0; i < 10; i++) {
            assertThat(lane.run(() -> ran.add(1))).isFalse();
        }
        refuses = false;
        assertThat(lane.run(() -> ran.add(2))).isTrue();
        runPool();
        assertThat(ran).containsExactly(2);
    }

    @Test
    void whatWasTakenOverRunsThoughThePoolRefusesByThen() {
        for (int i = 0; i < 5; i++) {
            int number = i;
            lane.run(() -> ran.add(number));
        }
        refuses = true;
        runPool();
        assertThat(ran).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void aTaskThatThrowsLosesNoTurn() {
        for (int i = 0; i < Limits.VOLUME_THREADS; i++) {
            lane.run(
                    () -> {
                        throw new IllegalStateException("planted");
                    });
        }
        for (Runnable task : List.copyOf(pool)) {
            pool.remove(task);
            try {
                task.run();
            } catch (IllegalStateException planted) {
                ran.add(-1);
            }
        }
        lane.run(() -> ran.add(7));
        runPool();
        assertThat(ran).contains(7);
    }
}
