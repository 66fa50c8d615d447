package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.Geometry;
import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * Volumes and points in time as whole copies in memory: what the interfaces promise, without a
 * trick. Told to lie, it makes one mistake, by which the checks of others are checked. One thread.
 */
final class MemoryTree implements VolumeBackend, PointsInTime {
    private final Set<MemoryLie> lies;
    private final TreeMap<String, MemoryTreeVolume> volumes = new TreeMap<>();
    private final List<MemoryTreeSnapshot> snapshots = new ArrayList<>();
    private long time;

    /** Runs when a change begins and when it has happened: a crash may come there. */
    Runnable touch = () -> {};

    MemoryTree(MemoryLie... lies) {
        this.lies = Set.of(lies);
    }

    boolean lies(MemoryLie lie) {
        return lies.contains(lie);
    }

    @Override
    public BackendCapabilities capabilities() {
        return new BackendCapabilities(
                "memory", false, false, true, true, 4096, 512, Limits.TRANSFER_BYTES_MAX, false);
    }

    @Override
    public List<Volume> volumes() {
        return List.copyOf(volumes.values());
    }

    @Override
    public Optional<Volume> volume(String name) {
        MemoryTreeVolume volume = volumes.get(name);
        if (volume == null) {
            return snapshot(name).map(this::open);
        }
        return Optional.of(volume);
    }

    @Override
    public Volume create(VolumeSpecification specification) {
        touch.run();
        checkUnused(specification.name());
        byte[] content = new byte[(int) specification.geometry().sizeBytes()];
        return made(
                specification.name(),
                specification.geometry(),
                specification.writeCache(),
                new Object(),
                content);
    }

    private void checkUnused(String name) {
        VolumeNames.check(name);
        refuse(volumes.containsKey(name), "a volume of that name exists");
    }

    private MemoryTreeVolume made(
            String name, Geometry geometry, boolean cache, Object root, byte[] content) {
        VolumeDescription description =
                new VolumeDescription(
                        VolumeId.random(), name, geometry, cache, ++time, "" + time, time);
        MemoryTreeVolume volume = new MemoryTreeVolume(this, root, description, content, false);
        volumes.put(name, volume);
        return volume;
    }

    private static void refuse(boolean wrong, String why) {
        if (wrong) {
            throw new IllegalArgumentException(why);
        }
    }

    private MemoryTreeVolume ours(Volume volume) throws DeviceException {
        MemoryTreeVolume ours = volumes.get(volume.description().name());
        if (ours == null || ours != volume) {
            throw new DeviceException(
                    DeviceFault.of(DeviceFault.Kind.GONE, "change", volume.description().name()));
        }
        return ours;
    }

    @Override
    public void resize(Volume volume, long newBlockCount, boolean allowShrink)
            throws DeviceException {
        touch.run();
        MemoryTreeVolume ours = ours(volume);
        refuse(newBlockCount < 1, "too few blocks");
        refuse(newBlockCount < ours.geometry().blockCount() && !allowShrink, "shrinks");
        reshape(ours, ours.geometry().withBlockCount(newBlockCount));
    }

    private void reshape(MemoryTreeVolume ours, Geometry geometry) {
        byte[] before = ours.content;
        ours.content = Arrays.copyOf(before, (int) geometry.sizeBytes());
        if (ours.content.length < before.length) {
            ours.cut = before;
        } else if (lies(MemoryLie.GROW_SHOWS_WHAT_WAS_CUT) && ours.cut.length > before.length) {
            int shown = Math.min(ours.cut.length, ours.content.length) - before.length;
            System.arraycopy(ours.cut, before.length, ours.content, before.length, shown);
        }
        describe(ours, ours.description.name(), geometry, ours.description.writeCache());
    }

    private void describe(MemoryTreeVolume ours, String name, Geometry geometry, boolean cache) {
        VolumeDescription now = ours.description;
        volumes.remove(now.name());
        ours.description =
                new VolumeDescription(
                        now.id(),
                        name,
                        geometry,
                        cache,
                        now.naaLocallyAssigned(),
                        now.serialNumber(),
                        now.createdWallMillis());
        volumes.put(name, ours);
    }

