package io.stemma.engine.layer;

import java.io.IOException;

/** The stored map of a layer is not what was written: which file, where, and what is wrong. */
public final class MapDamage extends IOException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final long offset;

    MapDamage(String file, long offset, String what) {
        super(file + ": at byte " + offset + ": " + what);
        this.file = file;
        this.offset = offset;
    }

    /** Name of the file. */
    public String file() {
        return file;
    }

    /** First byte of the part that is damaged, the chunk's own where one chunk is. */
    public long offset() {
        return offset;
    }
}
