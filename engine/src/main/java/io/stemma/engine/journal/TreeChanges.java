package io.stemma.engine.journal;

import io.stemma.engine.journal.StructuralRecord.VolumeCreated;
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
import io.stemma.engine.layer.PresenceMap;

import java.util.List;

/**
 * Follows the records of the tree of layers. What a record needs is looked at before anything is
 * changed, but not what maps hold: where a damaged journal lost records of blocks, the volume is
 * offline and its tree is still right. Guarded by the journal's lock.
 */
final class TreeChanges {
    private final PoolImage image;
    private final LayerTree tree;

    TreeChanges(PoolImage image, LayerTree tree) {
        this.image = image;
        this.tree = tree;
    }

    /** Follows one record; throws {@link JournalDamage} if it speaks of what is not there. */
    void apply(TreeRecord record) {
        switch (record) {
            case HeadSplit split -> split(image.existing(split.volumeKey()), split.layerKey());
            case HeadJoined joined -> join(image.existing(joined.volumeKey()));
            case SnapshotNamed named -> name(named);
            case SnapshotDeleted deleted -> tree.unname(deleted.snapshotKey());
            case SnapshotRenamed renamed ->
                    tree.replace(
                            tree.existingSnapshot(renamed.snapshotKey()).renamed(renamed.name()));
            case SnapshotHeld held ->
                    tree.replace(
                            tree.existingSnapshot(held.snapshotKey())
                                    .held(held.tag(), held.held()));
            case SnapshotAdopted adopted -> {
                VolumeCreated owner = image.existing(adopted.volumeKey()).description();
                tree.replace(tree.existingSnapshot(adopted.snapshotKey()).ownedBy(owner));
            }
            case VolumeCloned cloned -> clone(cloned);
            case VolumeReverted reverted -> revert(reverted);
            case LayerMerged merged -> merge(merged);
            case EdgeClosed closed -> close(closed);
            case LayerTrimmed trimmed -> trim(trimmed);
            case LayerHydrated hydrated -> {
                TreeLayer layer = tree.existing(hydrated.layerKey());
                LayerMoves.hydrate(
                        layer.shadow(), tree.below(layer), hydrated.first(), hydrated.count());
            }
            case ParentCut cut -> tree.move(tree.existing(cut.layerKey()), 0, 0);
        }
    }

    private void split(VolumeChain volume, int layerKey) {
        TreeLayer head = tree.existing(volume.description().layerKey());
        addHead(volume, layerKey, head, head.blocks());
        tree.release(head.key());
    }

    /** A new, empty head; the volume lets go of the one that it had with a release. */
    private void addHead(VolumeChain volume, int layerKey, TreeLayer parent, long blocks) {
        long visible = Math.min(parent.blocks(), blocks);
        tree.add(new TreeLayer(layerKey, parent.key(), visible, new PresenceMap(blocks)));
        tree.use(layerKey);
        image.layerKeyUsed(layerKey);
        volume.describe(volume.description().over(layerKey));
    }

    private void join(VolumeChain volume) {
        TreeLayer head = tree.existing(volume.description().layerKey());
        TreeLayer parent = parentOfOnly(head);
        if (head.users() != 1) {
            throw new JournalDamage("layer key " + head.key() + " is joined and needed");
        }
        becomesHead(parent);
        if (head.visibleBlocks() < parent.blocks()) {
            image.cutPending(parent.key(), head.visibleBlocks());
            parent.resize(head.visibleBlocks());
        }
        parent.resize(head.blocks());
        tree.use(parent.key());
        volume.describe(volume.description().over(parent.key()));
        tree.release(head.key());
        image.forgetGoneLayers();
    }

    /** Whoever shared its map with the image writes it from now on ahead of the journal. */
    private static void becomesHead(TreeLayer layer) {
        layer.shadow(layer.shadow().copy());
    }

    private void name(SnapshotNamed named) {
        for (Member member : named.members()) {
            image.existing(member.volumeKey());
            tree.existing(member.layerKey());
        }
        for (Member member : named.members()) {
            VolumeCreated origin = image.existing(member.volumeKey()).description();
            tree.name(SnapshotState.of(named, member, origin));
            image.volumeKeyUsed(member.snapshotKey());
        }
    }

