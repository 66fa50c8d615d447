package io.stemma.engine.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stemma.engine.runtime.InvariantViolation;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

class BlockLocksTest {
    private final BlockLocks locks = new BlockLocks();

    @Test
    void aHeldBlockIsNotGivenOutAgain() {
        assertThat(locks.tryLock(10, 5)).isTrue();
        assertThat(locks.tryLock(14, 1)).isFalse();
        assertThat(locks.tryLock(15, 100)).isTrue();
        locks.unlock(10, 5);
        assertThat(locks.tryLock(0, 15)).isTrue();
    }

    @Test
    void aRangeAcrossTheLastStripeIsHeldWhole() {
        long first = BlockLocks.STRIPES - 2;
        assertThat(locks.tryLock(first, 4)).isTrue();
        assertThat(locks.tryLock(1, 1)).isFalse();
        assertThat(locks.tryLock(2, 1)).isTrue();
        assertThat(locks.tryLock(first - 1, 1)).isTrue();
        locks.unlock(first, 4);
        assertThat(locks.tryLock(0, 2)).isTrue();
    }

    @Test
    void aLongRangeHoldsEverything() {
        assertThat(locks.tryLock(77, 1L << 30)).isTrue();
        assertThat(locks.tryLock(5, 1)).isFalse();
        locks.unlock(77, 1L << 30);
        assertThat(locks.tryLock(5, 1)).isTrue();
    }

    @Test
    void whoWaitsIsToldOnceAfterARelease() {
        List<String> told = new ArrayList<>();
        locks.tryLock(3, 1);
        assertThat(locks.lock(3, 1, () -> told.add("a"))).isEqualTo(BlockLocks.Outcome.WAITING);
        assertThat(locks.lock(4, 1, () -> told.add("b"))).isEqualTo(BlockLocks.Outcome.HELD);
        assertThat(told).isEmpty();
        locks.unlock(3, 1);
        assertThat(told).containsExactly("a");
        locks.unlock(4, 1);
        assertThat(told).containsExactly("a");
    }

    @Test
    void givingBackWhatIsNotHeldIsAnInvariantViolation() {
        assertThatThrownBy(() -> locks.unlock(1, 1)).isInstanceOf(InvariantViolation.class);
    }

    /** Threads hold random ranges; owners of a stripe never overlap, and nobody is forgotten. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void noTwoThreadsHoldOneBlock(long seed) throws Exception {
        AtomicIntegerArray holders = new AtomicIntegerArray(200);
        AtomicInteger clashes = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            Random random = new Random(seed * 31 + t);
            Thread thread = new Thread(() -> contend(random, holders, clashes));
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join(60_000);
            assertThat(thread.isAlive()).as("seed %d: somebody was forgotten", seed).isFalse();
        }
        assertThat(clashes.get()).isZero();
        assertThat(locks.tryLock(0, BlockLocks.STRIPES)).isTrue();
    }

    private void contend(Random random, AtomicIntegerArray holders, AtomicInteger clashes) {
        for (int i = 0; i < 5000; i++) {
            int first = random.nextInt(180);
            int count = 1 + random.nextInt(20);
            acquire(first, count);
            for (int block = first; block < first + count; block++) {
                if (holders.incrementAndGet(block) != 1) {
                    clashes.incrementAndGet();
                }
            }
            for (int block = first; block < first + count; block++) {
                holders.decrementAndGet(block);
            }
            locks.unlock(first, count);
        }
    }

    private void acquire(int first, int count) {
        ConcurrentLinkedQueue<String> told = new ConcurrentLinkedQueue<>();
        while (locks.lock(first, count, () -> told.add("again")) != BlockLocks.Outcome.HELD) {
            while (told.poll() == null) {
                Thread.onSpinWait();
            }
        }
    }
}
