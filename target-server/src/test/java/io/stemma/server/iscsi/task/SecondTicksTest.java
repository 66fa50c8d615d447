package io.stemma.server.iscsi.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.DefaultEventLoop;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

class SecondTicksTest {
    @Test
    void ticksOfABusyLoopDoNotPileUp() throws Exception {
        DefaultEventLoop loop = new DefaultEventLoop();
        SecondTicks ticks = SecondTicks.ofThread();
        AtomicInteger told = new AtomicInteger();
        Runnable each = told::incrementAndGet;
        try {
            for (int i = 0; i < SecondTicks.TURNS; i++) {
                Runnable ofThisTurn = i == 0 ? each : () -> told.incrementAndGet();
                loop.submit(() -> ticks.join(loop, ofThisTurn)).get();
            }
            Awaitility.await().until(() -> told.get() > 0);
            CountDownLatch over = new CountDownLatch(1);
            loop.execute(
                    () -> {
                        try {
                            over.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    });
            int before = told.get();
            long began = System.nanoTime();
            Awaitility.await().until(() -> System.nanoTime() - began > 1_000_000_000L);
            over.countDown();
            int after = loop.submit(told::get).get();
            assertThat(after - before).as("turns of the second it was busy").isLessThan(4);
        } finally {
            loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).get();
        }
    }
}
