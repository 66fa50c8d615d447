package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.Geometry;
import io.stemma.engine.io.Memory;
import io.stemma.engine.runtime.Limits;

import java.util.List;

/** What must be refused, and must change nothing. */
final class TreeRefusals {
    /** A call that has to throw. */
    private interface Call {
        void run() throws DeviceException;
    }

    private final TreeWorld world;
    private final Memory memory = new Memory(4096);

    TreeRefusals(TreeWorld world) {
        this.world = world;
    }

    void some() throws DeviceException {
        if (world.once(2) && !world.snapshots.isEmpty()) {
            ofSnapshot(world.any(world.snapshots));
        } else {
            ofVolume(world.any(world.volumes));
        }
    }

    private void ofVolume(OraclePoint point) throws DeviceException {
        VolumeBackend backend = world.store.backend();
        PointsInTime points = world.store.points();
        Volume volume = world.on(point);
        OraclePoint other = world.any(world.volumes);
        switch (world.random.nextInt(9)) {
            case 0 -> refused("a cut of nothing", () -> points.prepare(List.of()).close());
            case 1 ->
                    refused(
                            "a cut of one volume twice",
                            () -> points.prepare(List.of(volume, volume)).close());
            case 2 -> refused("a size of 0", () -> backend.resize(volume, 0, true));
            case 3 -> {
                if (point.blocks() > 1) {
                    refused(
                            "a shrink that nobody allowed",
                            () -> backend.resize(volume, point.blocks() - 1, false));
                }
            }
            case 4 ->
                    refused(
                            "a second volume of one name",
                            () ->
                                    backend.create(
                                            new VolumeSpecification(
                                                    point.name,
                                                    new Geometry(8, 4096, 4096),
                                                    true)));
            case 5 -> refused("a name with @", () -> backend.rename(volume, "a@b"));
            case 6 -> {
                if (other != point) {
                    refused("another's name", () -> backend.rename(volume, other.name));
                }
            }
            case 7 -> badSnapshotName(points, volume, "no@way");
            default -> {
                if (other.tree != point.tree) {
                    refused(
                            "a difference of strangers",
                            () -> points.difference(volume, world.on(other), (f, c, m) -> {}));
                }
            }
        }
    }

    private void badSnapshotName(PointsInTime points, Volume volume, String name)
            throws DeviceException {
        try (PointsInTime.Cut cut = points.prepare(List.of(volume))) {
            cut.cut();
            refused("a snapshot called " + name, () -> cut.complete(name));
        }
    }

    private void ofSnapshot(OraclePoint point) throws DeviceException {
        PointsInTime points = world.store.points();
        Snapshot snapshot = world.described(point);
        OraclePoint volume = world.any(world.volumes);
        OraclePoint other = world.any(world.snapshots);
        switch (world.random.nextInt(8)) {
            case 0 -> {
                if (!point.holds.isEmpty()) {
                    refused("deleting what is held", () -> points.delete(snapshot));
                }
            }
            case 1 -> {
                if (other != point && other.owner == point.owner) {
                    refused("a brother's name", () -> points.rename(snapshot, other.name));
                }
            }
            case 2 -> refused("a name with @", () -> points.rename(snapshot, "a@b"));
            case 3 ->
                    refused(
                            "a clone with a volume's name",
                            () -> points.clone(snapshot, volume.name, true));
            case 4 -> {
                if (volume != point.owner && !volume.isOver(point)) {
                    refused(
                            "a revert to another's snapshot",
                            () -> points.revert(world.on(volume), snapshot));
                }
            }
            case 5 -> {
                if (!point.owner().gone) {
                    badSnapshotName(points, world.on(point.owner()), point.name);
                }
            }
            case 6 -> holds(points, point, snapshot);
            default -> writeInto(point);
        }
    }

    private void holds(PointsInTime points, OraclePoint point, Snapshot snapshot)
            throws DeviceException {
        if (!world.once(8)) {
            return;
        }
        int there = point.holds.size();
        for (int i = there; i < Limits.SNAPSHOT_HOLDS_MAX; i++) {
            points.hold(snapshot, "many" + i);
        }
        refused("one hold too many", () -> points.hold(snapshot, "last"));
        for (int i = there; i < Limits.SNAPSHOT_HOLDS_MAX; i++) {
            points.release(snapshot, "many" + i);
        }
    }

    private void writeInto(OraclePoint point) throws DeviceException {
        Volume opened = world.on(point);
        world.tell("write into {}", point);
        TestRequest request = new TestRequest();
        if (world.once(2)) {
            Stamps.fill(memory, 0, point.unit, world.next());
            request.write(0, 1, memory.address(), world.once(2));
        } else {
            request.unmap(0, 1);
        }
        world.store.finish(request.on(opened));
        world.require(request.fault() != null, "{} takes writes", point);
    }

    private void refused(String what, Call call) throws DeviceException {
        world.tell("ask for {}", what);
        try {
            call.run();
        } catch (IllegalArgumentException asItShould) {
            String why = asItShould.getMessage();
            world.require(why != null && !why.isEmpty(), "{} is refused without a reason", what);
            return;
        }
        throw new AssertionError(what + " is not refused");
    }
}
