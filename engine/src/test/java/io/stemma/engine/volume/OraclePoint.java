package io.stemma.engine.volume;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** A volume or a snapshot as the oracle knows it: which write made each of its sectors. */
final class OraclePoint {
    /** What all points have in common that began with one volume. */
    static final class Tree {
        /** Whether a volume of it was flattened: then it may stand apart some day. */
        boolean flattened;
    }

    /** Of a volume its name; of a snapshot the part behind the separator. */
    String name;

    /** Sectors in a logical block. */
    final int unit;

    final Tree tree;
    int[] stamps;
    boolean gone;

    /** The snapshot that it lies over, which may be gone. */
    @Nullable OraclePoint below;

    boolean writeCache = true;

    /** Of a snapshot: whose it is. */
    @Nullable OraclePoint owner;

    /** Of a snapshot: who it is. */
    @Nullable VolumeId id;

    final Set<String> holds = new TreeSet<>();

    OraclePoint(String name, int unit, int[] stamps, Tree tree) {
        this.name = name;
        this.unit = unit;
        this.stamps = stamps;
        this.tree = tree;
    }

    boolean isSnapshot() {
        return owner != null;
    }

    OraclePoint owner() {
        return Objects.requireNonNull(owner);
    }

    int blocks() {
        return stamps.length / unit;
    }

    int blockBytes() {
        return unit * Stamps.SECTOR;
    }

    /** The nearest snapshot below that still exists. */
    @Nullable OraclePoint standsOn() {
        OraclePoint point = below;
        while (point != null && point.gone) {
            point = point.below;
        }
        return point;
    }

    /** Whether a snapshot is among those that it lies over. */
    boolean isOver(OraclePoint snapshot) {
        OraclePoint point = below;
        while (point != null && point != snapshot) {
            point = point.below;
        }
        return point != null;
    }

    /** The snapshot that is taken of this volume now. */
    OraclePoint snapshot(String snapshotName, int[] instant, VolumeId snapshotId) {
        OraclePoint made = new OraclePoint(snapshotName, unit, instant, tree);
        made.owner = this;
        made.id = snapshotId;
        made.below = below;
        below = made;
        return made;
    }

    /** The volume that is cloned from this snapshot now. */
    OraclePoint cloned(String volumeName, boolean cache) {
        OraclePoint made = new OraclePoint(volumeName, unit, stamps.clone(), tree);
        made.below = this;
        made.writeCache = cache;
        return made;
    }

    void revert(OraclePoint snapshot) {
        stamps = snapshot.stamps.clone();
        below = snapshot;
    }

    void write(int first, int count, int version) {
        Arrays.fill(stamps, first, first + count, version);
    }

    void resize(int sectors) {
        stamps = Arrays.copyOf(stamps, sectors);
    }

    /** What it is called in the whole backend. */
    String fullName() {
        return owner == null ? name : owner.name + Snapshot.SEPARATOR + name;
    }

    @Override
    public String toString() {
        return fullName();
    }
}
