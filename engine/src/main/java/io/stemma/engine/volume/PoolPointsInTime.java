package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.Geometry;
import io.stemma.engine.journal.SnapshotState;
import io.stemma.engine.journal.StructuralRecord.VolumeCreated;
import io.stemma.engine.journal.TreeRecord.Member;
import io.stemma.engine.journal.TreeRecord.SnapshotAdopted;
import io.stemma.engine.journal.TreeRecord.SnapshotDeleted;
import io.stemma.engine.journal.TreeRecord.SnapshotHeld;
import io.stemma.engine.journal.TreeRecord.SnapshotNamed;
import io.stemma.engine.journal.TreeRecord.SnapshotRenamed;
import io.stemma.engine.journal.TreeRecord.VolumeCloned;
import io.stemma.engine.layer.Layer;
import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;

/** The snapshots of a pool and what is made from them. Changes have the turn of the tree. */
final class PoolPointsInTime implements PointsInTime {
    private final FileBackend backend;
    private final Pool pool;
    private final PoolLayers tree;
    private final Merger merger;
    private @Nullable PoolFiles files;
    private final NamedLayers named;

    PoolPointsInTime(FileBackend backend, Pool pool, Registry registry) {
        this.backend = backend;
        this.pool = pool;
        tree = pool.layers();
        named = tree.names();
        merger = new Merger(pool, this, registry);
        tree.turn().whenFree(merger::wake);
    }

    /** Takes over what the journal knows. */
    void recovered(Collection<SnapshotState> states, PoolFiles poolFiles) {
        files = poolFiles;
        named.recovered(states, tree);
    }

    Merger merger() {
        return merger;
    }

    NamedLayers named() {
        return named;
    }

    /** Layers may have lost what they were needed for. */
    void treeChanged() {
        merger.wake();
    }

    @Override
    public Cut prepare(Collection<Volume> volumes) throws DeviceException {
        checkSet(volumes);
        if (!pool.space().admitsSnapshot()) {
            throw new DeviceException(pool.space().refusal("snapshot"));
        }
        List<FileVolume> ours = new ArrayList<>();
        for (Volume volume : volumes) {
            ours.add(backend.ours(volume));
        }
        List<FileVolume> marked = new ArrayList<>();
        boolean prepared = false;
        try {
            for (FileVolume volume : ours) {
                synchronized (volume) {
                    backend.requireServing(volume);
                    volume.requireNoCut();
                    volume.layers().beginCutting();
                    marked.add(volume);
                }
            }
            tree.turn().enter();
            try {
                PoolCut cut = PoolCut.prepare(this, pool, ours);
                prepared = true;
                return cut;
            } finally {
                tree.turn().leave();
            }
        } finally {
            if (!prepared) {
                marked.forEach(volume -> volume.layers().endCutting());
            }
        }
    }

    private void checkSet(Collection<Volume> volumes) {
        if (volumes.isEmpty() || volumes.size() > Limits.SNAPSHOT_SET_MAX) {
            throw new IllegalArgumentException(
                    "a snapshot of "
                            + volumes.size()
                            + " volumes: name 1 to "
                            + Limits.SNAPSHOT_SET_MAX);
        }
        if (new HashSet<>(volumes).size() < volumes.size()) {
            throw new IllegalArgumentException("a volume is named twice: name each once");
        }
        if (named.size() + volumes.size() > Limits.SNAPSHOTS_MAX) {
            throw new IllegalArgumentException(
                    "the pool has "
                            + named.size()
                            + " snapshots and can have "
                            + Limits.SNAPSHOTS_MAX
                            + ": delete some first");
        }
    }

    /** Refuses a name that a snapshot of one of the volumes has. */
    void checkUnused(Collection<FileVolume> volumes, String name) {
        for (FileVolume volume : volumes) {
            named.checkUnused(volume.description().id(), volume.name(), name);
        }
    }

    /**
     * Names frozen layers, of which everything is durable and barriered. The caller has the turn.
     */
    List<Snapshot> name(
            String name, long now, List<FileVolume> volumes, List<Layer> frozen, List<Long> sizes)
            throws DeviceException {
        UUID set = UUID.randomUUID();
        List<Member> members = new ArrayList<>();
        List<NamedLayer> made = new ArrayList<>();
        for (int i = 0; i < volumes.size(); i++) {
            FileVolume volume = volumes.get(i);
            VolumeId id = VolumeId.random();
            Geometry geometry = volume.geometry().withBlockCount(sizes.get(i));
            Snapshot snapshot =
                    new Snapshot(
                            id,
                            set,
                            volume.description().id(),
                            volume.name(),
                            name,
                            geometry,
                            PoolFiles.naa(id),
                            PoolFiles.serial(id),
                            now,
                            List.of());
            int key = pool.journal().nextSnapshotKey();
            made.add(new NamedLayer(key, frozen.get(i), snapshot));
            members.add(
                    new Member(
                            volume.key(),
                            key,
                            id.uuid(),
                            frozen.get(i).key(),
                            geometry.blockCount(),
                            snapshot.naaLocallyAssigned(),
                            snapshot.serialNumber()));
        }
        pool.journal().commit(new SnapshotNamed(set, name, now, members));
        List<Snapshot> snapshots = new ArrayList<>();
        for (NamedLayer one : made) {
            tree.adopt(one.layer());
            named.add(one);
            snapshots.add(one.snapshot());
        }
        return snapshots;
    }

