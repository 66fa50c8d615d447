package io.stemma.server.server;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.volume.Volume;
import io.stemma.engine.volume.VolumeBackend;
import io.stemma.engine.volume.VolumeId;
import io.stemma.server.scsi.CopySlots;
import io.stemma.server.scsi.LogicalUnit;
import io.stemma.server.scsi.TargetDevice;
import io.stemma.server.scsi.UnitServices;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The logical units of a running server: one for each volume that is mapped anywhere. */
final class VolumeUnits implements LogicalUnits, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(VolumeUnits.class);

    /** Threads on which units wait for the registry. */
    private static final int CONTROL_THREADS = 2;

    /** Control work that may wait; more is refused and its command answered BUSY. */
    private static final int CONTROL_QUEUE_MAX = 1024;

    private static final long IDLE_SECONDS = 10;
    private static final long DRAIN_SECONDS = 10;

    private final VolumeBackend backend;
    private final TargetPorts ports;
    private final CacheSwitch cacheSwitch;
    private final CopySlots copies = new CopySlots();
    private final Map<VolumeId, LogicalUnit> units = new LinkedHashMap<>();
    private final ThreadPoolExecutor control =
            new ThreadPoolExecutor(
                    CONTROL_THREADS,
                    CONTROL_THREADS,
                    IDLE_SECONDS,
                    TimeUnit.SECONDS,
                    new LinkedBlockingQueue<>(CONTROL_QUEUE_MAX),
                    Thread.ofPlatform().daemon().name("unit-control-", 0).factory());

    VolumeUnits(VolumeBackend backend) {
        this.backend = backend;
        ports = new TargetPorts(backend.registry());
        cacheSwitch = new CacheSwitch(backend);
        control.allowCoreThreadTimeOut(true);
    }

    @Override
    public TargetDevice device(String targetName) throws DeviceException {
        return new TargetDevice(targetName, ports.of(targetName));
    }

    @Override
    public synchronized void map(TargetDevice device, LunDefinition lun, Volume volume) {
        LogicalUnit unit = units.computeIfAbsent(volume.description().id(), id -> unit(volume));
        device.map(lun.lun(), unit, lun.readOnly());
    }

    private LogicalUnit unit(Volume volume) {
        return new LogicalUnit(
                volume,
                new UnitServices(
                        cacheSwitch,
                        new RegistryUnitStore(backend.registry(), volume.description().id()),
                        control,
                        this::all,
                        copies,
                        backend::space));
    }

    @Override
    public synchronized void unmap(TargetDevice device, int lun) {
        device.unmap(lun, this::sweepSoon);
        sweep();
    }

    /** Tasks that came by a way that is gone have ended. On their event loop. */
    private void sweepSoon() {
        try {
            control.execute(this::sweep);
        } catch (RejectedExecutionException full) {
            LOG.debug("units without a way to them are found at the next unmapping", full);
        }
    }

    /** One in which something goes on stays, so that the next way leads to the same. */
    private synchronized void sweep() {
        units.values().removeIf(LogicalUnit::unreachable);
    }

    @Override
    public void removed(String targetName) throws DeviceException {
        ports.remove(targetName);
    }

    private synchronized Collection<LogicalUnit> all() {
        return List.copyOf(units.values());
    }

    /** Waits for control work under way; sessions are gone by now. */
    @Override
    public void close() {
        control.shutdown();
        try {
            control.awaitTermination(DRAIN_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }
}
