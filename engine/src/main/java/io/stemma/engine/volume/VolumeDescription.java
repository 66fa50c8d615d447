package io.stemma.engine.volume;

import io.stemma.engine.block.Geometry;

/**
 * What a volume is. An immutable snapshot.
 *
 * @param id identity
 * @param name name now
 * @param geometry shape now
 * @param writeCache whether writes are acknowledged before they are durable
 * @param naaLocallyAssigned 64-bit NAA designator, type 3h, locally assigned (SPC-5, 7.7.6.6.5)
 * @param serialNumber unit serial number, 16 hexadecimal digits
 * @param createdWallMillis when it was created
 */
public record VolumeDescription(
        VolumeId id,
        String name,
        Geometry geometry,
        boolean writeCache,
        long naaLocallyAssigned,
        String serialNumber,
        long createdWallMillis) {}