    @Override
    public List<Snapshot> snapshots() {
        return named.ordered();
    }

    @Override
    public Optional<Snapshot> snapshot(String fullName) {
        return named.find(fullName).map(NamedLayer::snapshot);
    }

    @Override
    public Optional<Snapshot> snapshot(VolumeId id) {
        return named.find(id).map(NamedLayer::snapshot);
    }

    @Override
    public Volume open(Snapshot snapshot) throws DeviceException {
        tree.turn().enter();
        try {
            return opened(named.existing(snapshot));
        } finally {
            tree.turn().leave();
        }
    }

    /** The snapshot of a full name, as a volume. */
    Optional<Volume> opened(String fullName) {
        if (fullName.indexOf(Snapshot.SEPARATOR) < 0) {
            return Optional.empty();
        }
        try {
            tree.turn().enter();
        } catch (DeviceException closed) {
            return Optional.empty();
        }
        try {
            return named.find(fullName).map(this::opened);
        } finally {
            tree.turn().leave();
        }
    }

    /** Whether it is a snapshot of this pool that is there still. */
    boolean isOpen(FileVolume volume) {
        return named.all().stream().anyMatch(one -> one.opened() == volume);
    }

    private FileVolume opened(NamedLayer one) {
        FileVolume open = one.opened();
        if (open == null) {
            Snapshot snapshot = one.snapshot();
            open = new FileVolume(pool, one.key(), one.layer(), NamedLayer.described(snapshot), 0);
            open.standing().snapshot();
            PoolFiles known = files;
            String damage = known == null ? null : known.damage(one.layer());
            if (damage != null) {
                open.standing().foundOffline(damage);
            }
            one.opened(open);
        }
        return open;
    }

    @Override
    public Volume clone(Snapshot snapshot, String name, boolean writeCache) throws DeviceException {
        VolumeNames.check(name);
        synchronized (backend) {
            backend.requireRoomFor(name);
            tree.turn().enter();
            try {
                FileVolume clone = cloned(named.existing(snapshot), name, writeCache);
                backend.add(clone);
                return clone;
            } finally {
                tree.turn().leave();
            }
        }
    }

    private FileVolume cloned(NamedLayer from, String name, boolean writeCache)
            throws DeviceException {
        Geometry geometry = from.snapshot().geometry();
        Layer parent = from.layer();
        long blocks = Layer.blocksFor(geometry.sizeBytes());
        List<Layer> made = tree.make(List.of(new Layer.Below(parent, blocks)), List.of(blocks));
        Layer layer = made.getFirst();
        VolumeCreated created =
                PoolFiles.created(
                        new VolumeSpecification(name, geometry, writeCache),
                        pool.journal().nextVolumeKey(),
                        layer.key(),
                        pool.time().wallMillis());
        try {
            pool.journal().commit(new VolumeCloned(created, from.key()));
        } catch (DeviceException failed) {
            tree.notRecorded(made, failed.fault());
            throw failed;
        }
        tree.add(layer);
        return new FileVolume(pool, created.volumeKey(), layer, PoolFiles.described(created), 0);
    }

    @Override
    public Optional<Snapshot> parent(Volume volume) {
        return volume instanceof FileVolume ours
                ? Optional.ofNullable(named.parent(ours.layer())).map(NamedLayer::snapshot)
                : Optional.empty();
    }

    @Override
    public Optional<Snapshot> parent(Snapshot snapshot) {
        return named.find(snapshot.id())
                .map(one -> named.parent(one.layer()))
                .map(NamedLayer::snapshot);
    }

    @Override
    public List<Volume> children(Snapshot snapshot) {
        return backend.volumes().stream()
                .filter(volume -> parent(volume).filter(snapshot::equals).isPresent())
                .toList();
    }

    @Override
    public void promote(Volume clone) throws DeviceException {
        FileVolume ours = backend.ours(clone);
        tree.turn().enter();
        try {
            List<NamedLayer> below = named.branchedOff(ours.layer(), ours.description().id());
            if (below.isEmpty()) {
                throw new IllegalArgumentException(
                        "volume \"" + ours.name() + "\" is no clone: only a clone is promoted");
            }
            for (NamedLayer one : below) {
                named.checkUnused(ours.description().id(), ours.name(), one.snapshot().name());
            }
            pool.journal()
                    .commit(
                            below.stream()
                                    .map(one -> new SnapshotAdopted(one.key(), ours.key()))
                                    .toArray(SnapshotAdopted[]::new));
            for (NamedLayer one : below) {
                one.belong(ours.description().id(), ours.name());
            }
        } finally {
            tree.turn().leave();
        }
    }

