package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.Geometry;
import io.stemma.engine.io.SimulatedDisk;
import io.stemma.engine.volume.CrashMatrix.Under;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** The steps of a crash program, each of which may be cut anywhere. */
final class CrashSteps {
    private static final int VOLUMES_MAX = 3;
    private static final int SNAPSHOTS_MAX = 6;
    private static final int PENDING_MAX = 6;

    /** What a crash that comes now would hit. */
    Under under = Under.OTHER;

    private final SimulatedDisk disk;
    private final CrashStore store;
    private final CrashModel model;
    private final CrashChanges changes;
    private final TreeWorld world;
    private final Random random;

    CrashSteps(SimulatedDisk disk, CrashStore store, CrashModel model) {
        this.disk = disk;
        this.store = store;
        this.model = model;
        world = model.world;
        random = world.random;
        changes = new CrashChanges(model);
    }

    /** The process died. */
    void dropUnderWay() {
        disk.observe(null);
        changes.forget();
    }

    void step() throws DeviceException {
        int choice = random.nextInt(50);
        if (world.volumes.isEmpty() || (choice == 0 && world.volumes.size() < VOLUMES_MAX)) {
            create();
        } else if (choice < 16) {
            ofVolume(choice, world.any(world.volumes));
        } else if (choice < 22) {
            snapshots();
        } else if (choice < 34) {
            if (!world.snapshots.isEmpty()) {
                ofSnapshot(choice, world.any(world.snapshots));
            }
        } else {
            change(world.any(world.volumes));
        }
        background(() -> store.step(random.nextInt(10)));
    }

    private void ofVolume(int choice, OraclePoint volume) throws DeviceException {
        switch (choice) {
            case 1 -> delete(volume);
            case 2 -> rename(volume);
            case 3, 4 -> resize(volume);
            case 5, 6, 7, 8 -> flush(volume);
            case 9 -> restart();
            case 10, 11 -> model.check();
            default -> background(store::pass);
        }
    }

    private void ofSnapshot(int choice, OraclePoint snapshot) throws DeviceException {
        switch (choice) {
            case 22, 23 -> cloned(snapshot);
            case 24, 25, 26 -> revert();
            case 27 -> hold(snapshot);
            case 28 -> rename(snapshot);
            case 29 -> promote(world.any(world.volumes));
            case 30 -> flatten(world.any(world.volumes));
            default -> delete(snapshot);
        }
    }

    /** Work that goes on by itself. */
    private void background(Runnable work) {
        under = Under.OTHER;
        work.run();
    }

    /** A call that changes something as a whole. */
    private interface Call {
        void run() throws DeviceException;
    }

    /** When an attempt can be seen. */
    private interface Sign {
        boolean there() throws DeviceException;
    }

    private void attempt(Under what, Call call, Sign sign, Call happened) throws DeviceException {
        under = what;
        model.begin(
                new CrashModel.Attempt() {
                    @Override
                    public boolean shows() throws DeviceException {
                        return sign.there();
                    }

                    @Override
                    public void happened() throws DeviceException {
                        happened.run();
                    }
                });
        call.run();
        model.ended();
    }

    private boolean exists(String volume) {
        return store.backend().volume(volume).isPresent();
    }

    private void create() throws DeviceException {
        int unit = world.once(2) ? 1 : 8;
        OraclePoint made =
                new OraclePoint(
                        "v" + world.next(), unit, new int[size(unit)], new OraclePoint.Tree());
        made.writeCache = !world.once(4);
        world.tell("create {} of {} sectors", made, made.stamps.length);
        Geometry geometry = new Geometry(made.blocks(), made.blockBytes(), 4096);
        attempt(
                Under.OTHER,
                () ->
                        store.backend()
                                .create(
                                        new VolumeSpecification(
                                                made.name, geometry, made.writeCache)),
                () -> exists(made.name),
                () -> model.add(made));
    }

    private int size(int unit) {
        return (1 + random.nextInt(CrashChanges.SECTORS_MAX / unit)) * unit;
    }

    private void delete(OraclePoint point) throws DeviceException {
        world.tell("delete {}", point);
        if (!point.isSnapshot()) {
            attempt(
                    Under.DELETE,
                    () -> store.backend().delete(world.on(point)),
                    () -> !exists(point.name),
                    () -> model.remove(point));
        } else if (point.holds.isEmpty()) {
            Snapshot described = world.described(point);
            attempt(
                    Under.DELETE,
                    () -> store.points().delete(described),
                    () -> !store.points().snapshots().contains(described),
                    () -> {
                        point.gone = true;
                        world.snapshots.remove(point);
                    });
        }
    }

