package io.stemma.engine.volume;

import io.stemma.engine.block.BlockRequest;
import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.io.FileException;
import io.stemma.engine.journal.StructuralRecord.VolumeOffline;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;

/**
 * Whether a volume serves, why not, and the words for every refusal. A volume goes offline once and
 * stays so until it is recovered; what makes it so is on record before the host hears of it, unless
 * the journal itself failed.
 */
final class Standing {
    private static final Logger LOG = LoggerFactory.getLogger(Standing.class);

    private final FileVolume volume;
    private volatile @Nullable DeviceFault offline;
    private volatile @Nullable DeviceFault readOnly;

    Standing(FileVolume volume) {
        this.volume = volume;
    }

    /** Why the volume is offline, or null. */
    @Nullable DeviceFault offline() {
        return offline;
    }

    /** What a request meets that comes to a volume which does not serve. */
    DeviceFault refusal() {
        if (volume.admission().has(Admission.DELETED)) {
            return fault(DeviceFault.Kind.GONE, "the volume was deleted");
        }
        DeviceFault why = offline;
        if (why != null) {
            return why;
        }
        return fault(DeviceFault.Kind.TRANSIENT, "the server is closing the volume");
    }

    DeviceFault fault(DeviceFault.Kind kind, String what) {
        return DeviceFault.of(kind, what, volume.name());
    }

    /** Too many requests wait for something already. */
    DeviceFault busy(String waitedFor) {
        return fault(DeviceFault.Kind.TRANSIENT, "too many requests wait for " + waitedFor);
    }

    DeviceFault outOfRange(BlockRequest request) {
        return new DeviceFault(
                DeviceFault.Kind.OUT_OF_RANGE,
                request.kind() + " of " + request.blockCount() + " blocks",
                volume.name(),
                request.firstBlock(),
                0,
                null);
    }

    /**
     * A read or write of the file failed.
     *
     * @param block the logical block concerned
     * @param bytesDone bytes certainly done
     */
    DeviceFault ioFailed(IOException failed, String act, long block, long bytesDone) {
        DeviceFault.Kind kind =
                isNoSpace(failed) ? DeviceFault.Kind.SPACE_EXHAUSTED : DeviceFault.Kind.MEDIUM;
        LOG.warn("Volume {}: {} at block {} failed: {}", name(), act, block, failed.toString());
        return new DeviceFault(kind, act, name(), block, bytesDone, failed);
    }

    static boolean isNoSpace(IOException failed) {
        return failed instanceof FileException file
                && file.reason() == FileException.Reason.NO_SPACE;
    }

    /** A sync failed, so pages may be lost: offline, on record. Blocks; threads of sync only. */
    DeviceFault syncFailed(IOException failed) {
        DeviceFault fault =
                DeviceFault.of(DeviceFault.Kind.OFFLINE, "sync of the layer", name(), failed);
        if (begin(fault)) {
            record("a sync failed: " + failed);
            announce(fault);
        }
        return fault;
    }

    /** The journal failed: it serves nobody in this run, and cannot record why. */
    void journalFailed(DeviceFault fault) {
        if (begin(fault)) {
            announce(fault);
        }
    }

    /** Our own fault in the work of an operation: the volume goes offline, the process goes on. */
    void broken(Operation operation, RuntimeException broken) {
        DeviceFault fault = brokenBy(broken);
        if (operation.open) {
            volume.finish(operation, fault);
        }
    }

    /** Our own fault. Does not block. */
    DeviceFault brokenBy(RuntimeException broken) {
        DeviceFault fault =
                DeviceFault.of(DeviceFault.Kind.OFFLINE, "work of the volume", name(), broken);
        if (begin(fault)) {
            LOG.error("Volume {}: a defect of this program", name(), broken);
            boolean taken = volume.threads().sync(() -> record("a defect: " + broken));
            if (!taken) {
                LOG.error("Volume {}: offline only until the next start", name());
            }
            announce(fault);
        }
        return fault;
    }

    /** A record of the pool is lost: what is left can be read, and nothing be changed. */
    void readOnly(String reason) {
        readOnly = fault(DeviceFault.Kind.OFFLINE, "the pool is read-only: " + reason);
        volume.admission().raise(Admission.READ_ONLY);
    }

    /** It is a snapshot, which nobody changes. */
    void snapshot() {
        readOnly = fault(DeviceFault.Kind.WRITE_PROTECTED, "a snapshot is not written");
        volume.admission().raise(Admission.READ_ONLY);
    }

    /** What a change of a read-only volume meets. */
    DeviceFault changeRefusal() {
        DeviceFault why = readOnly;
        return why != null ? why : refusal();
    }

    /** As it was found at the start. */
    void foundOffline(String reason) {
        offline = fault(DeviceFault.Kind.OFFLINE, reason);
        volume.admission().raise(Admission.OFFLINE);
    }

    /** An operator recovered the volume. */
    void recovered() {
        offline = null;
        volume.admission().lower(Admission.OFFLINE);
    }

    private synchronized boolean begin(DeviceFault fault) {
        if (offline != null) {
            return false;
        }
        offline = fault;
        volume.admission().raise(Admission.OFFLINE);
        return true;
    }

    private void record(String reason) {
        try {
            volume.pool().journal().commit(new VolumeOffline(volume.key(), reason));
        } catch (DeviceException worse) {
            LOG.error("Volume {}: cannot record that it is offline", name(), worse);
        }
    }

    private void announce(DeviceFault fault) {
        LOG.error("Volume {} is offline: {}", name(), fault);
        volume.admission().ranges().refuseWaiting();
        volume.listeners().offline(fault);
    }

    private String name() {
        return volume.name();
    }
}
