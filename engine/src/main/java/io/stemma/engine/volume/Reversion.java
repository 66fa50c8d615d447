package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.Geometry;
import io.stemma.engine.journal.TreeRecord.VolumeReverted;
import io.stemma.engine.layer.Layer;

import java.util.List;

/**
 * A volume becomes what a snapshot is: behind a closed gate it gets a new head over the snapshot's
 * layer. The caller has the turn and the volume.
 */
final class Reversion {
    private Reversion() {}

    static void run(FileVolume volume, NamedLayer to) throws DeviceException {
        PoolLayers tree = volume.pool().layers();
        Geometry geometry = to.snapshot().geometry();
        long blocks = Layer.blocksFor(geometry.sizeBytes());
        List<Layer> made = tree.make(List.of(new Layer.Below(to.layer(), blocks)), List.of(blocks));
        Layer head = made.getFirst();
        VolumeChanges.closeGate(volume);
        try {
            flushOrDiscard(volume, made);
            commit(volume, to, made);
            tree.add(head);
            tellTap(volume, to.layer(), geometry);
            volume.punches().clear();
            volume.layers().replace(head);
            VolumeChanges.become(volume, geometry);
            // Before the first command that reads what is there now.
            volume.listeners().contentChanged();
        } finally {
            volume.admission().openGate();
        }
    }

    /** What is unsynced in the old head must not count as unsynced of the new one. */
    private static void flushOrDiscard(FileVolume volume, List<Layer> made) throws DeviceException {
        boolean flushed = false;
        try {
            ControlFlush.run(volume);
            flushed = true;
        } finally {
            if (!flushed) {
                volume.pool().layers().discard(made);
            }
        }
    }

    private static void commit(FileVolume volume, NamedLayer to, List<Layer> made)
            throws DeviceException {
        try {
            int head = made.getFirst().key();
            volume.pool().journal().commit(new VolumeReverted(volume.key(), head, to.key()));
        } catch (DeviceException failed) {
            volume.pool().layers().notRecorded(made, failed.fault());
            throw failed;
        }
    }

    private static void tellTap(FileVolume volume, Layer to, Geometry geometry) {
        WriteTap tap = volume.admission().tap();
        if (tap == null) {
            return;
        }
        LayerDifference.between(
                volume.layer(),
                to,
                volume.logicalBlockBytes(),
                geometry.blockCount(),
                (first, count, data) -> tap.replaced(first, count));
    }
}
