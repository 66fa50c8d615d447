package io.stemma.server.server;

import io.stemma.engine.volume.PointsInTime;
import io.stemma.engine.volume.Snapshot;
import io.stemma.engine.volume.Volume;
import io.stemma.engine.volume.VolumeDescription;
import io.stemma.engine.volume.VolumeId;
import io.stemma.server.scsi.MemoryVolume;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;

/** Points in time that are whole copies in memory; a clock that goes a second a snapshot. */
final class MemoryPoints implements PointsInTime {
    private static final long FIRST_INSTANT = 1_764_000_000_000L;

    private final MemoryBackend backend;
    private final Map<VolumeId, Snapshot> snapshots = new HashMap<>();
    private final Map<VolumeId, MemoryVolume> contents = new HashMap<>();

    /** What volumes and snapshots lie over. */
    private final Map<VolumeId, VolumeId> parents = new HashMap<>();

    private long instants;

    /** What goes on, as tests want it. */
    final List<Merge> merges = new ArrayList<>();

    boolean paused;

    MemoryPoints(MemoryBackend backend) {
        this.backend = backend;
    }

    void renamed(VolumeDescription volume) {
        for (Snapshot one : List.copyOf(snapshots.values())) {
            if (one.originId().equals(volume.id())) {
                replace(one, volume.id(), volume.name(), one.name(), one.holds());
            }
        }
    }

    void forget(VolumeId volume) {
        parents.remove(volume);
    }

    private void replace(
            Snapshot old, VolumeId origin, String originName, String name, List<String> holds) {
        snapshots.put(
                old.id(),
                new Snapshot(
                        old.id(),
                        old.setId(),
                        origin,
                        originName,
                        name,
                        old.geometry(),
                        old.naaLocallyAssigned(),
                        old.serialNumber(),
                        old.createdWallMillis(),
                        holds));
        content(old).rename(originName + Snapshot.SEPARATOR + name);
    }

    private MemoryVolume content(Snapshot snapshot) {
        MemoryVolume content = contents.get(snapshot.id());
        if (content == null) {
            throw new IllegalArgumentException(snapshot.fullName() + " is gone");
        }
        return content;
    }

    @Override
    public Cut prepare(Collection<Volume> volumes) {
        return new Cut() {
            private final Map<Volume, MemoryVolume> held = new HashMap<>();
            private final long instant = FIRST_INSTANT + 1000 * instants++;

            @Override
            public void cut() {
                for (Volume volume : volumes) {
                    VolumeDescription identity =
                            backend.identity("unnamed", volume.geometry(), instant);
                    held.put(volume, ((MemoryVolume) volume).frozenAs(identity));
                }
            }

            @Override
            public List<Snapshot> complete(String name) {
                UUID set = UUID.randomUUID();
                return volumes.stream().map(volume -> keep(volume, set, name)).toList();
            }

            private Snapshot keep(Volume volume, UUID set, String name) {
                MemoryVolume content = held.remove(volume);
                if (content == null) {
                    throw new IllegalStateException("complete comes after cut");
                }
                VolumeDescription of = volume.description();
                VolumeDescription is = content.description();
                Snapshot snapshot =
                        new Snapshot(
                                is.id(),
                                set,
                                of.id(),
                                of.name(),
                                name,
                                is.geometry(),
                                is.naaLocallyAssigned(),
                                is.serialNumber(),
                                instant,
                                List.of());
                content.rename(snapshot.fullName());
                contents.put(is.id(), content);
                snapshots.put(is.id(), snapshot);
                VolumeId below = parents.put(of.id(), is.id());
                if (below != null) {
                    parents.put(is.id(), below);
                }
                return snapshot;
            }

            @Override
            public void close() {
                held.clear();
            }
        };
    }

    @Override
    public List<Snapshot> snapshots() {
        return snapshots.values().stream()
                .sorted(
                        Comparator.comparing(Snapshot::originName)
                                .thenComparingLong(Snapshot::createdWallMillis))
                .toList();
    }

    @Override
    public Optional<Snapshot> snapshot(String fullName) {
        return snapshots().stream().filter(one -> one.fullName().equals(fullName)).findFirst();
    }

