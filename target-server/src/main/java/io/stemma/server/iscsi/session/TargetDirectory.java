package io.stemma.server.iscsi.session;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The targets and portals that initiators can find. Readers see an immutable snapshot; changes are
 * rare and locked. Any thread.
 */
public final class TargetDirectory {
    private volatile Snapshot snapshot = new Snapshot(Map.of(), List.of());

    /**
     * @param targets by name
     * @param portals where initiators reach us, each with its portal group tag
     */
    private record Snapshot(Map<String, TargetNode> targets, List<Portal> portals) {}

    /** The target of that normalized name, or null. */
    public @Nullable TargetNode target(String name) {
        return snapshot.targets.get(name);
    }

    /** All targets in the order of their names. */
    public List<TargetNode> targets() {
        return List.copyOf(snapshot.targets.values());
    }

    /** All portals. */
    public List<Portal> portals() {
        return snapshot.portals;
    }

    /** Adds or replaces a target. */
    public synchronized void put(TargetNode target) {
        TreeMap<String, TargetNode> targets = new TreeMap<>(snapshot.targets);
        targets.put(target.name(), target);
        snapshot = new Snapshot(targets, snapshot.portals);
    }

    /** Removes a target; sessions that use it have to be closed by whoever removes it. */
    public synchronized void remove(String name) {
        TreeMap<String, TargetNode> targets = new TreeMap<>(snapshot.targets);
        targets.remove(name);
        snapshot = new Snapshot(targets, snapshot.portals);
    }

    /** Sets the portals. */
    public synchronized void portals(List<Portal> portals) {
        snapshot = new Snapshot(snapshot.targets, List.copyOf(portals));
    }
}
