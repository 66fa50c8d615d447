package io.stemma.engine.journal;

import io.stemma.engine.journal.StructuralRecord.AtomicDone;
import io.stemma.engine.journal.StructuralRecord.AtomicIntent;
import io.stemma.engine.journal.StructuralRecord.VolumeCreated;
import io.stemma.engine.journal.StructuralRecord.VolumeDeleted;
import io.stemma.engine.journal.StructuralRecord.VolumeOffline;
import io.stemma.engine.journal.StructuralRecord.VolumeRecovered;
import io.stemma.engine.journal.StructuralRecord.VolumeRenamed;
import io.stemma.engine.journal.StructuralRecord.VolumeResized;
import io.stemma.engine.journal.StructuralRecord.VolumeWriteCache;
import io.stemma.engine.journal.TreeRecord.EdgeClosed;
import io.stemma.engine.journal.TreeRecord.HeadJoined;
import io.stemma.engine.journal.TreeRecord.HeadSplit;
import io.stemma.engine.journal.TreeRecord.LayerHydrated;
import io.stemma.engine.journal.TreeRecord.LayerMerged;
import io.stemma.engine.journal.TreeRecord.LayerTrimmed;
import io.stemma.engine.journal.TreeRecord.Member;
import io.stemma.engine.journal.TreeRecord.ParentCut;
import io.stemma.engine.journal.TreeRecord.SnapshotAdopted;
import io.stemma.engine.journal.TreeRecord.SnapshotDeleted;
import io.stemma.engine.journal.TreeRecord.SnapshotHeld;
import io.stemma.engine.journal.TreeRecord.SnapshotNamed;
import io.stemma.engine.journal.TreeRecord.SnapshotRenamed;
import io.stemma.engine.journal.TreeRecord.VolumeCloned;
import io.stemma.engine.journal.TreeRecord.VolumeReverted;

import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.Set;

/** Whether all that the records of a commit speak of is there, or is made by an earlier of them. */
final class Subjects {
    private final PoolImage image;
    private final Set<Integer> volumes = new HashSet<>();
    private final Set<Integer> snapshots = new HashSet<>();
    private final Set<Integer> layers = new HashSet<>();
    private @Nullable String missing;

    private Subjects(PoolImage image) {
        this.image = image;
    }

    /** What is changed here and does not exist; null if all of it does. */
    static @Nullable String missing(PoolImage image, StructuralRecord... records) {
        Subjects subjects = new Subjects(image);
        for (StructuralRecord record : records) {
            subjects.look(record);
        }
        return subjects.missing;
    }

    private void look(StructuralRecord record) {
        switch (record) {
            case VolumeCreated created -> creates(created);
            case VolumeResized resized -> volume(resized.volumeKey());
            case VolumeRenamed renamed -> volume(renamed.volumeKey());
            case VolumeWriteCache cache -> volume(cache.volumeKey());
            case VolumeDeleted deleted -> volume(deleted.volumeKey());
            case VolumeOffline off -> volume(off.volumeKey());
            case VolumeRecovered recovered -> volume(recovered.volumeKey());
            case AtomicIntent intent -> volume(intent.volumeKey());
            case AtomicDone done -> volume(done.volumeKey());
            case TreeRecord tree -> look(tree);
            case StructuralRecord.PoolCreated created -> {}
            case StructuralRecord.RegistryPut put -> {}
            case StructuralRecord.RegistryRemoved removed -> {}
            case StructuralRecord.RunStarted run -> {}
            case StructuralRecord.CleanEnd end -> {}
        }
    }

    private void look(TreeRecord record) {
        switch (record) {
            case HeadSplit split -> {
                volume(split.volumeKey());
                layers.add(split.layerKey());
            }
            case HeadJoined joined -> volume(joined.volumeKey());
            case SnapshotNamed named -> named.members().forEach(this::look);
            case SnapshotDeleted deleted -> snapshot(deleted.snapshotKey());
            case SnapshotRenamed renamed -> snapshot(renamed.snapshotKey());
            case SnapshotHeld held -> snapshot(held.snapshotKey());
            case SnapshotAdopted adopted -> {
                snapshot(adopted.snapshotKey());
                volume(adopted.volumeKey());
            }
            case VolumeCloned cloned -> {
                snapshot(cloned.snapshotKey());
                creates(cloned.created());
            }
            case VolumeReverted reverted -> {
                volume(reverted.volumeKey());
                snapshot(reverted.snapshotKey());
                layers.add(reverted.layerKey());
            }
            case LayerMerged merged -> layer(merged.childKey());
            case EdgeClosed closed -> layer(closed.childKey());
            case LayerTrimmed trimmed -> layer(trimmed.layerKey());
            case LayerHydrated hydrated -> layer(hydrated.layerKey());
            case ParentCut cut -> layer(cut.layerKey());
        }
    }

    private void look(Member member) {
        volume(member.volumeKey());
        layer(member.layerKey());
        snapshots.add(member.snapshotKey());
    }

    private void creates(VolumeCreated created) {
        volumes.add(created.volumeKey());
        layers.add(created.layerKey());
    }

    private void volume(int key) {
        require(image.volume(key) != null || volumes.contains(key), "volume key", key);
    }

    private void snapshot(int key) {
        require(image.tree().snapshot(key) != null || snapshots.contains(key), "snapshot key", key);
    }

    private void layer(int key) {
        require(image.tree().layer(key) != null || layers.contains(key), "layer key", key);
    }

    private void require(boolean there, String what, int key) {
        if (!there && missing == null) {
            missing = what + " " + key;
        }
    }
}
