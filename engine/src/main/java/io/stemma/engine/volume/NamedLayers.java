package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.Geometry;
import io.stemma.engine.journal.SnapshotState;
import io.stemma.engine.layer.Layer;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The snapshots of a pool, found by identity, by layer and by name. Any thread looks; it is changed
 * by whoever has the turn of the tree.
 */
final class NamedLayers {
    private final Map<VolumeId, NamedLayer> byId = new ConcurrentHashMap<>();
    private final Map<Layer, NamedLayer> byLayer = new ConcurrentHashMap<>();

    /** Takes over what the journal knows. */
    void recovered(Collection<SnapshotState> states, PoolLayers layers) {
        for (SnapshotState state : states) {
            Geometry geometry =
                    new Geometry(
                            state.blockCount(),
                            state.logicalBlockBytes(),
                            state.physicalBlockBytes());
            Snapshot snapshot =
                    new Snapshot(
                            new VolumeId(state.id()),
                            state.setId(),
                            new VolumeId(state.originId()),
                            state.originName(),
                            state.name(),
                            geometry,
                            state.naa(),
                            state.serial(),
                            state.createdWallMillis(),
                            state.holds());
            add(new NamedLayer(state.key(), layers.layer(state.layerKey()), snapshot));
        }
    }

    Collection<NamedLayer> all() {
        return byId.values();
    }

    int size() {
        return byId.size();
    }

    void add(NamedLayer one) {
        byId.put(one.snapshot().id(), one);
        byLayer.put(one.layer(), one);
    }

    void remove(NamedLayer one) {
        byId.remove(one.snapshot().id());
        byLayer.remove(one.layer());
    }

    /** A layer has the place of another one from now on, and its name if it has one. */
    void move(Layer from, Layer to) {
        NamedLayer one = byLayer.get(from);
        if (one != null) {
            // Who looks meanwhile finds it at one of them.
            byLayer.put(to, one);
            byLayer.remove(from);
            one.moveTo(to);
        }
    }

    /** Refuses all later reads of snapshots and waits for those under way. */
    void closeOpened(Failures failures) {
        for (NamedLayer one : byId.values()) {
            FileVolume open = one.opened();
            if (open != null) {
                failures.collect(() -> VolumeChanges.close(open));
            }
        }
    }

    boolean hasName(Layer layer) {
        return byLayer.containsKey(layer);
    }

    Optional<NamedLayer> find(VolumeId id) {
        return Optional.ofNullable(byId.get(id));
    }

    Optional<NamedLayer> find(String fullName) {
        return byId.values().stream()
                .filter(one -> one.snapshot().fullName().equals(fullName))
                .findAny();
    }

    NamedLayer existing(Snapshot snapshot) throws DeviceException {
        NamedLayer one = byId.get(snapshot.id());
        if (one == null) {
            throw new DeviceException(
                    DeviceFault.of(
                            DeviceFault.Kind.GONE,
                            "use of a snapshot that is not in the pool",
                            snapshot.fullName()));
        }
        return one;
    }

    List<Snapshot> ordered() {
        return byId.values().stream()
                .sorted(
                        Comparator.comparing((NamedLayer one) -> one.snapshot().originName())
                                .thenComparingLong(one -> one.snapshot().createdWallMillis())
                                .thenComparingInt(NamedLayer::key))
                .map(NamedLayer::snapshot)
                .toList();
    }

    /** Refuses a name that a snapshot of a volume has. */
    void checkUnused(VolumeId origin, String originName, String name) {
        for (NamedLayer one : byId.values()) {
            Snapshot snapshot = one.snapshot();
            if (snapshot.originId().equals(origin) && snapshot.name().equals(name)) {
                throw new IllegalArgumentException(
                        "volume \""
                                + originName
                                + "\" has a snapshot \""
                                + name
                                + "\" already: write another name, or delete that one first");
            }
        }
    }

    /** The snapshot that a layer lies over, the nearest one. */
    @Nullable NamedLayer parent(Layer layer) {
        for (Layer.Below at = layer.below(); at != null; at = at.parent().below()) {
            NamedLayer one = byLayer.get(at.parent());
            if (one != null) {
                return one;
            }
        }
        return null;
    }

    /** Snapshots of the volume that a clone branched off, down to where that one did. */
    List<NamedLayer> branchedOff(Layer head, VolumeId clone) {
        List<NamedLayer> found = new ArrayList<>();
        for (NamedLayer one = parent(head); one != null; one = parent(one.layer())) {
            VolumeId origin = one.snapshot().originId();
            if (origin.equals(clone)) {
                continue;
            }
            if (!found.isEmpty() && !found.getFirst().snapshot().originId().equals(origin)) {
                break;
            }
            found.add(one);
        }
        return found;
    }

    /** A volume has another name now. */
    void renamed(VolumeId origin, String name) {
        for (NamedLayer one : byId.values()) {
            if (one.snapshot().originId().equals(origin)) {
                one.belong(origin, name);
            }
        }
    }
}
