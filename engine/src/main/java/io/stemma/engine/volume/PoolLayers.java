package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.io.BlockFile;
import io.stemma.engine.io.Folder;
import io.stemma.engine.journal.Journal;
import io.stemma.engine.layer.Layer;
import io.stemma.engine.layer.OwnerCache;
import io.stemma.engine.layer.PresenceMap;
import io.stemma.engine.runtime.Limits;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * All layers of a pool and who reads them. It is changed by whoever has the {@link Turn}; any
 * thread looks. A layer goes when the journal needs it no more and everybody who may still read it
 * has ended.
 */
final class PoolLayers {
    private static final Logger LOG = LoggerFactory.getLogger(PoolLayers.class);

    private final Folder folder;
    private final Journal journal;
    private final BackendThreads threads;
    private final Turn turn;
    private final OwnerCache owners = new OwnerCache();
    private final Map<Integer, Layer> layers = new ConcurrentHashMap<>();

    private final NamedLayers names = new NamedLayers();

    /** Volumes and opened snapshots. */
    private final Set<FileVolume> readers = ConcurrentHashMap.newKeySet();

    /** Layers whose map is the journal's own object. */
    private final Set<Layer> adopted = ConcurrentHashMap.newKeySet();

    PoolLayers(Folder folder, Journal journal, BackendThreads threads) {
        this.folder = folder;
        this.journal = journal;
        this.threads = threads;
        turn = new Turn(threads, folder.path());
    }

    Turn turn() {
        return turn;
    }

    /** The layers that have names. */
    NamedLayers names() {
        return names;
    }

    OwnerCache owners() {
        return owners;
    }

    Layer layer(int key) {
        Layer layer = layers.get(key);
        if (layer == null) {
            throw new IllegalStateException("there is no layer " + key);
        }
        return layer;
    }

    Collection<Layer> layers() {
        return layers.values();
    }

    void add(Layer layer) {
        layers.put(layer.key(), layer);
    }

    /** Layers directly over another. */
    List<Layer> children(Layer parent) {
        List<Layer> children = new ArrayList<>();
        for (Layer layer : layers.values()) {
            Layer.Below below = layer.below();
            if (below != null && below.parent() == parent) {
                children.add(layer);
            }
        }
        return children;
    }

    void read(FileVolume reader) {
        readers.add(reader);
    }

    void readNoMore(FileVolume reader) {
        readers.remove(reader);
    }

    Collection<FileVolume> readers() {
        return readers;
    }

    /** Waits until all requests have ended that may have looked at a map before this call. */
    void drainReaders() throws DeviceException {
        List<Completion> all = new ArrayList<>();
        for (FileVolume reader : readers) {
            Completion quiet = new Completion();
            reader.admission().epochs().drain(() -> quiet.complete(null));
            all.add(quiet);
        }
        for (Completion quiet : all) {
            quiet.await(threads);
        }
    }

    /**
     * The journal works on the map of a frozen layer from now on, if no record of its blocks waits
     * for a barrier.
     *
     * @return whether it does
     */
    boolean adopt(Layer frozen) {
        if (adopted.contains(frozen)) {
            return true;
        }
        if (!frozen.sealed() || !journal.settled(frozen.key())) {
            return false;
        }
        journal.adopt(frozen.key(), frozen.presence());
        adopted.add(frozen);
        return true;
    }

    /** The map of a frozen layer came from the journal. */
    void adoptedAlready(Layer frozen) {
        adopted.add(frozen);
    }

    boolean isAdopted(Layer layer) {
        return adopted.contains(layer);
    }

    /**
     * Makes layers with durable files, each over another and of which it sees all; the journal does
     * not know them yet.
     */
    List<Layer> make(List<Layer.Below> below, List<Long> blockCounts) throws DeviceException {
        List<Layer> made = new ArrayList<>();
        try {
            for (int i = 0; i < blockCounts.size(); i++) {
                Layer layer = make(blockCounts.get(i));
                if (i < below.size()) {
                    layer.below(below.get(i));
                }
                made.add(layer);
            }
            for (Layer layer : made) {
                layer.file().dataSync();
            }
            folder.sync();
            return made;
        } catch (IOException failed) {
            made.forEach(this::discard);
            throw failed instanceof DeviceException named
                    ? named
                    : new DeviceException(
                            VolumeChanges.fault("creation of layers", folder.path(), failed));
        }
    }

    private Layer make(long blockCount) throws DeviceException {
        int key = journal.nextLayerKey();
        String name = Layer.fileName(key);
        long bytes = blockCount * Limits.LAYER_BLOCK_BYTES;
        BlockFile file;
        try {
            file = folder.create(name, bytes);
        } catch (IOException failed) {
            String where = folder.path() + "/" + name;
            throw new DeviceException(
                    VolumeChanges.fault(
                            "creation of a file of " + bytes + " bytes", where, failed));
        }
        return new Layer(key, file, new PresenceMap(blockCount), owners);
    }

    /** Makes one layer over nothing. */
    Layer makeFirst(long blockCount) throws DeviceException {
        return make(List.of(), List.of(blockCount)).getFirst();
    }

    /**
     * A record of new layers was refused: they go, unless it may be on the disk all the same; then
     * the next start decides.
     */
    void notRecorded(List<Layer> made, DeviceFault fault) {
        if (fault.kind() == DeviceFault.Kind.OFFLINE) {
            for (Layer layer : made) {
                close(layer);
            }
        } else {
            made.forEach(this::discard);
        }
    }

    /** Layers that no record speaks of go again. */
    void discard(List<Layer> made) {
        made.forEach(this::discard);
    }

    private void discard(Layer layer) {
        close(layer);
        try {
            folder.unlink(Layer.fileName(layer.key()));
        } catch (IOException failed) {
            // It belongs to nothing: the next start removes it.
            LOG.warn("Layer {} is left behind: {}", layer.key(), failed.toString());
        }
    }

    private static void close(Layer layer) {
        try {
            layer.file().close();
        } catch (IOException failed) {
            LOG.warn("Layer {} was not closed: {}", layer.key(), failed.toString());
        }
    }

    /** Lets go of all layers that the journal needs no more. The caller has the turn. */
    void dropGone() throws DeviceException {
        // In this order: what is put there meanwhile is needed.
        List<Layer> all = List.copyOf(layers.values());
        Set<Integer> needed = journal.layers();
        List<Layer> gone = new ArrayList<>();
        for (Layer layer : all) {
            if (!needed.contains(layer.key())) {
                gone.add(layer);
            }
        }
        if (gone.isEmpty()) {
            return;
        }
        for (Layer layer : gone) {
            layers.remove(layer.key());
            adopted.remove(layer);
            owners.forget(layer);
            // What it held is durable elsewhere, or needed by nobody.
            readers.forEach(reader -> reader.layers().synced(layer));
        }
        drainReaders();
        gone.forEach(this::discard);
        try {
            folder.sync();
        } catch (IOException failed) {
            throw new DeviceException(
                    VolumeChanges.fault("removal of layers", folder.path(), failed));
        }
    }

    /** Closes all files; those with unsynced bytes stay open, or a failed sync would be missed. */
    void close(Set<Layer> unsynced) throws IOException {
        Set<Layer> all = new HashSet<>(layers.values());
        all.removeAll(unsynced);
        for (Layer layer : all) {
            layer.file().close();
        }
    }
}
