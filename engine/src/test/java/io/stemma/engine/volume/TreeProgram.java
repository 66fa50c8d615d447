package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.Geometry;
import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Random;

/**
 * A random life of a tree of volumes, on one thread, compared with an oracle all along. Everything
 * follows from the seed.
 */
final class TreeProgram {
    private static final int VOLUMES_MAX = 6;
    private static final int SECTORS_MIN = 128;
    private static final int SECTORS_MAX = 16_384;

    /** What background work may take to end, in ticks; far more than it needs. */
    private static final int TICKS_MAX = 20_000;

    private final TreeWorld world;
    private final Random random;
    private final TreeStore store;
    private final TreeChanges changes;
    private final TreeChecks checks;
    private final TreePoints points;
    private final TreeRefusals refusals;

    private TreeProgram(long seed, TreeStore store) {
        this.store = store;
        world = new TreeWorld(seed, store);
        random = world.random;
        changes = new TreeChanges(world);
        checks = new TreeChecks(world);
        points = new TreePoints(world, changes, checks);
        refusals = new TreeRefusals(world);
    }

    /**
     * Runs so many operations.
     *
     * @return what went wrong, with all that is needed to see it again; null if nothing did
     */
    static @Nullable String run(long seed, int operations, TreeStore store) {
        TreeProgram program = new TreeProgram(seed, store);
        int operation = 0;
        try {
            while (operation < operations) {
                operation++;
                program.step();
            }
            program.end();
            return null;
        } catch (DeviceException | RuntimeException | AssertionError e) {
            return "seed %d operation %d: %s%n  %s"
                    .formatted(seed, operation, told(e), program.world.story());
        }
    }

    /** What went wrong and where. */
    static String told(Throwable e) {
        StringBuilder places = new StringBuilder(e + " at ");
        StackTraceElement[] trace = e.getStackTrace();
        for (int i = 0; i < Math.min(6, trace.length); i++) {
            places.append(trace[i].getFileName()).append(':').append(trace[i].getLineNumber());
            places.append(' ');
        }
        return places.toString();
    }

    private void step() throws DeviceException {
        if (world.volumes.isEmpty()) {
            create();
        }
        int choice = random.nextInt(200);
        if (choice < 96) {
            changes.some(world.any(world.volumes));
        } else if (choice < 136) {
            checks.some();
        } else if (choice < 148) {
            changes.flush(world.any(world.volumes));
        } else if (choice < 160) {
            snapshot();
        } else if (choice < 186 && !world.snapshots.isEmpty()) {
            ofSnapshot(choice);
        } else {
            ofVolume(choice);
        }
        store.step(random.nextInt(12));
        if (world.once(10)) {
            store.pass();
        }
    }

    private void snapshot() throws DeviceException {
        if (world.snapshots.size() < TreePoints.SNAPSHOTS_MAX) {
            points.snapshot();
        } else {
            points.delete(world.any(world.snapshots));
        }
    }

    private void ofSnapshot(int choice) throws DeviceException {
        OraclePoint snapshot = world.any(world.snapshots);
        switch (choice) {
            case 160, 161, 162, 163 -> {
                if (world.volumes.size() < VOLUMES_MAX) {
                    points.cloned();
                }
            }
            case 164, 165, 166, 167 -> points.revert();
            case 168, 169, 170 -> points.hold(snapshot);
            case 171, 172 -> points.rename(snapshot);
            case 173, 174 -> points.promote();
            case 175 -> points.flatten();
            default -> points.delete(snapshot);
        }
    }

    private void ofVolume(int choice) throws DeviceException {
        OraclePoint volume = world.any(world.volumes);
        switch (choice) {
            case 186, 187, 188 -> resize(volume);
            case 189, 190 -> {
                if (world.volumes.size() < VOLUMES_MAX) {
                    create();
                }
            }
            case 191 -> delete(volume);
            case 192 -> rename(volume);
            case 193 -> writeCache(volume);
            case 194 -> {
                boolean pause = world.once(2);
                world.tell("pause merges: {}", pause);
                store.points().pauseMerges(pause);
            }
            case 195 -> restart();
            default -> refusals.some();
        }
    }

