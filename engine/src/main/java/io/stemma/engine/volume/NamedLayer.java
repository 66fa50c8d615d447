package io.stemma.engine.volume;

import io.stemma.engine.layer.Layer;

import org.jspecify.annotations.Nullable;

import java.util.List;

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

    /** It belongs to another volume, or that one has another name. */
    void belong(VolumeId origin, String originName) {
        describe(origin, originName, snapshot.name(), snapshot.holds());
    }

    void rename(String name) {
        describe(snapshot.originId(), snapshot.originName(), name, snapshot.holds());
    }

    void hold(List<String> holds) {
        describe(snapshot.originId(), snapshot.originName(), snapshot.name(), holds);
    }

    private void describe(VolumeId origin, String originName, String name, List<String> holds) {
        Snapshot now = snapshot;
        Snapshot next =
                new Snapshot(
                        now.id(),
                        now.setId(),
                        origin,
                        originName,
                        name,
                        now.geometry(),
                        now.naaLocallyAssigned(),
                        now.serialNumber(),
                        now.createdWallMillis(),
                        holds);
        snapshot = next;
        FileVolume volume = opened;
        if (volume != null) {
            volume.describe(described(next));
        }
    }

    /** What the volume is that reads a snapshot. */
    static VolumeDescription described(Snapshot snapshot) {
        return new VolumeDescription(
                snapshot.id(),
                snapshot.fullName(),
                snapshot.geometry(),
                true,
                snapshot.naaLocallyAssigned(),
                snapshot.serialNumber(),
                snapshot.createdWallMillis());
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
            volume.layers().replace(next);
        }
    }
}
