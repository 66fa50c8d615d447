package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.journal.TreeRecord.HeadJoined;
import io.stemma.engine.journal.TreeRecord.HeadSplit;
import io.stemma.engine.layer.Layer;

import java.util.ArrayList;
import java.util.List;

/**
 * One instant of several volumes. Prepared: each has a next head, durable and on record, that
 * nobody writes. Cut: one moment passes for all, and each old head is sealed when all that may have
 * begun before has ended. Complete: each volume is flushed, which covers all that is in its old
 * head; then one record names them all. One control thread.
 */
final class PoolCut implements PointsInTime.Cut {
    private final PoolPointsInTime points;
    private final Pool pool;
    private final List<FileVolume> volumes;
    private final List<Layer> frozen = new ArrayList<>();
    private final List<Layer> next;
    private final List<Long> sizes = new ArrayList<>();
    private final List<Completion> seals = new ArrayList<>();
    private final Head.Instant instant = new Head.Instant();
    private long wallMillis;
    private boolean ended;

    private PoolCut(
            PoolPointsInTime points, Pool pool, List<FileVolume> volumes, List<Layer> next) {
        this.points = points;
        this.pool = pool;
        this.volumes = volumes;
        this.next = next;
        for (FileVolume volume : volumes) {
            frozen.add(volume.layer());
            sizes.add(volume.geometry().blockCount());
        }
    }

    /** Prepares; the volumes are marked as being cut. The caller has the turn. */
    static PoolCut prepare(PoolPointsInTime points, Pool pool, List<FileVolume> volumes)
            throws DeviceException {
        List<Layer.Below> below = new ArrayList<>();
        List<Long> blocks = new ArrayList<>();
        for (FileVolume volume : volumes) {
            Layer current = volume.layer();
            blocks.add(current.presence().blockCount());
            below.add(new Layer.Below(current, current.presence().blockCount()));
        }
        List<Layer> next = pool.layers().make(below, blocks);
        PoolCut cut = new PoolCut(points, pool, volumes, next);
        cut.record();
        return cut;
    }

    private void record() throws DeviceException {
        HeadSplit[] splits = new HeadSplit[volumes.size()];
        for (int i = 0; i < splits.length; i++) {
            splits[i] = new HeadSplit(volumes.get(i).key(), next.get(i).key());
        }
        try {
            pool.journal().commit(splits);
        } catch (DeviceException failed) {
            pool.layers().notRecorded(next, failed.fault());
            throw failed;
        }
        for (int i = 0; i < splits.length; i++) {
            pool.layers().add(next.get(i));
            volumes.get(i).layers().prepareCut(next.get(i), instant);
        }
    }

    @Override
    public void cut() {
        if (ended || instant.passed()) {
            throw new IllegalStateException("a cut is made once");
        }
        wallMillis = pool.time().wallMillis();
        instant.pass();
        for (FileVolume volume : volumes) {
            Completion seal = new Completion();
            seals.add(seal);
            volume.layers().sealAfterCut(() -> seal.complete(null));
        }
    }

    @Override
    public List<Snapshot> complete(String name) throws DeviceException {
        if (ended || !instant.passed()) {
            throw new IllegalStateException("a cut is completed once, after it was made");
        }
        VolumeNames.check(name);
        points.checkUnused(volumes, name);
        awaitSeals();
        if (!pool.makes(Plant.SNAPSHOT_NAMED_BEFORE_SYNC)) {
            flushAll();
        }
        pool.layers().turn().enter();
        try {
            points.checkUnused(volumes, name);
            List<Snapshot> named = points.name(name, wallMillis, volumes, frozen, sizes);
            end();
            return named;
        } finally {
            pool.layers().turn().leave();
        }
    }

    private void flushAll() throws DeviceException {
        List<ControlFlush> flushes = new ArrayList<>();
        for (FileVolume volume : volumes) {
            flushes.add(ControlFlush.start(volume));
        }
        for (ControlFlush flush : flushes) {
            flush.await(pool.threads());
        }
    }

    private void awaitSeals() throws DeviceException {
        for (Completion seal : seals) {
            seal.await(pool.threads());
        }
    }

    private void end() {
        ended = true;
        volumes.forEach(volume -> volume.layers().endCutting());
    }

    @Override
    public void close() throws DeviceException {
        if (ended) {
            return;
        }
        if (instant.passed()) {
            // The old heads have no names: they are merged away as after a crash.
            awaitSeals();
            end();
            points.treeChanged();
            return;
        }
        if (pool.layers().turn().closed()) {
            // The next start takes the preparation back.
            ended = true;
            return;
        }
        pool.layers().turn().enter();
        try {
            for (int i = 0; i < next.size(); i++) {
                volumes.get(i).layers().forgetCut(next.get(i));
            }
            end();
            HeadJoined[] joins =
                    volumes.stream()
                            .map(volume -> new HeadJoined(volume.key()))
                            .toArray(HeadJoined[]::new);
            pool.journal().commit(joins);
            pool.layers().dropGone();
        } finally {
            pool.layers().turn().leave();
        }
    }
}
