package io.stemma.engine.journal;

import java.util.List;
import java.util.UUID;

/**
 * A change of the tree of layers: which layer lies over which, which of them have names. Layers
 * that no volume, no name and no other layer needs are gone with the record that made them so;
 * their files may go once it is durable. Blocks are those of {@code Limits.LAYER_BLOCK_BYTES},
 * unless called logical.
 */
public sealed interface TreeRecord extends StructuralRecord {
    /**
     * A volume has a new, empty head over the one that it had. The file of the new one exists and
     * is durable. Written before the cut: until then nobody writes the new one, from then on nobody
     * writes the old one, and records of presence say which of them they mean.
     *
     * @param volumeKey the volume
     * @param layerKey the new head, of the old one's size; sees all of it
     */
    record HeadSplit(int volumeKey, int layerKey) implements TreeRecord {}

    /**
     * The head of a volume, of which no block was ever written, is gone; its parent, which nothing
     * else needs, is the head and as long as the volume.
     */
    record HeadJoined(int volumeKey) implements TreeRecord {}

    /**
     * Layers have names from here on: one snapshot of each member, all of one instant. Each layer
     * is frozen, synced, and all records of its blocks are covered by barriers.
     *
     * @param setId what the members have in common
     * @param name the same for all members
     * @param wallMillis when it was
     * @param members 1 to {@code Limits.SNAPSHOT_SET_MAX}
     */
    record SnapshotNamed(UUID setId, String name, long wallMillis, List<Member> members)
            implements TreeRecord {
        public SnapshotNamed {
            members = List.copyOf(members);
        }
    }

    /**
     * One snapshot of a set.
     *
     * @param volumeKey the volume that it was taken of
     * @param snapshotKey like a volume key, and from the same numbers
     * @param id identity for ever
     * @param layerKey the frozen layer
     * @param blockCount logical blocks at the instant
     * @param naa locally assigned NAA designator
     * @param serial unit serial number
     */
    record Member(
            int volumeKey,
            int snapshotKey,
            UUID id,
            int layerKey,
            long blockCount,
            long naa,
            String serial) {}

    /** A snapshot has no name any more. */
    record SnapshotDeleted(int snapshotKey) implements TreeRecord {}

    /** A snapshot has another name. */
    record SnapshotRenamed(int snapshotKey, String name) implements TreeRecord {}

    /** Somebody holds a snapshot under a tag, so that it cannot be deleted, or does no more. */
    record SnapshotHeld(int snapshotKey, String tag, boolean held) implements TreeRecord {}

    /** A snapshot belongs to another volume, of which it is an ancestor. */
    record SnapshotAdopted(int snapshotKey, int volumeKey) implements TreeRecord {}

    /**
     * A volume exists whose head lies over the layer of a snapshot and sees all of it.
     *
     * @param created the volume; its layer is new and empty
     * @param snapshotKey the snapshot
     */
    record VolumeCloned(VolumeCreated created, int snapshotKey) implements TreeRecord {}

    /**
     * A volume has a new, empty head over the layer of a snapshot, and its size; the head that it
     * had is gone with all that only it needed.
     */
    record VolumeReverted(int volumeKey, int layerKey, int snapshotKey) implements TreeRecord {}

    /**
     * Blocks of a parent without a name and its only child are in one of the two now, durably.
     *
     * <p>Into the child: each block of the range that the child sees and does not hold is there
     * what it is in the parent. Into the parent: each block of the range that the child holds is in
     * the parent what it is in the child, and absent in the child if it is among those that the
     * child sees in the parent; what the child neither holds nor sees reads zero in the parent,
     * absent or, where the parent sees a block below, zero; the parent is as long as the child at
     * least. The child is no head.
     *
     * @param childKey the child; every block of a parent that is relied on is barriered
     * @param intoChild the direction
     * @param first the first block
     * @param count blocks
     */
    record LayerMerged(int childKey, boolean intoChild, long first, long count)
            implements TreeRecord {}

    /**
     * All blocks of an edge are merged: one of its layers is gone. Into the child: the child lies
     * over what its parent lay over. Into the parent: the parent has the child's place, its names
     * and its children, and its length.
     */
    record EdgeClosed(int childKey, boolean intoChild) implements TreeRecord {}

    /**
     * Blocks of a layer without a name that its only child holds, by barrier, or does not see are
     * absent in it.
     */
    record LayerTrimmed(int layerKey, long first, long count) implements TreeRecord {}

    /** Blocks that a layer saw and did not hold are there now what they are below, durably. */
    record LayerHydrated(int layerKey, long first, long count) implements TreeRecord {}

    /** A layer that holds all that it saw has no parent any more. */
    record ParentCut(int layerKey) implements TreeRecord {}
}
