package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceException;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/** What is done with points in time. */
final class TreePoints {
    static final int SNAPSHOTS_MAX = 24;
    private static final int TAGS = 3;

    /** Changes under way together. */
    private static final int CHANGES_MAX = 6;

    private final TreeWorld world;
    private final Random random;
    private final TreeChanges changes;
    private final TreeChecks checks;

    TreePoints(TreeWorld world, TreeChanges changes, TreeChecks checks) {
        this.world = world;
        random = world.random;
        this.changes = changes;
        this.checks = checks;
    }

    private PointsInTime points() {
        return world.store.points();
    }

    /** A snapshot of one volume or of several, with hosts at work before, across and after it. */
    void snapshot() throws DeviceException {
        List<OraclePoint> members = new ArrayList<>(world.volumes);
        Collections.shuffle(members, random);
        int most = world.once(3) ? members.size() : 1;
        members = members.subList(0, Math.min(most, SNAPSHOTS_MAX + 6 - world.snapshots.size()));
        List<Volume> volumes = new ArrayList<>();
        for (OraclePoint member : members) {
            volumes.add(world.on(member));
        }
        String name = "s" + world.next();
        world.tell("prepare {} of {}", name, members);
        Map<OraclePoint, int[]> instants = new HashMap<>();
        List<TreeChanges.Change> across = new ArrayList<>();
        List<Snapshot> made;
        try (PointsInTime.Cut cut = points().prepare(volumes)) {
            someChanges(members);
            if (world.once(2)) {
                acrossTheCut(members, across);
            }
            if (!world.once(20)) {
                world.tell("cut {}", name);
                cut.cut();
                members.forEach(member -> instants.put(member, member.stamps.clone()));
                afterTheCut(members, across);
            }
            if (instants.isEmpty() || world.once(12)) {
                world.tell("close {}, which never was", name);
                cut.close();
                across.forEach(changes::finish);
                return;
            }
            world.tell("complete {}", name);
            made = cut.complete(name);
        }
        across.forEach(changes::finish);
        for (int i = 0; i < members.size(); i++) {
            OraclePoint member = members.get(i);
            settle(member, Objects.requireNonNull(instants.get(member)), made.get(i), name, across);
        }
    }

    private void someChanges(List<OraclePoint> members) throws DeviceException {
        while (world.once(2)) {
            changes.some(world.once(2) ? world.any(members) : world.any(world.volumes));
        }
    }

    private void acrossTheCut(List<OraclePoint> members, List<TreeChanges.Change> across)
            throws DeviceException {
        for (int i = 0; i < 1 + random.nextInt(3); i++) {
            TreeChanges.Change change = changes.ask(world.any(members), across);
            if (change != null) {
                across.add(change);
            }
        }
        world.store.step(random.nextInt(3));
        // What was answered belongs to the snapshot.
        for (TreeChanges.Change change : List.copyOf(across)) {
            if (change.request.done()) {
                changes.finish(change);
                across.remove(change);
            }
        }
    }

    /** What comes after the instant may share layer blocks with what was under way at it. */
    private void afterTheCut(List<OraclePoint> members, List<TreeChanges.Change> across)
            throws DeviceException {
        List<TreeChanges.Change> all = new ArrayList<>(across);
        while (all.size() < CHANGES_MAX && world.once(2)) {
            TreeChanges.Change change = changes.ask(world.any(members), all);
            if (change != null) {
                all.add(change);
            }
        }
        if (world.once(2)) {
            Collections.shuffle(all, random);
            all.forEach(changes::finish);
            someChanges(members);
        } else {
            all.removeAll(across);
            all.forEach(changes::finish);
        }
        if (world.once(4)) {
            changes.flush(world.any(members));
        }
        world.store.step(random.nextInt(4));
    }

    /** The snapshot exists; what was under way at the instant is in it or not, block by block. */
    private void settle(
            OraclePoint member,
            int[] instant,
            Snapshot made,
            String name,
            List<TreeChanges.Change> across)
            throws DeviceException {
        OraclePoint snapshot = member.snapshot(name, instant, made.id());
        world.snapshots.add(snapshot);
        world.require(
                made.originName().equals(member.name) && made.name().equals(name),
                "the snapshot {} is {}",
                snapshot,
                made);
        for (TreeChanges.Change change : across) {
            if (change.volume == member) {
                settle(snapshot, change);
            }
        }
    }

