package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.io.Memory;

import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/** Compares what a backend shows with what the oracle knows. */
final class TreeChecks {
    private static final int SECTORS_AT_ONCE = 2048;

    private final TreeWorld world;
    private final Random random;
    private final Memory memory = new Memory(SECTORS_AT_ONCE * Stamps.SECTOR);

    TreeChecks(TreeWorld world) {
        this.world = world;
        random = world.random;
    }

    /** Something at random. */
    void some() throws DeviceException {
        OraclePoint point = world.anyPoint();
        switch (random.nextInt(8)) {
            case 0 -> extents(point);
            case 1 -> differences(point);
            case 2 -> names();
            default -> range(point);
        }
    }

    /** Everything. */
    void all() throws DeviceException {
        names();
        for (OraclePoint point : world.volumes) {
            whole(point);
        }
        for (OraclePoint point : world.snapshots) {
            whole(point);
        }
    }

    private void whole(OraclePoint point) throws DeviceException {
        Volume volume = world.on(point);
        for (int first = 0; first < point.stamps.length; first += SECTORS_AT_ONCE) {
            int count = Math.min(SECTORS_AT_ONCE, point.stamps.length - first);
            compare(point, point.stamps, read(point, volume, first, count), first);
        }
    }

    private void range(OraclePoint point) throws DeviceException {
        int blocks = point.blocks();
        int first = random.nextInt(world.once(2) ? blocks : Math.min(blocks, 64)) * point.unit;
        int most = Math.min(point.stamps.length - first, Stamps.SECTOR << random.nextInt(3));
        int count = (1 + random.nextInt(most / point.unit)) * point.unit;
        count = Math.min(count, SECTORS_AT_ONCE);
        Volume volume = world.on(point);
        int length = count / point.unit;
        if (volume.tryRead(first / point.unit, length, memory.address())) {
            compare(point, point.stamps, versions(first, count), first);
        }
        compare(point, point.stamps, read(point, volume, first, count), first);
    }

    private int[] versions(int first, int count) {
        int[] versions = new int[count];
        for (int i = 0; i < count; i++) {
            versions[i] = Stamps.version(memory, i, first + i);
        }
        return versions;
    }

    /** Which writes made these sectors. */
    int[] read(OraclePoint point, Volume volume, int first, int count) {
        TestRequest request = new TestRequest();
        request.read(first / point.unit, count / point.unit, memory.address());
        world.store.finish(request.on(volume));
        world.require(request.fault() == null, "a read of {} failed: {}", point, request.fault());
        return versions(first, count);
    }

    private void compare(OraclePoint point, int[] known, int[] found, int first) {
        for (int i = 0; i < found.length; i++) {
            if (found[i] != known[first + i]) {
                world.require(
                        false,
                        "{} sector {} holds {} instead of {}",
                        point,
                        first + i,
                        found[i],
                        known[first + i]);
            }
        }
    }

    /** All that a point says of where it stores data. */
    void mapped(OraclePoint point) throws DeviceException {
        extents(point, 0, point.blocks());
        differences(point);
    }

    private void extents(OraclePoint point) throws DeviceException {
        long block = random.nextInt(point.blocks());
        extents(point, block, Math.min(point.blocks(), block + 1 + random.nextInt(4096)));
    }

    private void extents(OraclePoint point, long first, long end) throws DeviceException {
        Volume volume = world.on(point);
        long block = first;
        while (block < end) {
            Volume.Extent extent = volume.extentAt(block, end - block);
            long next = block + extent.blockCount();
            world.require(
                    extent.firstBlock() == block && next > block && next <= end,
                    "{} has an extent {} at {} of {} blocks",
                    point,
                    extent,
                    block,
                    end - block);
            if (!extent.mapped()) {
                zero(point, block, extent.blockCount(), "its extent");
            }
            block = next;
        }
    }

    private void zero(OraclePoint point, long block, long count, String who) {
        for (long sector = block * point.unit; sector < (block + count) * point.unit; sector++) {
            if (point.stamps[(int) sector] != 0) {
                world.require(
                        false,
                        "{} sector {} holds data, {} says that none is stored",
                        point,
                        sector,
                        who);
            }
        }
    }