    private void clone(VolumeCloned cloned) {
        VolumeCreated created = cloned.created();
        TreeLayer parent = layerOf(cloned.snapshotKey());
        VolumeChain volume = new VolumeChain(created, tree);
        addHead(volume, created.layerKey(), parent, VolumeChain.layerBlocks(created));
        image.add(volume);
    }

    private void revert(VolumeReverted reverted) {
        VolumeChain volume = image.existing(reverted.volumeKey());
        SnapshotState snapshot = tree.existingSnapshot(reverted.snapshotKey());
        TreeLayer parent = tree.existing(snapshot.layerKey());
        VolumeCreated now = volume.description();
        VolumeCreated next = now.with(now.name(), snapshot.blockCount(), now.writeCache());
        addHead(volume, reverted.layerKey(), parent, VolumeChain.layerBlocks(next));
        volume.describe(next.over(reverted.layerKey()));
        tree.release(now.layerKey());
        image.intents().forget(reverted.volumeKey());
        image.forgetGoneLayers();
    }

    private TreeLayer layerOf(int snapshotKey) {
        return tree.existing(tree.existingSnapshot(snapshotKey).layerKey());
    }

    /** The layer below one, which nothing else may need. */
    private TreeLayer parentOfOnly(TreeLayer child) {
        if (child.parentKey() == 0) {
            throw new JournalDamage("layer key " + child.key() + " lies over no layer");
        }
        TreeLayer parent = tree.existing(child.parentKey());
        if (parent.users() != 1) {
            throw new JournalDamage(
                    "layer key %d is needed beside layer key %d"
                            .formatted(parent.key(), child.key()));
        }
        return parent;
    }

    private void merge(LayerMerged merged) {
        TreeLayer child = tree.existing(merged.childKey());
        TreeLayer parent = parentOfOnly(child);
        long first = merged.first();
        long count = merged.count();
        if (merged.intoChild()) {
            LayerMoves.intoChild(
                    parent.shadow(), child.shadow(), child.visibleBlocks(), first, count);
            return;
        }
        if (image.isHead(child.key())) {
            throw new JournalDamage("layer key " + child.key() + " is a head and merged down");
        }
        LayerMoves.intoParent(
                parent.shadow(),
                parent.visibleBlocks(),
                child.shadow(),
                child.visibleBlocks(),
                first,
                count);
    }

    private void close(EdgeClosed closed) {
        TreeLayer child = tree.existing(closed.childKey());
        TreeLayer parent = parentOfOnly(child);
        long visible = Math.min(child.visibleBlocks(), parent.visibleBlocks());
        if (closed.intoChild()) {
            tree.move(child, parent.parentKey(), visible);
        } else {
            replace(child, parent);
            parent.lieOver(parent.parentKey(), visible);
        }
        image.forgetGoneLayers();
    }

    /** The parent has the place of the child, which is gone. */
    private void replace(TreeLayer child, TreeLayer parent) {
        if (image.isHead(child.key())) {
            becomesHead(parent);
        }
        for (VolumeChain volume : image.volumes()) {
            if (volume.description().layerKey() == child.key()) {
                volume.describe(volume.description().over(parent.key()));
            }
        }
        for (SnapshotState snapshot : List.copyOf(tree.snapshots())) {
            if (snapshot.layerKey() == child.key()) {
                tree.replace(snapshot.on(parent.key()));
            }
        }
        for (TreeLayer layer : tree.layers()) {
            if (layer.parentKey() == child.key()) {
                layer.lieOver(parent.key(), layer.visibleBlocks());
            }
        }
        parent.users(child.users());
        tree.remove(child.key());
        image.cutPending(parent.key(), child.blocks());
        parent.resize(child.blocks());
    }

    private void trim(LayerTrimmed trimmed) {
        TreeLayer layer = tree.existing(trimmed.layerKey());
        TreeLayer child = tree.onlyChild(layer);
        if (child == null) {
            throw new JournalDamage("layer key " + layer.key() + " is trimmed and needed");
        }
        LayerMoves.trim(
                layer.shadow(),
                child.shadow(),
                child.visibleBlocks(),
                trimmed.first(),
                trimmed.count());
    }
}
