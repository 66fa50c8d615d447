package io.stemma.engine.volume;

import io.stemma.engine.block.Geometry;
import io.stemma.engine.layer.Layer;
import io.stemma.engine.runtime.Limits;

/** Judges what people write for names and sizes, and says what to write instead. */
final class VolumeNames {
    private VolumeNames() {}

    static void check(String name) {
        if (name.isEmpty() || name.length() > Limits.VOLUME_NAME_CHARS_MAX) {
            throw new IllegalArgumentException(
                    "volume name \""
                            + name
                            + "\" has "
                            + name.length()
                            + " characters: write 1 to "
                            + Limits.VOLUME_NAME_CHARS_MAX);
        }
        for (int i = 0; i < name.length(); i++) {
            if (!allowed(name.charAt(i))) {
                throw new IllegalArgumentException(
                        "volume name \""
                                + name
                                + "\" contains \""
                                + name.charAt(i)
                                + "\": write letters a-z A-Z, digits, and . _ - only");
            }
        }
        char first = name.charAt(0);
        if (first == '.' || first == '-') {
            throw new IllegalArgumentException(
                    "volume name \""
                            + name
                            + "\" begins with \""
                            + first
                            + "\": write a letter, a digit or _ first");
        }
    }

    private static boolean allowed(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '.'
                || c == '_'
                || c == '-';
    }

    static void checkSize(Geometry geometry) {
        if (Layer.blocksFor(geometry.sizeBytes()) > Limits.LAYER_BLOCKS_MAX) {
            throw new IllegalArgumentException(
                    "a volume of "
                            + geometry.sizeBytes()
                            + " bytes is too large: write at most "
                            + Limits.LAYER_BLOCKS_MAX * Limits.LAYER_BLOCK_BYTES);
        }
    }

    /** A smaller size loses something for ever, so it needs to be meant. */
    static void checkShrink(String name, Geometry now, long newBlockCount, boolean allowed) {
        if (!allowed) {
            throw new IllegalArgumentException(
                    "volume \""
                            + name
                            + "\" has "
                            + now.blockCount()
                            + " blocks; "
                            + newBlockCount
                            + " would lose the rest for ever: allow the shrink if that is meant");
        }
    }
}
