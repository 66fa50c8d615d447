package io.stemma.server.iscsi.task;

import io.netty.util.internal.PlatformDependent;
import io.stemma.server.scsi.LogicalUnit;
import io.stemma.server.scsi.Nexus;
import io.stemma.server.scsi.ScsiTask;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * LUN 0, blocks of 512 bytes on the heap: READ (10), WRITE (10), TEST UNIT READY. Commands end at
 * once, or on another thread, or when the test lets them.
 */
final class MemoryDevice implements ScsiDevice {
    static final int BLOCK = 512;

    /** When commands end. */
    enum Pace {
        AT_ONCE,
        OTHER_THREAD,
        WHEN_RELEASED
    }

    final byte[] content;
    final AtomicInteger attached = new AtomicInteger();
    final AtomicInteger executed = new AtomicInteger();
    final Set<Nexus> nexuses = ConcurrentHashMap.newKeySet();
    volatile Pace pace = Pace.AT_ONCE;
    volatile boolean congested;

    /** What is done with a command instead. */
    volatile @Nullable Consumer<ScsiTask> instead;

    private final BlockingQueue<ScsiTask> heldTasks = new LinkedBlockingQueue<>();

    MemoryDevice(int blocks) {
        content = new byte[blocks * BLOCK];
    }

    @Override
    public void execute(long lun, Task task) {
        executed.incrementAndGet();
        Consumer<ScsiTask> other = instead;
        if (other != null) {
            other.accept(task);
            return;
        }
        if (lun != 0) {
            check(task, 0x25);
            return;
        }
        switch (pace) {
            case AT_ONCE -> run(task);
            case OTHER_THREAD -> Thread.ofVirtual().start(() -> run(task));
            case WHEN_RELEASED -> heldTasks.add(task);
        }
    }

    /** Waits for a command that is held. */
    ScsiTask awaitHeld() throws InterruptedException {
        ScsiTask task = heldTasks.poll(20, TimeUnit.SECONDS);
        if (task == null) {
            throw new IllegalStateException("no command came");
        }
        return task;
    }

    /** Lets a held command end, on the calling thread. */
    void release(ScsiTask task) {
        run(task);
    }

    int held() {
        return heldTasks.size();
    }

    private void run(ScsiTask task) {
        if (task.aborted()) {
            task.finish();
            return;
        }
        ByteBuffer cdb = ByteBuffer.wrap(task.cdb());
        // What lies beyond every device of ours stays beyond this one.
        int offset = (int) Math.min((cdb.getInt(2) & 0xffff_ffffL) * BLOCK, 1 << 30);
        int length = (cdb.getShort(7) & 0xffff) * BLOCK;
        switch (cdb.get(0)) {
            case 0x28 -> read(task, offset, length);
            case 0x2a -> write(task, offset, length);
            case 0x00 -> task.finish();
            default -> check(task, 0x20);
        }
    }

    private void read(ScsiTask task, int offset, int length) {
        if (offset + length > content.length) {
            check(task, 0x21);
            return;
        }
        long address = task.dataInNow(length);
        if (address == 0) {
            address = task.dataInLater(length);
        }
        PlatformDependent.copyMemory(content, offset, address, length);
        task.dataInLength(length);
        task.finish();
    }

    private void write(ScsiTask task, int offset, int length) {
        if (offset + length > content.length) {
            check(task, 0x21);
            return;
        }
        int bytes = Math.min(length, task.dataOutLength());
        if (bytes > 0) {
            PlatformDependent.copyMemory(task.dataOutAddress(), content, offset, bytes);
        }
        task.dataOutUsed(length);
        task.finish();
    }

    private static void check(ScsiTask task, int code) {
        byte[] sense = task.sense();
        Arrays.fill(sense, 0, 18, (byte) 0);
        sense[0] = 0x70;
        sense[2] = 5;
        sense[7] = 10;
        sense[12] = (byte) code;
        task.status(2);
        task.senseLength(18);
        task.finish();
    }

    @Override
    public int dataOutLength(long lun, byte[] cdb) {
        return lun == 0 && cdb[0] == 0x2a ? (ByteBuffer.wrap(cdb).getShort(7) & 0xffff) * BLOCK : 0;
    }

    @Override
    public String name() {
        return "iqn.2026-11.io.stemma:memory";
    }

    @Override
    public int relativePort() {
        return 1;
    }

    @Override
    public @Nullable LogicalUnit unit(long lun) {
        return null;
    }

    @Override
    public boolean exists(long lun) {
        return lun == 0;
    }

    @Override
    public boolean congested(long lun) {
        return congested;
    }

    @Override
    public void resetUnit(long lun, Nexus from, Runnable done) {
        reset(from, done);
    }

    @Override
    public void reset(Nexus from, Runnable done) {
        List<Nexus> all = List.copyOf(nexuses);
        AtomicInteger left = new AtomicInteger(all.size());
        for (Nexus nexus : all) {
            nexus.abortTasks(
                    null,
                    () -> {
                        if (left.decrementAndGet() == 0) {
                            done.run();
                        }
                    });
        }
    }

    @Override
    public void attach(Nexus nexus) {
        attached.incrementAndGet();
        nexuses.add(nexus);
    }

    @Override
    public void detach(Nexus nexus) {
        attached.decrementAndGet();
        nexuses.remove(nexus);
    }
}
