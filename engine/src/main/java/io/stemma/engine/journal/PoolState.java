package io.stemma.engine.journal;

import io.stemma.engine.journal.StructuralRecord.VolumeCreated;
import io.stemma.engine.layer.PresenceMap;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/**
 * What was recovered when the journal was opened. The receiver owns the maps.
 *
 * @param volumes all volumes, by key
 * @param registry all registry entries
 * @param whole whether nothing is missing that was ever durable; only then orphans may be removed
 * @param readOnlyReason why nothing may be changed, because a structural record is lost; null if
 *     everything may
 * @param cacheSurvived whether the run before this one had the same page cache
 * @param createdWallMillis when the pool was created
 */
public record PoolState(
        List<VolumeState> volumes,
        Map<String, byte[]> registry,
        boolean whole,
        @Nullable String readOnlyReason,
        boolean cacheSurvived,
        long createdWallMillis) {
    /**
     * One volume.
     *
     * @param description as created, with its name, size and write cache of now
     * @param presence the states of its blocks, everything accepted included
     * @param offlineReason why it is offline; null if it is not
     * @param barriered records up to this number are covered by a barrier
     * @param last number of the last accepted record
     */
    public record VolumeState(
            VolumeCreated description,
            PresenceMap presence,
            @Nullable String offlineReason,
            long barriered,
            long last) {}
}