    @Override
    public void rename(Volume volume, String newName) throws DeviceException {
        touch.run();
        MemoryTreeVolume ours = ours(volume);
        VolumeNames.check(newName);
        refuse(volumes.containsKey(newName) && volumes.get(newName) != ours, "used");
        describe(ours, newName, ours.geometry(), ours.description.writeCache());
        for (MemoryTreeSnapshot one : snapshots) {
            if (one.described.originId().equals(ours.description.id())) {
                MemoryTreeSnapshot.redescribe(
                        one, ours.description, one.described.name(), one.described.holds());
            }
        }
    }

    @Override
    public void writeCache(Volume volume, boolean enabled) throws DeviceException {
        MemoryTreeVolume ours = ours(volume);
        describe(ours, ours.description.name(), ours.geometry(), enabled);
    }

    @Override
    public void delete(Volume volume) throws DeviceException {
        touch.run();
        MemoryTreeVolume ours = ours(volume);
        ours.gone = true;
        volumes.remove(ours.description.name());
        touch.run();
    }

    @Override
    public void recover(Volume volume) {}

    @Override
    public SpaceUsage usage() {
        return new SpaceUsage(0, 0, 0);
    }

    @Override
    public SpaceState space() {
        return SpaceState.UNKNOWN;
    }

    @Override
    public Registry registry() {
        throw new UnsupportedOperationException();
    }

    @Override
    public <F> Optional<F> facet(Class<F> facet) {
        return facet.isInstance(this) ? Optional.of(facet.cast(this)) : Optional.empty();
    }

    @Override
    public void close() {}

    @Override
    public Cut prepare(Collection<Volume> members) throws DeviceException {
        refuse(members.isEmpty(), "no volume");
        refuse(new HashSet<>(members).size() < members.size(), "a volume twice");
        List<MemoryTreeVolume> ours = new ArrayList<>();
        for (Volume member : members) {
            ours.add(ours(member));
        }
        return new MemoryCut(ours);
    }

    private final class MemoryCut implements Cut {
        private final List<MemoryTreeVolume> members;
        private final List<byte[]> instants = new ArrayList<>();
        private boolean named;

        MemoryCut(List<MemoryTreeVolume> members) {
            this.members = members;
        }

        @Override
        public void cut() {
            members.forEach(member -> instants.add(member.content.clone()));
        }

        @Override
        public List<Snapshot> complete(String name) {
            VolumeNames.check(name);
            for (MemoryTreeVolume member : members) {
                refuse(has(member.description.id(), name), "a snapshot of that name exists");
            }
            named = true;
            touch.run();
            UUID setId = UUID.randomUUID();
            List<Snapshot> made = new ArrayList<>();
            for (int i = 0; i < members.size(); i++) {
                MemoryTreeVolume member = members.get(i);
                boolean late =
                        lies(MemoryLie.SNAPSHOT_SEES_LATER_WRITES)
                                || (i > 0 && lies(MemoryLie.SET_OF_TWO_INSTANTS));
                byte[] content = late ? member.content.clone() : instants.get(i);
                made.add(snap(member, name, setId, content));
                if (lies(MemoryLie.SET_COMES_ONE_BY_ONE)) {
                    touch.run();
                }
            }
            touch.run();
            return made;
        }

        @Override
        public void close() {
            if (!named && lies(MemoryLie.CLOSED_CUT_LEAVES_A_SNAPSHOT) && !instants.isEmpty()) {
                snap(members.getFirst(), "stray" + ++time, new UUID(0, 0), instants.getFirst());
            }
            named = true;
        }
    }

    private Snapshot snap(MemoryTreeVolume member, String name, UUID setId, byte[] content) {
        int bytes = member.blockBytes();
        Snapshot described =
                new Snapshot(
                        VolumeId.random(),
                        setId,
                        member.description.id(),
                        member.description.name(),
                        name,
                        new Geometry(content.length / bytes, bytes, 4096),
                        ++time,
                        "" + time,
                        time,
                        List.of());
        MemoryTreeSnapshot made = new MemoryTreeSnapshot(member, described, content);
        member.below = made;
        snapshots.add(made);
        return described;
    }

