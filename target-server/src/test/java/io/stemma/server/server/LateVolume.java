package io.stemma.server.server;

import io.stemma.engine.block.BlockRequest;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.volume.PassVolume;
import io.stemma.engine.volume.Volume;

import org.jspecify.annotations.Nullable;

import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A volume on a slow disk: a write reaches it after a random time, in any order, and nothing stops
 * one that was issued, whoever cancels it.
 */
final class LateVolume extends PassVolume implements AutoCloseable {
    private static final int LATEST_MICROS = 20_000;

    private final Random random;
    private final ScheduledExecutorService disk = Executors.newScheduledThreadPool(2);
    private final AtomicInteger underWay = new AtomicInteger();

    LateVolume(Volume inner, long seed) {
        super(inner);
        random = new Random(seed);
    }

    /** The write as the disk has it, deaf to cancellation. */
    private static final class Deaf extends Forwarded {
        private final AtomicInteger underWay;

        Deaf(BlockRequest original, AtomicInteger underWay) {
            super(original);
            this.underWay = underWay;
        }

        @Override
        protected void completed(@Nullable DeviceFault fault) {
            underWay.decrementAndGet();
            super.completed(fault);
        }
    }

    /** Whether every write that was issued has ended. */
    boolean idle() {
        return underWay.get() == 0;
    }

    @Override
    public void submit(BlockRequest request) {
        if (request.kind() != BlockRequest.Kind.WRITE) {
            inner().submit(request);
            return;
        }
        request.accept();
        underWay.incrementAndGet();
        int micros;
        synchronized (random) {
            micros = random.nextInt(LATEST_MICROS);
        }
        disk.schedule(
                () -> inner().submit(new Deaf(request, underWay)), micros, TimeUnit.MICROSECONDS);
    }

    @Override
    public void close() {
        disk.shutdown();
    }
}
