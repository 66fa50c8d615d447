package io.stemma.engine.volume;

import java.util.UUID;

/** Identity of a volume, for ever, whatever its name. */
public record VolumeId(UUID uuid) {
    /** A new identity that nobody has. */
    public static VolumeId random() {
        return new VolumeId(UUID.randomUUID());
    }

    @Override
    public String toString() {
        return uuid.toString();
    }
}