    private boolean has(VolumeId origin, String name) {
        return snapshots.stream()
                .anyMatch(
                        s ->
                                s.described.originId().equals(origin)
                                        && s.described.name().equals(name));
    }

    private MemoryTreeSnapshot ours(Snapshot snapshot) {
        return find(s -> s.described.id().equals(snapshot.id())).orElseThrow();
    }

    private Optional<MemoryTreeSnapshot> find(Predicate<MemoryTreeSnapshot> which) {
        return snapshots.stream().filter(which).findFirst();
    }

    @Override
    public List<Snapshot> snapshots() {
        return snapshots.stream()
                .map(s -> s.described)
                .sorted(
                        Comparator.comparing(Snapshot::originName)
                                .thenComparingLong(Snapshot::createdWallMillis))
                .toList();
    }

    @Override
    public Optional<Snapshot> snapshot(String fullName) {
        return find(s -> s.described.fullName().equals(fullName)).map(s -> s.described);
    }

    @Override
    public Optional<Snapshot> snapshot(VolumeId id) {
        return find(s -> s.described.id().equals(id)).map(s -> s.described);
    }

    @Override
    public Volume open(Snapshot snapshot) {
        return ours(snapshot).opened;
    }

    @Override
    public Volume clone(Snapshot snapshot, String name, boolean writeCache) {
        touch.run();
        MemoryTreeSnapshot ours = ours(snapshot);
        checkUnused(name);
        boolean shares = lies(MemoryLie.CLONE_WRITES_INTO_SNAPSHOT);
        byte[] content = shares ? ours.content : ours.content.clone();
        MemoryTreeVolume made =
                made(name, ours.described.geometry(), writeCache, ours.opened.root, content);
        made.below = ours;
        touch.run();
        return made;
    }

    @Override
    public Optional<Snapshot> parent(Volume volume) {
        MemoryTreeSnapshot parent = MemoryTreeSnapshot.present(((MemoryTreeVolume) volume).below);
        return Optional.ofNullable(parent).map(s -> s.described);
    }

    @Override
    public Optional<Snapshot> parent(Snapshot snapshot) {
        MemoryTreeSnapshot parent = MemoryTreeSnapshot.present(ours(snapshot).below);
        return Optional.ofNullable(parent).map(s -> s.described);
    }

    @Override
    public List<Volume> children(Snapshot snapshot) {
        return volumes().stream()
                .filter(v -> parent(v).filter(s -> s.id().equals(snapshot.id())).isPresent())
                .toList();
    }

    @Override
    public void promote(Volume clone) throws DeviceException {
        touch.run();
        MemoryTreeVolume ours = ours(clone);
        List<MemoryTreeSnapshot> adopted = new ArrayList<>();
        VolumeId mine = ours.description.id();
        VolumeId origin = mine;
        for (MemoryTreeSnapshot at = ours.below; at != null; at = at.below) {
            VolumeId whose = at.described.originId();
            if (at.gone || whose.equals(mine)) {
                continue;
            }
            origin = origin.equals(mine) ? whose : origin;
            if (!whose.equals(origin)) {
                break;
            }
            refuse(has(mine, at.described.name()), "both have a snapshot of that name");
            adopted.add(at);
        }
        refuse(adopted.isEmpty(), "it is no clone");
        if (lies(MemoryLie.PROMOTE_FORGETS_OLDEST)) {
            adopted.removeLast();
        }
        for (MemoryTreeSnapshot one : adopted) {
            MemoryTreeSnapshot.redescribe(
                    one, ours.description, one.described.name(), one.described.holds());
        }
    }

