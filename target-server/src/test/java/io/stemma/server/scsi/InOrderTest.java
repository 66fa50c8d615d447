package io.stemma.server.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

class InOrderTest {
    private final List<Runnable> threads = new ArrayList<>();
    private final List<String> log = new ArrayList<>();
    private boolean full;
    private final InOrder inOrder =
            new InOrder(
                    action -> {
                        if (full) {
                            throw new RejectedExecutionException();
                        }
                        threads.add(action);
                    },
                    2);

    private InOrder.Action action(String name) {
        return new InOrder.Action() {
            @Override
            public void run() {
                log.add(name);
            }

            @Override
            public void refused() {
                log.add("no " + name);
            }
        };
    }

    @Test
    void actionsRunOneAfterTheOtherOnOneThread() {
        inOrder.add(action("a"));
        inOrder.add(action("b"));
        assertThat(threads).hasSize(1);
        threads.getFirst().run();
        inOrder.add(action("c"));
        assertThat(threads).hasSize(2);
        threads.getLast().run();
        assertThat(log).containsExactly("a", "b", "c");
    }

    @Test
    void oneMoreThanMayWaitIsRefused() {
        inOrder.add(action("a"));
        inOrder.add(action("b"));
        inOrder.add(action("c"));
        assertThat(log).containsExactly("no c");
        threads.getFirst().run();
        assertThat(log).containsExactly("no c", "a", "b");
    }

    @Test
    void whereNoThreadIsFreeAnActionIsRefusedAndTheNextOneRuns() {
        full = true;
        inOrder.add(action("a"));
        assertThat(log).containsExactly("no a");
        full = false;
        inOrder.add(action("b"));
        threads.getFirst().run();
        assertThat(log).containsExactly("no a", "b");
    }
}
