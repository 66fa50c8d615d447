package io.stemma.engine.journal;

import io.stemma.engine.journal.StructuralRecord.VolumeCreated;
import io.stemma.engine.journal.TreeRecord.Member;
import io.stemma.engine.journal.TreeRecord.SnapshotNamed;

import java.util.List;
import java.util.TreeSet;
import java.util.UUID;

/**
 * What the journal knows of one snapshot; immutable.
 *
 * @param key its key
 * @param volumeKey the volume that it belongs to, which may be gone
 * @param layerKey the frozen layer that it names
 * @param id identity for ever
 * @param setId what the snapshots of one instant have in common
 * @param name name now
 * @param originId identity of the volume
 * @param originName name of the volume, or the last that it had
 * @param blockCount logical blocks
 * @param logicalBlockBytes 512 or 4096
 * @param physicalBlockBytes as reported to hosts
 * @param naa locally assigned NAA designator
 * @param serial unit serial number
 * @param createdWallMillis the instant
 * @param holds tags that keep it from being deleted, sorted
 */
public record SnapshotState(
        int key,
        int volumeKey,
        int layerKey,
        UUID id,
        UUID setId,
        String name,
        UUID originId,
        String originName,
        long blockCount,
        int logicalBlockBytes,
        int physicalBlockBytes,
        long naa,
        String serial,
        long createdWallMillis,
        List<String> holds) {
    public SnapshotState {
        holds = List.copyOf(holds);
    }

    /** One that was just named. */
    static SnapshotState of(SnapshotNamed set, Member member, VolumeCreated origin) {
        return new SnapshotState(
                member.snapshotKey(),
                member.volumeKey(),
                member.layerKey(),
                member.id(),
                set.setId(),
                set.name(),
                origin.id(),
                origin.name(),
                member.blockCount(),
                origin.logicalBlockBytes(),
                origin.physicalBlockBytes(),
                member.naa(),
                member.serial(),
                set.wallMillis(),
                List.of());
    }

    SnapshotState renamed(String newName) {
        return with(layerKey, newName, volumeKey, originId, originName, holds);
    }

    /** It belongs to this volume, under the name that the volume has now. */
    SnapshotState ownedBy(VolumeCreated volume) {
        return with(layerKey, name, volume.volumeKey(), volume.id(), volume.name(), holds);
    }

    SnapshotState on(int newLayerKey) {
        return with(newLayerKey, name, volumeKey, originId, originName, holds);
    }

    SnapshotState held(String tag, boolean held) {
        TreeSet<String> tags = new TreeSet<>(holds);
        if (held) {
            tags.add(tag);
        } else {
            tags.remove(tag);
        }
        return with(layerKey, name, volumeKey, originId, originName, List.copyOf(tags));
    }

    private SnapshotState with(
            int newLayerKey,
            String newName,
            int newVolumeKey,
            UUID newOriginId,
            String newOriginName,
            List<String> newHolds) {
        return new SnapshotState(
                key,
                newVolumeKey,
                newLayerKey,
                id,
                setId,
                newName,
                newOriginId,
                newOriginName,
                blockCount,
                logicalBlockBytes,
                physicalBlockBytes,
                naa,
                serial,
                createdWallMillis,
                newHolds);
    }
}