    private void create() throws DeviceException {
        int unit = world.once(2) ? 1 : 8;
        int sectors = size(unit);
        OraclePoint volume =
                new OraclePoint("v" + world.next(), unit, new int[sectors], new OraclePoint.Tree());
        volume.writeCache = !world.once(5);
        world.tell("create {} of {} sectors in blocks of {}", volume, sectors, unit);
        Geometry geometry = new Geometry(sectors / unit, volume.blockBytes(), 4096);
        store.backend().create(new VolumeSpecification(volume.name, geometry, volume.writeCache));
        world.volumes.add(volume);
    }

    private int size(int unit) {
        int most =
                SECTORS_MIN
                        << random.nextInt(
                                Integer.numberOfTrailingZeros(SECTORS_MAX / SECTORS_MIN) + 1);
        int sectors = most - random.nextInt(most / 2);
        return Math.max(SECTORS_MIN, sectors - sectors % unit);
    }

    private void resize(OraclePoint volume) throws DeviceException {
        int sectors = size(volume.unit);
        if (world.once(2)) {
            // Near to where it is, at the edge of a block or not.
            int some = volume.stamps.length + (random.nextInt(65) - 32) * volume.unit;
            sectors = Math.clamp(some, SECTORS_MIN, SECTORS_MAX);
        }
        world.tell("resize {} from {} to {} sectors", volume, volume.stamps.length, sectors);
        store.backend().resize(world.on(volume), sectors / volume.unit, true);
        volume.resize(sectors);
    }

    private void delete(OraclePoint volume) throws DeviceException {
        world.tell("delete {}", volume);
        store.backend().delete(world.on(volume));
        volume.gone = true;
        world.volumes.remove(volume);
    }

    private void rename(OraclePoint volume) throws DeviceException {
        String name = "n" + world.next();
        world.tell("rename {} to {}", volume, name);
        store.backend().rename(world.on(volume), name);
        volume.name = name;
    }

    private void writeCache(OraclePoint volume) throws DeviceException {
        volume.writeCache = world.once(2);
        world.tell("write cache of {}: {}", volume, volume.writeCache);
        store.backend().writeCache(world.on(volume), volume.writeCache);
    }

    private void restart() throws DeviceException {
        boolean clean = world.once(2);
        boolean sameBoot = !clean || world.once(2);
        world.tell("restart, clean {}, same boot {}", clean, sameBoot);
        store.restart(clean, sameBoot);
        checks.names();
    }

    /** Everything as it is, after all background work, after a restart; then it all goes. */
    private void end() throws DeviceException {
        world.tell("the end");
        store.points().pauseMerges(false);
        checks.all();
        settle();
        checks.all();
        store.restart(true, false);
        checks.all();
        for (OraclePoint snapshot : List.copyOf(world.snapshots)) {
            for (String tag : List.copyOf(snapshot.holds)) {
                points.release(snapshot, tag);
            }
            points.delete(snapshot);
            store.step(random.nextInt(12));
        }
        checks.all();
        settle();
        checks.all();
        // Heads, one layer below each that rests there, and where their ways part.
        int files = store.layerFiles().size();
        world.require(
                files <= 3 * world.volumes.size(),
                "{} layers are left of {} volumes without a snapshot",
                files,
                world.volumes.size());
        for (OraclePoint volume : List.copyOf(world.volumes)) {
            delete(volume);
        }
        settle();
        world.require(
                store.layerFiles().isEmpty(), "files are left of nothing: {}", store.layerFiles());
    }

    /** Background work comes to its end: nothing is done any more. */
    private void settle() {
        List<PointsInTime.Merge> before = List.of();
        int quiet = 0;
        for (int tick = 0; quiet < 8; tick++) {
            world.require(tick < TICKS_MAX, "background work does not end: {}", before);
            store.pass();
            store.step(Limits.PUNCHES_PER_TICK_MAX);
            List<PointsInTime.Merge> now = store.points().merges();
            quiet = now.equals(before) ? quiet + 1 : 0;
            before = now;
        }
    }
}