    @Override
    public void revert(Volume volume, Snapshot snapshot) throws DeviceException {
        FileVolume ours = backend.ours(volume);
        synchronized (ours) {
            backend.requireServing(ours);
            ours.requireNoCut();
            tree.turn().enter();
            try {
                NamedLayer to = named.existing(snapshot);
                checkRevert(ours, to);
                Reversion.run(ours, to);
                tree.dropGone();
            } finally {
                tree.turn().leave();
            }
        }
    }

    private static void checkRevert(FileVolume volume, NamedLayer to) {
        Snapshot snapshot = to.snapshot();
        boolean own = snapshot.originId().equals(volume.description().id());
        if (!own && !volume.layer().standsOn(to.layer())) {
            throw new IllegalArgumentException(
                    "\""
                            + snapshot.fullName()
                            + "\" is no snapshot of volume \""
                            + volume.name()
                            + "\": name one of its own, or make a clone of this one");
        }
    }

    @Override
    public void delete(Snapshot snapshot) throws DeviceException {
        tree.turn().enter();
        try {
            NamedLayer one = named.existing(snapshot);
            if (!one.snapshot().holds().isEmpty()) {
                throw new IllegalArgumentException(
                        "snapshot \""
                                + one.snapshot().fullName()
                                + "\" is held by "
                                + String.join(", ", one.snapshot().holds())
                                + ": release it first");
            }
            pool.journal().commit(new SnapshotDeleted(one.key()));
            named.remove(one);
            FileVolume open = one.opened();
            if (open != null) {
                open.admission().raise(Admission.DELETED);
                open.listeners().deleted();
                VolumeChanges.drain(open);
                VolumeChanges.letGo(open);
            }
            tree.dropGone();
        } finally {
            tree.turn().leave();
        }
    }

    @Override
    public void rename(Snapshot snapshot, String newName) throws DeviceException {
        VolumeNames.check(newName);
        tree.turn().enter();
        try {
            NamedLayer one = named.existing(snapshot);
            Snapshot now = one.snapshot();
            if (!now.name().equals(newName)) {
                named.checkUnused(now.originId(), now.originName(), newName);
                pool.journal().commit(new SnapshotRenamed(one.key(), newName));
                one.rename(newName);
            }
        } finally {
            tree.turn().leave();
        }
    }

    @Override
    public void hold(Snapshot snapshot, String tag) throws DeviceException {
        VolumeNames.check(tag);
        held(snapshot, tag, true);
    }

    @Override
    public void release(Snapshot snapshot, String tag) throws DeviceException {
        held(snapshot, tag, false);
    }

    private void held(Snapshot snapshot, String tag, boolean held) throws DeviceException {
        tree.turn().enter();
        try {
            NamedLayer one = named.existing(snapshot);
            Snapshot now = one.snapshot();
            TreeSet<String> holds = new TreeSet<>(now.holds());
            if (held ? holds.add(tag) : holds.remove(tag)) {
                if (holds.size() > Limits.SNAPSHOT_HOLDS_MAX) {
                    throw new IllegalArgumentException(
                            "snapshot \""
                                    + now.fullName()
                                    + "\" has "
                                    + now.holds().size()
                                    + " holds, as many as it can: release one first");
                }
                pool.journal().commit(new SnapshotHeld(one.key(), tag, held));
                one.hold(List.copyOf(holds));
            }
        } finally {
            tree.turn().leave();
        }
    }

    @Override
    public void difference(@Nullable Volume from, Volume to, RunVisitor visitor)
            throws DeviceException {
        tree.turn().enter();
        try {
            // With the turn, or one of them may be deleted meanwhile.
            FileVolume later = backend.readable(to);
            FileVolume earlier = from == null ? null : backend.readable(from);
            if (earlier != null && earlier.logicalBlockBytes() != later.logicalBlockBytes()) {
                throw new IllegalArgumentException(
                        "the two points have blocks of different sizes: name points of one tree");
            }
            LayerDifference.between(
                    earlier == null ? null : earlier.layer(),
                    later.layer(),
                    later.logicalBlockBytes(),
                    later.geometry().blockCount(),
                    visitor);
        } finally {
            tree.turn().leave();
        }
    }

    @Override
    public SnapshotUsage usage(Snapshot snapshot) {
        try {
            tree.turn().enter();
        } catch (DeviceException closed) {
            return new SnapshotUsage(0, 0);
        }
        try {
            return named.find(snapshot.id())
                    .map(one -> LayerSpace.usage(one.layer(), tree.children(one.layer())))
                    .orElseGet(() -> new SnapshotUsage(0, 0));
        } finally {
            tree.turn().leave();
        }
    }

    @Override
    public void flatten(Volume volume) throws DeviceException {
        tree.turn().enter();
        try {
            merger.flatten(backend.ours(volume));
        } finally {
            tree.turn().leave();
        }
    }

    @Override
    public List<Merge> merges() {
        return merger.list();
    }

    @Override
    public void pauseMerges(boolean pause) {
        merger.pause(pause);
    }
}