    @Override
    public Optional<Snapshot> snapshot(VolumeId id) {
        return Optional.ofNullable(snapshots.get(id));
    }

    @Override
    public Volume open(Snapshot snapshot) {
        return content(snapshot);
    }

    @Override
    public Volume clone(Snapshot snapshot, String name, boolean writeCache) {
        MemoryVolume clone = backend.add(name, snapshot.geometry());
        clone.become(content(snapshot));
        clone.writeCache(writeCache);
        parents.put(clone.description().id(), snapshot.id());
        return clone;
    }

    private Optional<Snapshot> below(VolumeId id) {
        return Optional.ofNullable(parents.get(id)).map(snapshots::get);
    }

    @Override
    public Optional<Snapshot> parent(Volume volume) {
        return below(volume.description().id());
    }

    @Override
    public Optional<Snapshot> parent(Snapshot snapshot) {
        return below(snapshot.id());
    }

    @Override
    public List<Volume> children(Snapshot snapshot) {
        return backend.volumes().stream()
                .filter(volume -> parent(volume).filter(snapshot::equals).isPresent())
                .toList();
    }

    @Override
    public void promote(Volume clone) {
        VolumeDescription is = clone.description();
        Optional<Snapshot> below = parent(clone);
        while (below.isPresent() && below.get().originId().equals(is.id())) {
            below = parent(below.get());
        }
        if (below.isEmpty()) {
            throw new IllegalArgumentException("volume \"" + is.name() + "\" is no clone");
        }
        for (; below.isPresent(); below = parent(below.get())) {
            Snapshot one = below.get();
            replace(one, is.id(), is.name(), one.name(), one.holds());
        }
    }

    @Override
    public void revert(Volume volume, Snapshot snapshot) {
        ((MemoryVolume) volume).become(content(snapshot));
        parents.put(volume.description().id(), snapshot.id());
    }

    @Override
    public void delete(Snapshot snapshot) {
        VolumeId below = parents.remove(snapshot.id());
        for (Map.Entry<VolumeId, VolumeId> over : Map.copyOf(parents).entrySet()) {
            if (over.getValue().equals(snapshot.id()) && below == null) {
                parents.remove(over.getKey());
            } else if (over.getValue().equals(snapshot.id())) {
                parents.put(over.getKey(), below);
            }
        }
        contents.remove(snapshot.id());
        snapshots.remove(snapshot.id());
    }

    @Override
    public void rename(Snapshot snapshot, String newName) {
        replace(snapshot, snapshot.originId(), snapshot.originName(), newName, snapshot.holds());
    }

    private void holds(Snapshot snapshot, String tag, boolean held) {
        TreeSet<String> holds = new TreeSet<>(snapshot.holds());
        if (held) {
            holds.add(tag);
        } else {
            holds.remove(tag);
        }
        replace(
                snapshot,
                snapshot.originId(),
                snapshot.originName(),
                snapshot.name(),
                List.copyOf(holds));
    }

    @Override
    public void hold(Snapshot snapshot, String tag) {
        holds(snapshot, tag, true);
    }

    @Override
    public void release(Snapshot snapshot, String tag) {
        holds(snapshot, tag, false);
    }

    @Override
    public void difference(@Nullable Volume from, Volume to, RunVisitor visitor) {
        MemoryVolume later = (MemoryVolume) to;
        MemoryVolume earlier = (MemoryVolume) from;
        BitSet mapped = later.mapped();
        for (int block = 0; block < later.geometry().blockCount(); block++) {
            if (earlier == null ? mapped.get(block) : !later.same(earlier, block)) {
                visitor.run(block, 1, mapped.get(block));
            }
        }
    }

    @Override
    public SnapshotUsage usage(Snapshot snapshot) {
        MemoryVolume content = content(snapshot);
        long owned = (long) content.mapped().cardinality() * 512;
        long over = parents.values().stream().filter(snapshot.id()::equals).count();
        return new SnapshotUsage(owned, over > 1 ? 0 : owned);
    }

    @Override
    public void flatten(Volume volume) {
        parents.remove(volume.description().id());
    }

    @Override
    public List<Merge> merges() {
        return List.copyOf(merges);
    }

    @Override
    public void pauseMerges(boolean pause) {
        paused = pause;
    }
}