    private void rename(OraclePoint point) throws DeviceException {
        String name = "r" + world.next();
        world.tell("rename {} to {}", point, name);
        if (point.isSnapshot()) {
            Snapshot described = world.described(point);
            attempt(
                    Under.OTHER,
                    () -> store.points().rename(described, name),
                    () -> world.described(point).name().equals(name),
                    () -> point.name = name);
        } else {
            attempt(
                    Under.OTHER,
                    () -> store.backend().rename(world.on(point), name),
                    () -> exists(name),
                    () -> {
                        model.sectors(point).name = name;
                        point.name = name;
                    });
        }
    }

    private void resize(OraclePoint volume) throws DeviceException {
        under = Under.RESIZE;
        int sectors = size(volume.unit);
        world.tell("resize {} to {} sectors", volume, sectors);
        SectorModel each = model.sectors(volume);
        each.sizeTried = sectors;
        store.backend().resize(world.on(volume), sectors / volume.unit, true);
        each.resize(sectors);
        volume.resize(sectors);
    }

    private void flush(OraclePoint volume) throws DeviceException {
        under = Under.FLUSH;
        world.tell("flush {}", volume);
        int[] places = model.sectors(volume).flushing();
        List<CrashChanges.Change> late = new ArrayList<>();
        if (world.once(2)) {
            // What comes while a layer is being synced is too late to be part of it.
            whileSyncing(volume, late, true);
        }
        TestRequest request = new TestRequest();
        request.flush();
        store.finish(request.on(world.on(volume)));
        disk.observe(null);
        changes.good(request);
        model.sectors(volume).flushed(places);
        late.forEach(changes::finish);
    }

    /** Once, when a layer was just synced, a host changes something. */
    private void whileSyncing(OraclePoint volume, List<CrashChanges.Change> asked, boolean runsOn) {
        int before = asked.size();
        disk.observe(
                done -> {
                    boolean layer = done.name().startsWith("layer.");
                    if (done.act() != SimulatedDisk.Act.DATA_SYNC
                            || !layer
                            || asked.size() > before) {
                        return;
                    }
                    CrashChanges.Change change = asked(volume, asked);
                    if (change != null && runsOn) {
                        store.runWhile(() -> !change.request.done());
                    }
                });
    }

    private CrashChanges.@Nullable Change asked(
            OraclePoint volume, List<CrashChanges.Change> underWay) {
        try {
            CrashChanges.Change change = changes.ask(volume);
            if (change != null) {
                underWay.add(change);
            }
            return change;
        } catch (DeviceException e) {
            throw new IllegalStateException(e);
        }
    }

    private void change(OraclePoint volume) throws DeviceException {
        under = Under.WRITE;
        List<CrashChanges.Change> meanwhile = new ArrayList<>();
        if (world.once(4)) {
            whileWriting(volume, meanwhile);
        }
        CrashChanges.Change change = changes.ask(volume);
        if (change != null) {
            under = change.unmap ? Under.UNMAP : Under.WRITE;
            changes.finish(change);
        }
        disk.observe(null);
        meanwhile.forEach(changes::finish);
    }

    /** Once, when a part of a layer was just written, a host changes something beside it. */
    private void whileWriting(OraclePoint volume, List<CrashChanges.Change> asked) {
        disk.observe(
                done -> {
                    if (done.act() == SimulatedDisk.Act.WRITE
                            && done.name().startsWith("layer.")
                            && asked.isEmpty()) {
                        asked(volume, asked);
                    }
                });
    }

    private void restart() throws DeviceException {
        under = Under.RESTART;
        boolean clean = world.once(2);
        boolean sameBoot = !clean || world.once(2);
        world.tell("restart, clean {}, same boot {}", clean, sameBoot);
        store.restart(clean, sameBoot);
        if (clean) {
            for (OraclePoint volume : world.volumes) {
                SectorModel each = model.sectors(volume);
                each.flushed(each.flushing());
            }
        }
        model.compare(sameBoot);
    }

    private void snapshots() throws DeviceException {
        if (world.snapshots.size() < SNAPSHOTS_MAX) {
            snapshot();
        } else {
            delete(world.any(world.snapshots));
        }
    }

