package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceException;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Snapshots of one instant in the making: after a crash all of them are there or none, and each is
 * exactly what its volume had been answered at the instant, with or without each block of what was
 * under way then.
 */
final class CrashSet implements CrashModel.Attempt {
    private final CrashModel model;
    private final String name;
    private final List<OraclePoint> members;
    private final List<CrashChanges.Change> across;
    private final List<int[]> instants = new ArrayList<>();

    /** Place of the version of each sector that was answered last, by member. */
    private final List<int[]> places = new ArrayList<>();

    /** The instant is now. */
    CrashSet(
            CrashModel model,
            String name,
            List<OraclePoint> members,
            List<CrashChanges.Change> underWay) {
        this.model = model;
        this.name = name;
        this.members = List.copyOf(members);
        across = List.copyOf(underWay);
        for (OraclePoint member : members) {
            instants.add(member.stamps.clone());
            places.add(model.sectors(member).flushing());
        }
    }

    private List<Snapshot> made() {
        return model.world.store.points().snapshots().stream()
                .filter(s -> s.name().equals(name))
                .toList();
    }

    @Override
    public boolean shows() {
        return !made().isEmpty();
    }

    @Override
    public void happened() throws DeviceException {
        Map<OraclePoint, Snapshot> made = new HashMap<>();
        for (OraclePoint member : members) {
            made.put(member, made(member));
        }
        // A crash that comes while these are read must find the model as it was.
        Map<CrashChanges.Change, int[]> found = new HashMap<>();
        for (CrashChanges.Change change : across) {
            OraclePoint member = change.volume;
            Volume opened =
                    model.world.store.points().open(Objects.requireNonNull(made.get(member)));
            found.put(change, model.read(member, opened, change.first, change.count));
        }
        for (int i = 0; i < members.size(); i++) {
            OraclePoint member = members.get(i);
            OraclePoint snapshot =
                    member.snapshot(
                            name, instants.get(i), Objects.requireNonNull(made.get(member)).id());
            model.world.snapshots.add(snapshot);
            model.sectors(member).flushed(places.get(i));
            for (CrashChanges.Change change : across) {
                if (change.volume == member) {
                    settle(
                            snapshot,
                            change,
                            Objects.requireNonNull(found.get(change)),
                            places.get(i));
                }
            }
        }
    }

    private Snapshot made(OraclePoint member) {
        return made().stream()
                .filter(s -> s.originName().equals(member.name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new AssertionError(
                                        "%s has no snapshot %s, others have"
                                                .formatted(member, name)));
    }

    private void settle(
            OraclePoint snapshot, CrashChanges.Change change, int[] found, int[] answered) {
        for (int i = 0; i < found.length; i++) {
            int sector = change.first + i;
            if (found[i] == change.version && found[i] != snapshot.stamps[sector]) {
                snapshot.stamps[sector] = found[i];
                model.sectors(change.volume).durableAfter(sector, answered[sector], change.version);
            }
        }
    }
}
