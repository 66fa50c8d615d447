package io.stemma.engine.volume;

import io.stemma.engine.layer.Layer;

import org.jspecify.annotations.Nullable;

/** A snapshot of a pool: its key in the journal, its layer, what it is. Changed under the turn. */
final class NamedLayer {
    private final int key;
    private volatile Layer layer;
    private volatile Snapshot snapshot;
    private volatile @Nullable FileVolume opened;

    NamedLayer(int key, Layer layer, Snapshot snapshot) {
        this.key = key;
        this.layer = layer;
        this.snapshot = snapshot;
    }

    int key() {
        return key;
    }

    Layer layer() {
        return layer;
    }

    Snapshot snapshot() {
        return snapshot;
    }

    void describe(Snapshot next) {
        snapshot = next;
    }

    /** The volume that reads it; null if nobody has opened it. */
    @Nullable FileVolume opened() {
        return opened;
    }

    void opened(@Nullable FileVolume volume) {
        opened = volume;
    }

    /** Another layer has the place of its own. */
    void moveTo(Layer next) {
        layer = next;
        FileVolume volume = opened;
        if (volume != null) {
            volume.replaceHead(next);
        }
    }
}