    @Override
    public void revert(Volume volume, Snapshot snapshot) throws DeviceException {
        touch.run();
        MemoryTreeVolume ours = ours(volume);
        MemoryTreeSnapshot to = ours(snapshot);
        boolean own = to.described.originId().equals(ours.description.id());
        refuse(!own && !MemoryTreeSnapshot.reaches(ours.below, to), "of another volume");
        byte[] before = ours.content;
        ours.content = to.content.clone();
        ours.below = to;
        int bytes = ours.blockBytes();
        if (lies(MemoryLie.REVERT_KEEPS_LAST_BLOCK) && before.length >= ours.content.length) {
            int at = ours.content.length - bytes;
            System.arraycopy(before, at, ours.content, at, bytes);
        }
        if (lies(MemoryLie.REVERT_KEEPS_SIZE)) {
            ours.content = Arrays.copyOf(ours.content, before.length);
        }
        Geometry geometry = ours.geometry().withBlockCount(ours.content.length / bytes);
        describe(ours, ours.description.name(), geometry, ours.description.writeCache());
        touch.run();
    }

    @Override
    public void delete(Snapshot snapshot) {
        touch.run();
        MemoryTreeSnapshot ours = ours(snapshot);
        refuse(!ours.described.holds().isEmpty() && !lies(MemoryLie.HOLD_IGNORED), "held");
        ours.gone = true;
        ours.opened.gone = true;
        snapshots.remove(ours);
        touch.run();
        if (lies(MemoryLie.DELETE_TAKES_BLOCKS_FROM_CHILD)) {
            for (MemoryTreeVolume volume : volumes.values()) {
                if (volume.below == ours) {
                    Arrays.fill(volume.content, 0, volume.blockBytes(), (byte) 0);
                }
            }
        }
    }

    @Override
    public void rename(Snapshot snapshot, String newName) {
        touch.run();
        MemoryTreeSnapshot ours = ours(snapshot);
        VolumeNames.check(newName);
        boolean same = ours.described.name().equals(newName);
        refuse(!same && has(ours.described.originId(), newName), "used");
        MemoryTreeSnapshot.redescribe(
                ours, MemoryTreeSnapshot.owner(ours), newName, ours.described.holds());
    }

    @Override
    public void hold(Snapshot snapshot, String tag) {
        touch.run();
        MemoryTreeSnapshot ours = ours(snapshot);
        TreeSet<String> holds = new TreeSet<>(ours.described.holds());
        holds.add(tag);
        refuse(holds.size() > Limits.SNAPSHOT_HOLDS_MAX, "too many holds");
        MemoryTreeSnapshot.redescribe(
                ours, MemoryTreeSnapshot.owner(ours), ours.described.name(), List.copyOf(holds));
    }

    @Override
    public void release(Snapshot snapshot, String tag) {
        touch.run();
        MemoryTreeSnapshot ours = ours(snapshot);
        TreeSet<String> holds = new TreeSet<>(ours.described.holds());
        holds.remove(tag);
        MemoryTreeSnapshot.redescribe(
                ours, MemoryTreeSnapshot.owner(ours), ours.described.name(), List.copyOf(holds));
    }

    @Override
    public void difference(@Nullable Volume from, Volume to, RunVisitor visitor) {
        MemoryTreeVolume earlier = (MemoryTreeVolume) from;
        MemoryTreeVolume later = (MemoryTreeVolume) to;
        refuse(earlier != null && !earlier.root.equals(later.root), "of another tree");
        long blocks = later.geometry().blockCount();
        long first = 0;
        while (first < blocks) {
            long end = first;
            boolean mapped = !later.zero(first);
            while (end < blocks && later.differs(earlier, end) && later.zero(end) != mapped) {
                end++;
            }
            boolean missed = lies(MemoryLie.DIFFERENCE_MISSES_LAST_RUN) && end == blocks;
            if (end > first && !missed) {
                boolean lie = lies(MemoryLie.DIFFERENCE_CALLS_DATA_UNMAPPED) && end == first + 1;
                visitor.run(first, end - first, mapped && !lie);
            }
            first = Math.max(end, first + 1);
        }
    }

    @Override
    public SnapshotUsage usage(Snapshot snapshot) {
        return new SnapshotUsage(ours(snapshot).content.length, 0);
    }

    @Override
    public void flatten(Volume volume) throws DeviceException {
        ours(volume).below = null;
    }

    @Override
    public List<Merge> merges() {
        return List.of();
    }

    @Override
    public void pauseMerges(boolean pause) {}
}
