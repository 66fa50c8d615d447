package io.stemma.engine.volume;

import io.stemma.engine.block.BlockRequest;
import io.stemma.engine.block.DeviceFault;

import java.util.ArrayDeque;
import java.util.Queue;

/** A volume in which a test plants faults: requests that fail, and a disk that does not answer. */
public final class FaultyVolume extends PassVolume {
    private final Queue<DeviceFault.Kind> planted = new ArrayDeque<>();
    private final Queue<Runnable> held = new ArrayDeque<>();
    private boolean holding;

    FaultyVolume(Volume inner) {
        super(inner);
    }

    /** The next request fails so, and does nothing; several of these queue up. */
    public synchronized void failNext(DeviceFault.Kind kind) {
        planted.add(kind);
    }

    /** From now on nothing is answered: requests wait, and so do reads that would be at once. */
    public synchronized void hold() {
        holding = true;
    }

    /** How many requests wait. */
    public synchronized int heldCount() {
        return held.size();
    }

    /** Everything that was held goes on, in its order. */
    public void release() {
        synchronized (this) {
            holding = false;
        }
        while (true) {
            Runnable next;
            synchronized (this) {
                next = held.poll();
            }
            if (next == null) {
                return;
            }
            next.run();
        }
    }

    @Override
    public void submit(BlockRequest request) {
        start(request, forwarded -> inner().submit(forwarded));
    }

    @Override
    public void submitHolding(RangeLock lock, BlockRequest request) {
        start(request, forwarded -> inner().submitHolding(lock, forwarded));
    }

    private interface Way {
        void submit(BlockRequest forwarded);
    }

    private void start(BlockRequest request, Way way) {
        request.accept();
        DeviceFault.Kind kind;
        synchronized (this) {
            if (holding) {
                held.add(() -> forward(request, way));
                return;
            }
            kind = planted.poll();
        }
        if (kind != null) {
            request.complete(DeviceFault.of(kind, "planted fault", "test"));
        } else {
            forward(request, way);
        }
    }

    private static void forward(BlockRequest request, Way way) {
        Forwarded forwarded = new Forwarded(request);
        if (request.cancelled()) {
            forwarded.cancel();
        }
        way.submit(forwarded);
    }

    @Override
    public boolean tryRead(long firstBlock, int blockCount, long address) {
        synchronized (this) {
            if (holding || !planted.isEmpty()) {
                return false;
            }
        }
        return inner().tryRead(firstBlock, blockCount, address);
    }
}
