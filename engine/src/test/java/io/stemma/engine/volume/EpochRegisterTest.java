package io.stemma.engine.volume;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

class EpochRegisterTest {
    private final EpochRegister register = new EpochRegister();

    @Test
    void aDrainWithNobodyInsideEndsAtOnce() {
        List<String> ended = new ArrayList<>();
        register.drain(() -> ended.add("one"));
        assertThat(ended).containsExactly("one");
    }

    @Test
    void aDrainWaitsForThoseBeforeItAndNotForThoseAfterIt() {
        List<String> ended = new ArrayList<>();
        int before = register.enter();
        register.drain(() -> ended.add("one"));
        int after = register.enter();
        register.drain(() -> ended.add("two"));
        assertThat(ended).isEmpty();
        register.exit(before);
        assertThat(ended).containsExactly("one");
        register.exit(after);
        assertThat(ended).containsExactly("one", "two");
    }

    @Test
    void whoEntersOnOneThreadMayLeaveOnAnother() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        int epoch = register.enter();
        register.drain(ended::countDown);
        Thread other = new Thread(() -> register.exit(epoch));
        other.start();
        other.join();
        assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
    }

    /** After each drain no operation that saw the old value of a flag may still be inside. */
    @Test
    void nobodyWhoSawTheOldFlagIsInsideAfterADrain() throws Exception {
        AtomicInteger flag = new AtomicInteger();
        AtomicBoolean stop = new AtomicBoolean();
        int threads = 4;
        AtomicInteger[] seen = new AtomicInteger[threads];
        List<Thread> all = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            AtomicInteger mine = new AtomicInteger(Integer.MAX_VALUE);
            seen[t] = mine;
            Thread thread =
                    new Thread(
                            () -> {
                                while (!stop.get()) {
                                    int epoch = register.enter();
                                    mine.set(flag.get());
                                    Thread.onSpinWait();
                                    mine.set(Integer.MAX_VALUE);
                                    register.exit(epoch);
                                }
                            });
            all.add(thread);
            thread.start();
        }
        for (int round = 1; round <= 1000; round++) {
            int now = round;
            flag.set(now);
            CountDownLatch ended = new CountDownLatch(1);
            register.drain(ended::countDown);
            assertThat(ended.await(30, TimeUnit.SECONDS)).isTrue();
            for (AtomicInteger one : seen) {
                assertThat(one.get()).isGreaterThanOrEqualTo(now);
            }
        }
        stop.set(true);
        for (Thread thread : all) {
            thread.join();
        }
    }
}
