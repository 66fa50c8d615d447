package io.stemma.engine.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.io.HostFolder;
import io.stemma.engine.journal.StructuralRecord.RegistryPut;
import io.stemma.engine.layer.BlockState;
import io.stemma.engine.runtime.TimeSource;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The journal with threads and real files. */
class JournalThreadsTest {
    private static final int BLOCKS = 4096;
    private static final int WRITERS = 4;
    private static final int ROUND_RECORDS = 10_000;
    private static final int ROUNDS_MAX = 100;

    @TempDir Path temporary = Path.of("");

    private Journal open() throws IOException {
        return Journal.open(
                HostFolder.open(temporary),
                JournalThreads.PLATFORM,
                TimeSource.SYSTEM,
                new JournalShape(64 << 10, 8 << 10, 3));
    }

    /** A record that a thread waits for. */
    private static final class Awaited extends Presence {
        private final CountDownLatch ended = new CountDownLatch(1);
        private volatile @Nullable DeviceFault fault;

        @Override
        protected void written(@Nullable DeviceFault newFault) {
            fault = newFault;
            ended.countDown();
        }

        @Nullable DeviceFault await() throws InterruptedException {
            ended.await();
            return fault;
        }
    }

    /** A flush that a thread waits for. */
    private static final class Flushed extends SyncWaiter {
        private final CountDownLatch ended = new CountDownLatch(1);
        private volatile @Nullable DeviceFault fault;

        @Override
        protected void done(@Nullable DeviceFault newFault) {
            fault = newFault;
            ended.countDown();
        }

        @Nullable DeviceFault await() throws InterruptedException {
            ended.await();
            return fault;
        }
    }

    /** Each writer has its own blocks; every eighth it flushes, now and then it commits. */
    private static void write(Journal journal, int writer)
            throws InterruptedException, DeviceException {
        for (int block = writer; block < BLOCKS; block += WRITERS) {
            Awaited awaited = new Awaited();
            boolean durable = block % 64 == writer;
            journal.publish(awaited.prepare(1, 1, block, 1, BlockState.DATA, durable));
            assertThat(awaited.await()).isNull();
            if (block % 32 == writer) {
                Flushed flushed = new Flushed();
                journal.barrier(1, journal.lastPublished(1), flushed);
                assertThat(flushed.await()).isNull();
            }
            if (block % 256 == writer) {
                journal.commit(new RegistryPut("writer" + writer, new byte[] {(byte) block}));
            }
        }
    }

    @Test
    void manyThreadsPublishFlushAndCommitAndNothingIsLost()
            throws IOException, InterruptedException, ExecutionException {
        try (Journal journal = open();
                ExecutorService threads = Executors.newFixedThreadPool(WRITERS)) {
            journal.commit(SmallJournals.volume(1, "v", BLOCKS));
            List<Future<?>> ends = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                int writer = i;
                ends.add(
                        threads.submit(
                                () -> {
                                    write(journal, writer);
                                    return null;
                                }));
            }
            for (Future<?> end : ends) {
                end.get();
            }
        }
        try (Journal journal = open()) {
            assertThat(SmallJournals.blocks(journal).all(0, BLOCKS, BlockState.DATA)).isTrue();
            assertThat(journal.state().registry()).hasSize(WRITERS);
            assertThat(journal.state().whole()).isTrue();
        }
    }

    @Test
    void publishingMakesNoGarbageInTheSteadyState() throws IOException, InterruptedException {
        ThreadMXBean bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Journal journal =
                Journal.open(
                        HostFolder.open(temporary), JournalThreads.PLATFORM, TimeSource.SYSTEM)) {
            journal.commit(SmallJournals.volume(1, "v", BLOCKS));
            SmallJournals.Outcome record = new SmallJournals.Outcome();
            long least = Long.MAX_VALUE;
            // Until everything is compiled some rounds do allocate.
            for (int round = 0; round < ROUNDS_MAX && least > 0; round++) {
                long before = bean.getThreadAllocatedBytes(Thread.currentThread().threadId());
                publishMany(journal, record, ROUND_RECORDS);
                long after = bean.getThreadAllocatedBytes(Thread.currentThread().threadId());
                least = Math.min(least, (after - before) / ROUND_RECORDS);
                Flushed flushed = new Flushed();
                journal.barrier(1, journal.lastPublished(1), flushed);
                assertThat(flushed.await()).isNull();
            }
            assertThat(least).as("bytes a record").isZero();
            assertThat(record.fault).isNull();
        }
    }

    private static void publishMany(Journal journal, SmallJournals.Outcome record, int count) {
        for (int i = 0; i < count; i++) {
            record.ended = false;
            journal.publish(record.prepare(1, 1, i % BLOCKS, 1, BlockState.DATA, false));
            while (!record.ended) {
                Thread.onSpinWait();
            }
        }
    }
}
