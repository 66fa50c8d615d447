package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a pool may look like after a crash. Of each volume what {@link SectorModel} allows; of each
 * snapshot its instant and nothing else; of the call that the crash cut all or nothing.
 */
final class CrashModel {
    /** A call under way: it may have happened or not when it is cut. */
    interface Attempt {
        /** Whether the pool shows that it has happened. */
        boolean shows() throws DeviceException;

        /** It has happened, and so as a whole. */
        void happened() throws DeviceException;
    }

    final TreeWorld world;
    private final TreeChecks checks;
    private final Map<OraclePoint, SectorModel> sectors = new HashMap<>();
    private @Nullable Attempt attempt;
    private @Nullable OraclePoint reverting;
    private @Nullable OraclePoint revertingTo;

    CrashModel(TreeWorld world) {
        this.world = world;
        checks = new TreeChecks(world);
    }

    SectorModel sectors(OraclePoint volume) {
        return Objects.requireNonNull(sectors.get(volume));
    }

    /** A volume exists, and holds this for certain. */
    void add(OraclePoint volume) {
        SectorModel model = new SectorModel(volume.name, 0, volume.blockBytes());
        sectors.put(volume, model.become(volume.stamps));
        world.volumes.add(volume);
    }

    void remove(OraclePoint volume) {
        volume.gone = true;
        world.volumes.remove(volume);
        sectors.remove(volume);
    }

    /** What happens to be asked for now; {@link #ended} says that it was done. */
    void begin(Attempt next) {
        attempt = next;
    }

    void ended() throws DeviceException {
        // A crash may still come while that is looked at.
        Objects.requireNonNull(attempt).happened();
        attempt = null;
    }

    /** A volume is asked to become what a snapshot is. */
    void beginRevert(OraclePoint volume, OraclePoint snapshot) {
        reverting = volume;
        revertingTo = snapshot;
    }

    void endRevert() {
        OraclePoint volume = Objects.requireNonNull(reverting);
        volume.revert(Objects.requireNonNull(revertingTo));
        sectors.put(volume, fresh(volume));
        reverting = null;
        revertingTo = null;
    }

    private static SectorModel fresh(OraclePoint volume) {
        return new SectorModel(volume.name, 0, volume.blockBytes()).become(volume.stamps);
    }

    /**
     * Compares a pool that came up again, and goes on from what it holds.
     *
     * @return a hash of all that it holds
     */
    long compare(boolean cacheSurvived) throws DeviceException {
        Attempt cut = attempt;
        attempt = null;
        if (cut != null && cut.shows()) {
            world.tell("what was cut has happened");
            cut.happened();
        }
        for (OraclePoint volume : world.volumes) {
            compare(volume, cacheSurvived);
        }
        reverting = null;
        revertingTo = null;
        checks.all();
        for (OraclePoint point : world.volumes) {
            checks.mapped(point);
        }
        for (OraclePoint point : world.snapshots) {
            checks.mapped(point);
        }
        return hash();
    }

    private void compare(OraclePoint volume, boolean cacheSurvived) throws DeviceException {
        Volume found = world.on(volume);
        world.require(found.offlineFault() == null, "{} is {}", volume, found.offlineFault());
        int blocks = Math.toIntExact(found.geometry().blockCount());
        int[] versions = checks.read(volume, found, 0, blocks * volume.unit);
        String wrong = "it stands on another snapshot";
        for (OraclePoint alternative : alternatives(volume)) {
            boolean reverted = alternative != volume;
            // Once flattened it may stand on nothing, but never on another snapshot.
            boolean apart = volume.tree.flattened && parent(found).isEmpty();
            if (apart || parent(found).equals(id(alternative.standsOn()))) {
                SectorModel model = reverted ? fresh(alternative) : sectors(volume).copy();
                wrong = model.compare(versions, cacheSurvived);
                if (wrong == null) {
                    volume.below = alternative.below;
                    volume.stamps = versions;
                    sectors.put(volume, model);
                    return;
                }
            }
        }
        world.require(false, "{}", wrong);
    }

    /** The volume as it was, and as it may have become. */
    private List<OraclePoint> alternatives(OraclePoint volume) {
        List<OraclePoint> all = new ArrayList<>(List.of(volume));
        if (reverting == volume) {
            OraclePoint snapshot = Objects.requireNonNull(revertingTo);
            OraclePoint reverted =
                    new OraclePoint(volume.name, volume.unit, snapshot.stamps, volume.tree);
            reverted.revert(snapshot);
            all.add(reverted);
        }
        return all;
    }

    private Optional<VolumeId> parent(Volume volume) {
        return world.store.points().parent(volume).map(Snapshot::id);
    }

    private static Optional<VolumeId> id(@Nullable OraclePoint snapshot) {
        return Optional.ofNullable(snapshot).map(s -> s.id);
    }

    /** Looks at something while the pool lives. */
    void check() throws DeviceException {
        checks.some();
    }

    /** Compares a snapshot that may have just come to be with what its instant allows. */
    int[] read(OraclePoint origin, Volume snapshot, int first, int count) {
        return checks.read(origin, snapshot, first, count);
    }

    private long hash() {
        long hash = 17;
        List<OraclePoint> all = new ArrayList<>(world.volumes);
        all.addAll(world.snapshots);
        all.sort(Comparator.comparing(OraclePoint::fullName));
        for (OraclePoint point : all) {
            hash = mixed(hash, point.fullName().hashCode());
            hash = mixed(hash, point.unit);
            for (int stamp : point.stamps) {
                hash = mixed(hash, stamp);
            }
        }
        return hash;
    }

    private static long mixed(long hash, int value) {
        long next = (hash ^ value) * 0x9E37_79B9_7F4A_7C15L;
        return next ^ next >>> 29;
    }
}