    private void settle(OraclePoint snapshot, TreeChanges.Change change) throws DeviceException {
        int[] found = checks.read(snapshot, world.on(snapshot), change.first, change.count);
        for (int i = 0; i < found.length; i++) {
            int before = snapshot.stamps[change.first + i];
            world.require(
                    found[i] == before || found[i] == change.version,
                    "{} sector {} holds {}, neither {} nor {}",
                    snapshot,
                    change.first + i,
                    found[i],
                    before,
                    change.version);
            snapshot.stamps[change.first + i] = found[i];
        }
    }

    void cloned() throws DeviceException {
        OraclePoint snapshot = world.any(world.snapshots);
        OraclePoint made = snapshot.cloned("c" + world.next(), !world.once(4));
        world.tell("clone {} as {}", snapshot, made);
        points().clone(world.described(snapshot), made.name, made.writeCache);
        world.volumes.add(made);
    }

    void revert() throws DeviceException {
        OraclePoint volume = world.any(world.volumes);
        List<OraclePoint> own =
                world.snapshots.stream()
                        .filter(s -> s.owner == volume || volume.isOver(s))
                        .filter(s -> !volume.tree.flattened || s.owner == volume)
                        .toList();
        if (!own.isEmpty()) {
            OraclePoint snapshot = world.any(own);
            world.tell("revert {} to {}", volume, snapshot);
            points().revert(world.on(volume), world.described(snapshot));
            volume.revert(snapshot);
        }
    }

    void delete(OraclePoint snapshot) throws DeviceException {
        Snapshot described = world.described(snapshot);
        Volume opened = points().open(described);
        world.tell("delete {}, held {}", snapshot, snapshot.holds);
        try {
            points().delete(described);
        } catch (IllegalArgumentException refused) {
            world.require(!snapshot.holds.isEmpty(), "{} is not deleted: {}", snapshot, refused);
            return;
        }
        world.require(snapshot.holds.isEmpty(), "{} is deleted while it is held", snapshot);
        snapshot.gone = true;
        world.snapshots.remove(snapshot);
        TestRequest late = new TestRequest();
        late.flush();
        world.store.finish(late.on(opened));
        world.require(late.fault() != null, "{} still answers", snapshot);
    }

    void hold(OraclePoint snapshot) throws DeviceException {
        String tag = "t" + random.nextInt(TAGS);
        if (world.once(2)) {
            world.tell("hold {} by {}", snapshot, tag);
            points().hold(world.described(snapshot), tag);
            snapshot.holds.add(tag);
        } else {
            release(snapshot, tag);
        }
    }

    void release(OraclePoint snapshot, String tag) throws DeviceException {
        world.tell("release {} by {}", snapshot, tag);
        points().release(world.described(snapshot), tag);
        snapshot.holds.remove(tag);
    }

    void rename(OraclePoint snapshot) throws DeviceException {
        String name = "r" + world.next();
        world.tell("rename {} to {}", snapshot, name);
        points().rename(world.described(snapshot), name);
        snapshot.name = name;
    }

    /**
     * The clone takes over the snapshots that it lies over of the volume that it branched off, down
     * to where that one branched off another.
     */
    void promote() throws DeviceException {
        OraclePoint clone = world.any(world.volumes);
        List<OraclePoint> adopted = foreign(clone);
        world.tell("promote {} over {}", clone, adopted);
        if (clone.tree.flattened) {
            return;
        }
        boolean allowed =
                !adopted.isEmpty() && adopted.stream().noneMatch(s -> named(clone, s.name));
        try {
            points().promote(world.on(clone));
        } catch (IllegalArgumentException refused) {
            world.require(!allowed, "{} is not promoted: {}", clone, refused);
            return;
        }
        world.require(allowed, "{} is promoted over {}", clone, adopted);
        adopted.forEach(s -> s.owner = clone);
    }

    private boolean named(OraclePoint volume, String name) {
        return world.snapshots.stream().anyMatch(s -> s.owner == volume && s.name.equals(name));
    }

    static List<OraclePoint> foreign(OraclePoint clone) {
        List<OraclePoint> found = new ArrayList<>();
        for (OraclePoint at = clone.standsOn(); at != null; at = at.standsOn()) {
            if (at.owner == clone) {
                continue;
            }
            if (!found.isEmpty() && found.getFirst().owner != at.owner) {
                break;
            }
            found.add(at);
        }
        return found;
    }

    void flatten() throws DeviceException {
        OraclePoint volume = world.any(world.volumes);
        world.tell("flatten {}", volume);
        volume.tree.flattened = true;
        points().flatten(world.on(volume));
    }
}
