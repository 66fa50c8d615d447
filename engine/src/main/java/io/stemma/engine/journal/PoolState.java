package io.stemma.engine.journal;

import io.stemma.engine.journal.StructuralRecord.VolumeCreated;
import io.stemma.engine.layer.PresenceMap;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What was recovered when the journal was opened. The receiver owns the maps that are not shared.
 *
 * @param volumes all volumes, by key
 * @param layers all layers that are needed, by key
 * @param snapshots all snapshots, by key
 * @param registry all registry entries
 * @param whole whether nothing is missing that was ever durable; only then orphans may be removed
 * @param readOnlyReason why nothing may be changed, because a structural record is lost; null if
 *     everything may
 * @param cacheSurvived whether the run before this one had the same page cache
 * @param createdWallMillis when the pool was created
 */
public record PoolState(
        List<VolumeState> volumes,
        Map<Integer, LayerState> layers,
        List<SnapshotState> snapshots,
        Map<String, byte[]> registry,
        boolean whole,
        @Nullable String readOnlyReason,
        boolean cacheSurvived,
        long createdWallMillis) {
    /** The layer that a volume writes. */
    public LayerState head(VolumeState volume) {
        return Objects.requireNonNull(layers.get(volume.description().layerKey()));
    }

    /**
     * One volume.
     *
     * @param description as created, with its head, name, size and write cache of now
     * @param offlineReason why it is offline; null if it is not
     * @param barriered records up to this number are covered by a barrier
     * @param last number of the last accepted record
     */
    public record VolumeState(
            VolumeCreated description, @Nullable String offlineReason, long barriered, long last) {}

    /**
     * One layer.
     *
     * @param key its key
     * @param parentKey the layer that it lies over; 0 for none
     * @param visibleBlocks blocks of that layer which show through, from the first on
     * @param presence the states of its blocks, everything accepted included
     * @param shared whether the journal has the same object and follows the records of merges in
     *     it; then the receiver only reads it. So it is with frozen layers that are settled.
     */
    public record LayerState(
            int key, int parentKey, long visibleBlocks, PresenceMap presence, boolean shared) {}
}
