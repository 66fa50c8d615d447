package io.stemma.engine.journal;

import io.stemma.engine.journal.StructuralRecord.Verdict;
import io.stemma.engine.journal.StructuralRecord.VolumeCreated;
import io.stemma.engine.layer.PresenceMap;
import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/**
 * What the journal knows of one volume: its description, and the records since the last barrier.
 * What barriers cover is in the shadows of the layers that records name. Guarded by the journal's
 * lock, except for {@link #last}, which any thread reads.
 */
final class VolumeChain {
    private VolumeCreated description;
    private final LayerTree tree;
    private final PendingPresence pending = new PendingPresence();

    /** Number of the last record; written under the lock. */
    volatile long last;

    /** Records up to this number are in the shadows. */
    private long barriered;

    /** Pool number of the last barrier record. */
    private long barrierPoolNumber;

    private @Nullable String offlineReason;

    /** Where a hole in the journal may have swallowed records of this volume; null if none did. */
    @Nullable String suspect;

    VolumeChain(VolumeCreated description, LayerTree tree) {
        this.description = description;
        this.tree = tree;
    }

    static long layerBlocks(VolumeCreated description) {
        int perBlock = Limits.LAYER_BLOCK_BYTES / description.logicalBlockBytes();
        return Math.ceilDiv(description.blockCount(), (long) perBlock);
    }

    VolumeCreated description() {
        return description;
    }

    /** The layer that is written. */
    TreeLayer head() {
        return tree.existing(description.layerKey());
    }

    PendingPresence pending() {
        return pending;
    }

    long barriered() {
        return barriered;
    }

    long barrierPoolNumber() {
        return barrierPoolNumber;
    }

    @Nullable String offlineReason() {
        return offlineReason;
    }

    void offline(@Nullable String reason) {
        offlineReason = reason;
    }

    /** Sets what a checkpoint says. */
    void restore(long lastNumber, long barrieredNumber, @Nullable String reason) {
        last = lastNumber;
        barriered = barrieredNumber;
        offlineReason = reason;
    }

    void describe(VolumeCreated changed) {
        description = changed;
    }

    /** The head is as long as the description says. */
    void fitHead() {
        TreeLayer head = head();
        long blocks = layerBlocks(description);
        head.resize(blocks);
        pending.cutAt(head.key(), blocks);
    }

    void presence(int layerKey, long number, long firstBlock, long blockCount, int flags) {
        last = number;
        pending.add(layerKey, number, firstBlock, blockCount, flags);
    }

    void barrier(long number, long upTo, long poolNumber) {
        last = number;
        barriered = Math.max(barriered, upTo);
        barrierPoolNumber = poolNumber;
        fold(upTo);
    }

    /** What was recorded of a layer that is gone went with it. */
    private void fold(long upTo) {
        pending.removeUpTo(
                upTo,
                (layerKey, number, first, count, flags) -> {
                    TreeLayer layer = tree.layer(layerKey);
                    if (layer != null) {
                        set(layer.shadow(), first, count, flags);
                    }
                });
    }

    static void set(PresenceMap map, long first, long count, int flags) {
        if (count > 0) {
            map.set(first, count, RecordFrame.state(flags));
        }
    }

    /** A run judged the records so far. */
    void judge(Verdict verdict, boolean cacheSurvived) {
        pending.dropUndurableAbove(verdict.accepted());
        last = verdict.last();
        suspect = null;
        if (!cacheSurvived) {
            foldAll();
        }
    }

    /** The rule of lost power for this volume alone, by an operator's order. */
    void recover() {
        pending.dropUndurableAbove(barriered);
        foldAll();
        offlineReason = null;
    }

    private void foldAll() {
        fold(Long.MAX_VALUE);
        barriered = last;
    }

    /** Puts everything that no barrier covers into maps of their own, by layer. */
    void addPending(Map<Integer, PresenceMap> maps) {
        pending.forEach(
                (layerKey, number, first, count, flags) -> {
                    TreeLayer layer = tree.layer(layerKey);
                    if (layer != null) {
                        PresenceMap map =
                                maps.computeIfAbsent(layerKey, key -> layer.shadow().copy());
                        set(map, first, count, flags);
                    }
                });
    }
}