    /** Looks at all differences from any point of the tree, or from nothing, to this one. */
    private void differences(OraclePoint to) throws DeviceException {
        difference(null, to);
        List<OraclePoint> others = world.once(2) ? world.snapshots : world.volumes;
        if (others.isEmpty()) {
            return;
        }
        OraclePoint from = world.any(others);
        if (from.tree == to.tree) {
            difference(from, to);
        }
    }

    private void difference(@Nullable OraclePoint from, OraclePoint to) throws DeviceException {
        world.tell("difference from {} to {}", from, to);
        boolean[] told = new boolean[to.blocks()];
        try {
            world.store
                    .points()
                    .difference(
                            from == null ? null : world.on(from),
                            world.on(to),
                            (first, count, mapped) -> tell(to, told, first, count, mapped));
        } catch (IllegalArgumentException refused) {
            world.require(to.tree.flattened, "{} and {}: {}", from, to, refused);
            return;
        }
        for (int block = 0; block < told.length; block++) {
            if (!told[block] && differs(from, to, block)) {
                world.require(
                        false, "the difference from {} to {} misses block {}", from, to, block);
            }
        }
    }

    private void tell(OraclePoint to, boolean[] told, long first, long count, boolean mapped) {
        world.require(
                first >= 0 && count >= 1 && first + count <= told.length,
                "a difference of {} has a run of {} blocks at {}",
                to,
                count,
                first);
        for (int block = (int) first; block < told.length; block++) {
            if (told[block]) {
                world.require(false, "the difference to {} goes back to {}", to, first);
            }
            told[block] = block < first + count;
        }
        if (!mapped) {
            zero(to, first, count, "the difference");
        }
    }

    private static boolean differs(@Nullable OraclePoint from, OraclePoint to, int block) {
        for (int sector = block * to.unit; sector < (block + 1) * to.unit; sector++) {
            int before = from == null || sector >= from.stamps.length ? 0 : from.stamps[sector];
            if (to.stamps[sector] != before) {
                return true;
            }
        }
        return false;
    }

    /** Who is there, whose it is, what it stands on. */
    void names() throws DeviceException {
        Set<String> names = new HashSet<>();
        world.store.backend().volumes().forEach(v -> names.add(v.description().name()));
        Set<String> known = new HashSet<>();
        world.volumes.forEach(v -> known.add(v.name));
        world.require(names.equals(known), "volumes {} instead of {}", names, known);
        List<Snapshot> found = world.store.points().snapshots();
        world.require(
                found.size() == world.snapshots.size(),
                "snapshots {} instead of {}",
                found,
                world.snapshots);
        for (OraclePoint point : world.snapshots) {
            snapshot(point, world.described(point));
        }
        for (OraclePoint point : world.volumes) {
            volume(point, world.on(point));
        }
    }

    private void volume(OraclePoint point, Volume volume) {
        world.require(volume.offlineFault() == null, "{} is offline", point);
        VolumeDescription found = volume.description();
        world.require(
                found.geometry().blockCount() == point.blocks()
                        && found.writeCache() == point.writeCache
                        && found.geometry().logicalBlockBytes() == point.blockBytes(),
                "{} of {} blocks is {}",
                point,
                point.blocks(),
                found);
        OraclePoint below = point.standsOn();
        Optional<Snapshot> parent = world.store.points().parent(volume);
        if (parent.isEmpty()) {
            world.require(
                    below == null || point.tree.flattened,
                    "{} lies over nothing, not {}",
                    point,
                    below);
            return;
        }
        world.require(
                below != null && parent.get().id().equals(below.id),
                "{} lies over {}, not {}",
                point,
                parent.get(),
                below);
        world.require(
                world.store.points().children(parent.get()).contains(volume),
                "{} is no child of {}",
                point,
                below);
    }

    private void snapshot(OraclePoint point, Snapshot found) {
        world.require(
                found.fullName().equals(point.fullName())
                        && found.geometry().blockCount() == point.blocks()
                        && found.geometry().logicalBlockBytes() == point.blockBytes()
                        && Set.copyOf(found.holds()).equals(point.holds)
                        && world.store
                                .points()
                                .snapshot(point.fullName())
                                .equals(Optional.of(found))
                        && world.store.backend().volume(point.fullName()).isPresent(),
                "{} of {} blocks with holds {} is {}",
                point,
                point.blocks(),
                point.holds,
                found);
    }
}
