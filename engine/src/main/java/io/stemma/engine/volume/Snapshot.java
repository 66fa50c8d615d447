package io.stemma.engine.volume;

import io.stemma.engine.block.Geometry;

import java.util.List;
import java.util.UUID;

/**
 * A point in time of a volume, as of when it was asked for. An immutable description; what is done
 * with it goes by its identity.
 *
 * @param id identity for ever
 * @param setId what the snapshots of one instant have in common
 * @param originId the volume that it belongs to
 * @param originName name of that volume now, or the last that it had before it was deleted
 * @param name unique among those of the volume
 * @param geometry shape of the volume at the instant
 * @param naaLocallyAssigned 64-bit NAA designator of its own, type 3h (SPC-5, 7.7.6.6.5)
 * @param serialNumber unit serial number of its own, 16 hexadecimal digits
 * @param createdWallMillis when it was
 * @param holds tags under which it is held, sorted; while there is one it cannot be deleted
 */
public record Snapshot(
        VolumeId id,
        UUID setId,
        VolumeId originId,
        String originName,
        String name,
        Geometry geometry,
        long naaLocallyAssigned,
        String serialNumber,
        long createdWallMillis,
        List<String> holds) {
    /** What stands between the name of a volume and that of a snapshot; in no name itself. */
    public static final char SEPARATOR = '@';

    public Snapshot {
        holds = List.copyOf(holds);
    }

    /** Name in the whole backend: {@code volume@snapshot}. */
    public String fullName() {
        return originName + SEPARATOR + name;
    }
}
