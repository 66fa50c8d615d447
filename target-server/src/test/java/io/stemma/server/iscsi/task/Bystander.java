package io.stemma.server.iscsi.task;

import io.stemma.server.testing.TestInitiator;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A well-behaved initiator of another name that writes and reads without a pause, to see that what
 * others do does not stop it.
 */
final class Bystander implements AutoCloseable {
    private static final int BYTES = 32 << 10;
    private static final int STEPS = 20;
    private static final int BLOCK = 1000;

    private final TestInitiator initiator;
    private final Thread worker;
    private final AtomicInteger steps = new AtomicInteger();
    private volatile boolean ending;
    private volatile @Nullable Throwable failure;

    Bystander(TestTarget target) {
        initiator = target.initiator(900_001);
        worker = Thread.ofVirtual().start(this::work);
    }

    private void work() {
        try {
            byte[] data = new byte[BYTES];
            while (!ending) {
                data[0]++;
                TestInitiator.Outcome written =
                        DataOut.write(initiator, BLOCK, data, true, false, 8 << 10);
                TestInitiator.Outcome read =
                        initiator.run(
                                initiator.read10(0, BLOCK, BYTES / MemoryDevice.BLOCK, BYTES));
                if (written.status() != 0 || read.status() != 0 || read.data()[0] != data[0]) {
                    throw new AssertionError(written.last() + ", " + read.last());
                }
                steps.incrementAndGet();
            }
        } catch (RuntimeException | AssertionError failed) {
            failure = failed;
        }
    }

    /** Waits until some more of its commands have ended. */
    void goesOn() {
        int target = steps.get() + STEPS;
        Awaitility.await()
                .until(
                        () -> {
                            Throwable failed = failure;
                            if (failed != null) {
                                throw new AssertionError("the bystander was harmed", failed);
                            }
                            return steps.get() >= target;
                        });
    }

    @Override
    public void close() {
        ending = true;
        try {
            worker.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        initiator.close();
    }
}