    private void snapshot() throws DeviceException {
        under = Under.SNAPSHOT;
        List<OraclePoint> members = new ArrayList<>(world.volumes);
        Collections.shuffle(members, random);
        members = members.subList(0, world.once(2) ? members.size() : 1);
        List<Volume> volumes = new ArrayList<>();
        for (OraclePoint member : members) {
            volumes.add(world.on(member));
        }
        String name = "s" + world.next();
        world.tell("prepare {} of {}", name, members);
        List<CrashChanges.Change> pending = new ArrayList<>();
        if (world.once(2)) {
            whileSyncing(world.any(members), pending, false);
        }
        try (PointsInTime.Cut cut = store.points().prepare(volumes)) {
            disk.observe(null);
            askSome(members, pending);
            answered(pending);
            cut.cut();
            world.tell("cut {}", name);
            CrashSet set = new CrashSet(model, name, members, pending);
            askSome(members, pending);
            if (world.once(10)) {
                cut.close();
                pending.forEach(changes::finish);
                return;
            }
            if (world.once(2)) {
                pending.forEach(changes::finish);
            }
            if (world.once(2)) {
                whileSyncing(world.any(members), pending, false);
            }
            model.begin(set);
            cut.complete(name);
            disk.observe(null);
            model.ended();
        }
        pending.forEach(changes::finish);
    }

    private void askSome(List<OraclePoint> members, List<CrashChanges.Change> pending)
            throws DeviceException {
        while (pending.size() < PENDING_MAX && world.once(2)) {
            asked(world.any(members), pending);
        }
        store.step(random.nextInt(2));
    }

    /** What was answered is no longer under way. */
    private void answered(List<CrashChanges.Change> pending) {
        for (CrashChanges.Change change : List.copyOf(pending)) {
            if (change.request.done()) {
                changes.finish(change);
                pending.remove(change);
            }
        }
    }

    private void cloned(OraclePoint snapshot) throws DeviceException {
        if (world.volumes.size() < VOLUMES_MAX) {
            OraclePoint made = snapshot.cloned("c" + world.next(), !world.once(4));
            world.tell("clone {} as {}", snapshot, made);
            Snapshot described = world.described(snapshot);
            attempt(
                    Under.CLONE,
                    () -> store.points().clone(described, made.name, made.writeCache),
                    () -> exists(made.name),
                    () -> model.add(made));
        }
    }

    private void revert() throws DeviceException {
        OraclePoint volume = world.any(world.volumes);
        List<OraclePoint> own =
                world.snapshots.stream()
                        .filter(s -> s.owner == volume || volume.isOver(s))
                        .filter(s -> !volume.tree.flattened || s.owner == volume)
                        .toList();
        if (!own.isEmpty()) {
            OraclePoint snapshot = world.any(own);
            under = Under.REVERT;
            world.tell("revert {} to {}", volume, snapshot);
            model.beginRevert(volume, snapshot);
            store.points().revert(world.on(volume), world.described(snapshot));
            model.endRevert();
        }
    }

    private void hold(OraclePoint snapshot) throws DeviceException {
        boolean held = snapshot.holds.contains("t");
        world.tell("hold {}: {}", snapshot, !held);
        Snapshot described = world.described(snapshot);
        if (held) {
            attempt(
                    Under.OTHER,
                    () -> store.points().release(described, "t"),
                    () -> world.described(snapshot).holds().isEmpty(),
                    () -> snapshot.holds.remove("t"));
        } else {
            attempt(
                    Under.OTHER,
                    () -> store.points().hold(described, "t"),
                    () -> !world.described(snapshot).holds().isEmpty(),
                    () -> snapshot.holds.add("t"));
        }
    }

    private void promote(OraclePoint clone) throws DeviceException {
        List<OraclePoint> adopted = TreePoints.foreign(clone);
        if (adopted.isEmpty() || clone.tree.flattened) {
            return;
        }
        world.tell("promote {} over {}", clone, adopted);
        OraclePoint first = adopted.getFirst();
        attempt(
                Under.OTHER,
                () -> store.points().promote(world.on(clone)),
                () -> world.described(first).originName().equals(clone.name),
                () -> adopted.forEach(s -> s.owner = clone));
    }

    private void flatten(OraclePoint volume) throws DeviceException {
        under = Under.OTHER;
        world.tell("flatten {}", volume);
        volume.tree.flattened = true;
        store.points().flatten(world.on(volume));
    }
}
