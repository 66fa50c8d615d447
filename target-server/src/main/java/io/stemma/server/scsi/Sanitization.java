package io.stemma.server.scsi;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.volume.Volume;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whether a logical unit is being sanitized, or failed to be (SBC-4, 4.11). Belongs to the unit and
 * not to a nexus: resets and lost sessions do not touch it, and neither does a restart, since it is
 * on record before the first byte is changed. Any thread; what blocks does so on control threads.
 */
final class Sanitization {
    private static final Logger LOG = LoggerFactory.getLogger(Sanitization.class);

    /** Where the operation is kept in the unit's store. */
    static final String STORED = "sanitize";

    /** Reports that do not touch the medium. */
    private static final int MAINTENANCE_IN = 0xa3;

    private static final int SANITIZE = 0x48;

    /**
     * What is going on.
     *
     * @param order the operation that runs or failed; null where there is none
     */
    private record Situation(@Nullable SanitizeOrder order, boolean running) {
        static final Situation NONE = new Situation(null, false);
    }

    private final Volume volume;
    private final UnitServices services;
    private volatile Situation now = Situation.NONE;
    private volatile int progress;
    private final AtomicInteger count = new AtomicInteger();
    private boolean resumes;

    /** Looks into the store whether there is one to go on with. Blocks. */
    Sanitization(Volume volume, UnitServices services) {
        this.volume = volume;
        this.services = services;
        byte[] kept = services.store().get(STORED).orElse(null);
        if (kept != null) {
            SanitizeOrder order = SanitizeOrder.read(kept);
            if (order == null) {
                LOG.error("a sanitize operation was kept that cannot be read: it counts as failed");
                order = SanitizeOrder.erase(true).broken();
            }
            resumes = !order.failed();
            now = new Situation(order, resumes);
            count.set(1);
        }
    }

    private synchronized boolean swap(Situation before, Situation after) {
        boolean same = now.equals(before);
        now = same ? after : now;
        return same;
    }

    /** Whether it keeps hosts away from the medium. One volatile read. */
    boolean bars() {
        return now.order() != null;
    }

    /** Whether it goes on. */
    boolean running() {
        return now.running();
    }

    /** Whether it ended with an error. */
    boolean failed() {
        Situation is = now;
        return is.order() != null && !is.running();
    }

    /** Whether it failed and only a sanitize operation that succeeds leads out of that. */
    boolean failedRestricted() {
        Situation is = now;
        SanitizeOrder order = is.order();
        return order != null && !is.running() && !order.unrestricted();
    }

    /** Grows with each operation that begins; read by those who hold data from before. */
    int count() {
        return count.get();
    }

    /** Whether a command may run while it bars. */
    boolean admits(CommandRow row) {
        return row.access() == CommandRow.Access.ALWAYS
                || row.operationCode() == MAINTENANCE_IN
                || (row.operationCode() == SANITIZE && !running());
    }

    /** Ends a command that may not run now. */
    void refuse(ScsiTask task, boolean descriptor) {
        Sense.checkWritten(task, write(task.sense(), descriptor));
    }

    /** Writes what it is as sense data; returns the length. */
    int write(byte[] to, boolean descriptor) {
        Situation is = now;
        if (is.running() || is.order() == null) {
            // Or it has succeeded just now, after it barred the command.
            return Sense.writeProgress(
                    to,
                    descriptor,
                    SenseKey.NOT_READY,
                    AdditionalSense.SANITIZE_IN_PROGRESS,
                    progress);
        }
        return Sense.write(to, descriptor, SenseKey.MEDIUM_ERROR, AdditionalSense.SANITIZE_FAILED);
    }

    /** Begins an operation; ends the command at once, or when it is done. */
    void begin(SanitizeOrder order, boolean immediate, ScsiTask task, UnitState state) {
        boolean descriptor = state.descriptorSense();
        if (volume.hasPast()) {
            // Its snapshots would keep what is to be destroyed.
            Sense.check(
                    task,
                    descriptor,
                    SenseKey.DATA_PROTECT,
                    AdditionalSense.SOFTWARE_WRITE_PROTECTED);
            return;
        }
        Situation before = now;
        if (before.running() || !swap(before, new Situation(order, true))) {
            refuse(task, descriptor);
            return;
        }
        progress = 0;
        count.incrementAndGet();
        try {
            services.control().execute(() -> record(order, immediate, task, descriptor, before));
        } catch (RejectedExecutionException full) {
            now = before;
            Sense.busy(task);
        }
    }

    private void record(
            SanitizeOrder order,
            boolean immediate,
            ScsiTask task,
            boolean descriptor,
            Situation before) {
        SanitizeWork work;
        try {
            work = new SanitizeWork(this, volume, services, order, immediate ? null : task);
            services.store().put(STORED, order.toBytes());
        } catch (DeviceException failed) {
            now = before;
            Faults.end(task, descriptor, failed.fault(), true);
            return;
        } catch (OutOfMemoryError none) {
            LOG.debug("no memory for a sanitize operation", none);
            now = before;
            Sense.busy(task);
            return;
        }
        if (immediate) {
            Sense.good(task);
        }
        work.begin();
    }

    /** The unit is reachable: goes on with what a process before this one began. */
    synchronized void resume() {
        SanitizeOrder order = now.order();
        if (resumes && order != null) {
            resumes = false;
            LOG.info("Volume {}: sanitizing goes on", volume.description().name());
            new SanitizeWork(this, volume, services, order, null).begin();
        }
    }

    /** EXIT FAILURE MODE: a failed operation counts as done; without one there is nothing to do. */
    void exitFailureMode(ScsiTask task, UnitState state) {
        boolean descriptor = state.descriptorSense();
        Situation before = now;
        SanitizeOrder order = before.order();
        if (order == null) {
            Sense.good(task);
            return;
        }
        if (before.running() || !swap(before, new Situation(order, true))) {
            refuse(task, descriptor);
            return;
        }
        try {
            services.control().execute(() -> exit(task, descriptor, before));
        } catch (RejectedExecutionException full) {
            now = before;
            Sense.busy(task);
        }
    }

    private void exit(ScsiTask task, boolean descriptor, Situation before) {
        DeviceFault fault = ended();
        if (fault == null) {
            Sense.good(task);
        } else {
            now = before;
            Faults.end(task, descriptor, fault, true);
        }
    }

    /** So much is done, in 65,536ths. */
    void progressed(int newProgress) {
        progress = newProgress;
    }

    /** All is done and durable; returns what stands against saying so. Blocks. */
    @Nullable DeviceFault ended() {
        try {
            services.store().remove(STORED);
            now = Situation.NONE;
            return null;
        } catch (DeviceException failed) {
            return failed.fault();
        }
    }

    /** It cannot go on. Blocks. */
    void failed(SanitizeOrder order, DeviceFault fault) {
        LOG.error("Volume {}: sanitizing failed: {}", volume.description().name(), fault);
        SanitizeOrder broken = order.broken();
        now = new Situation(broken, false);
        if (fault.kind() == DeviceFault.Kind.GONE) {
            return;
        }
        try {
            services.store().put(STORED, broken.toBytes());
        } catch (DeviceException worse) {
            LOG.error("the failure is not on record: the next start goes on with it", worse);
        }
    }
}
