package io.stemma.engine.journal;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.journal.SmallJournals.Outcome;
import io.stemma.engine.journal.SmallJournals.Synced;
import io.stemma.engine.journal.StructuralRecord.VolumeCreated;
import io.stemma.engine.journal.StructuralRecord.VolumeDeleted;
import io.stemma.engine.journal.StructuralRecord.VolumeRenamed;
import io.stemma.engine.journal.StructuralRecord.VolumeResized;
import io.stemma.engine.journal.TreeRecord.EdgeClosed;
import io.stemma.engine.journal.TreeRecord.HeadJoined;
import io.stemma.engine.journal.TreeRecord.HeadSplit;
import io.stemma.engine.journal.TreeRecord.LayerHydrated;
import io.stemma.engine.journal.TreeRecord.LayerMerged;
import io.stemma.engine.journal.TreeRecord.LayerTrimmed;
import io.stemma.engine.journal.TreeRecord.Member;
import io.stemma.engine.journal.TreeRecord.ParentCut;
import io.stemma.engine.journal.TreeRecord.SnapshotAdopted;
import io.stemma.engine.journal.TreeRecord.SnapshotDeleted;
import io.stemma.engine.journal.TreeRecord.SnapshotHeld;
import io.stemma.engine.journal.TreeRecord.SnapshotNamed;
import io.stemma.engine.journal.TreeRecord.SnapshotRenamed;
import io.stemma.engine.journal.TreeRecord.VolumeCloned;
import io.stemma.engine.journal.TreeRecord.VolumeReverted;
import io.stemma.engine.layer.BlockState;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * What an engine may ask of a journal, at random, with every world that the journal may have made
 * of it. A call that was cut happened or not, and that may not show before a later crash.
 */
final class TreeProgram {
    private static final int STEPS = 50;
    private static final int VOLUMES_MAX = 3;
    private static final int SNAPSHOTS_MAX = 6;

    /** A call of the journal. */
    private interface Call {
        void run() throws DeviceException;
    }

    private final Random random;
    private List<TreeWorld> worlds = new ArrayList<>(List.of(new TreeWorld()));
    private List<TreeWorld> trying = List.of();

    /** Volumes in the middle of a cut, with the layer that is to be frozen. */
    private final Map<Integer, Integer> cutting = new TreeMap<>();

    private long number;
    private int names;

    TreeProgram(Random random) {
        this.random = random;
    }

    /** All worlds look the same from outside. */
    private TreeWorld world() {
        return worlds.getFirst();
    }

    private void attempt(Consumer<TreeWorld> effect, Call call) throws DeviceException {
        List<TreeWorld> after = worlds.stream().map(TreeWorld::copy).toList();
        after.forEach(effect);
        trying = after;
        call.run();
        worlds = after;
        trying = List.of();
    }

    private void commit(Journal journal, StructuralRecord record, Consumer<TreeWorld> effect)
            throws DeviceException {
        attempt(effect, () -> journal.commit(record));
    }

    /** What is wrong with what a journal found, null if nothing is; goes on from it. */
    @Nullable String recovered(PoolState state, boolean cacheSurvived) {
        Map<String, TreeWorld> possible = new LinkedHashMap<>();
        List<TreeWorld> all = new ArrayList<>(worlds);
        all.addAll(trying);
        String found = TreeWorld.found(state);
        StringBuilder wrong = new StringBuilder("found\n" + found);
        for (TreeWorld world : all) {
            if (!cacheSurvived) {
                world.losePower();
            }
            if (world.found().equals(found)) {
                possible.put(world.all(), world);
            }
            wrong.append("allowed\n").append(world.found());
        }
        worlds = new ArrayList<>(possible.values());
        trying = List.of();
        cutting.clear();
        return possible.isEmpty() ? wrong.toString() : null;
    }

    void live(Journal journal) throws DeviceException {
        for (int step = 0; step < STEPS; step++) {
            int choice = random.nextInt(42);
            int volumes = world().volumes.size();
            if (volumes == 0 || (choice == 0 && volumes < VOLUMES_MAX)) {
                create(journal);
            } else if (choice < 16) {
                blocks(journal, choice, any(world().volumes));
            } else if (choice < 24) {
                cut(journal, choice, any(world().volumes));
            } else if (choice < 30 && !world().snapshots.isEmpty()) {
                snapshot(journal, choice, any(world().snapshots));
            } else {
                layer(journal, choice, any(world().layers));
            }
        }
    }

    private int any(Map<Integer, ?> map) {
        Integer[] keys = map.keySet().toArray(Integer[]::new);
        return keys[random.nextInt(keys.length)];
    }

    private void create(Journal journal) throws DeviceException {
        int key = journal.nextVolumeKey();
        int layer = journal.nextLayerKey();
        int blocks = 4 + random.nextInt(12);
        VolumeCreated created = SmallJournals.volume(key, "v" + key, blocks).over(layer);
        commit(journal, created, w -> w.create(key, layer, "v" + key, blocks));
    }

    private void blocks(Journal journal, int choice, int volume) throws DeviceException {
        switch (choice) {
            case 1 -> {
                if (!cutting.containsKey(volume)) {
                    int blocks = 4 + random.nextInt(12);
                    commit(
                            journal,
                            new VolumeResized(volume, blocks),
                            w -> w.resize(volume, blocks));
                }
            }
            case 2 -> {
                if (random.nextInt(3) == 0) {
                    cutting.remove(volume);
                    commit(journal, new VolumeDeleted(volume), w -> w.delete(volume));
                }
            }
            case 3 -> {
                String name = "n" + names++;
                commit(journal, new VolumeRenamed(volume, name), w -> w.rename(volume, name));
            }
            case 4, 5 -> publish(journal, volume, true);
            case 6 -> atomic(journal, volume);
            case 7, 8 -> flush(journal, volume);
            default -> publish(journal, volume, false);
        }
    }

    /** Usually the head; in the middle of a cut, writes of before go on in the other layer. */
    private int written(int volume) {
        Integer old = cutting.get(volume);
        return old != null && random.nextBoolean() ? old : world().volume(volume).head();
    }

    private void publish(Journal journal, int volume, boolean durable) throws DeviceException {
        int layer = written(volume);
        int blocks = world().layer(layer).blocks.length;
        int first = random.nextInt(blocks);
        int count = durable ? 1 : 1 + random.nextInt(blocks - first);
        BlockState state = BlockState.ofBits(random.nextInt(3));
        TreeWorld.Pending record =
                new TreeWorld.Pending(++number, layer, first, count, state, durable);
        Outcome outcome = new Outcome();
        attempt(
                w -> w.publish(volume, record),
                () ->
                        journal.publish(
                                outcome.prepare(volume, layer, first, count, state, durable)));
        if (!outcome.ended || outcome.fault != null) {
            throw new IllegalStateException("a record was not answered: " + outcome.fault);
        }
    }

    private void atomic(Journal journal, int volume) throws DeviceException {
        int layer = written(volume);
        int first = random.nextInt(world().layer(layer).blocks.length);
        TreeWorld.Pending record =
                new TreeWorld.Pending(++number, layer, first, 1, BlockState.DATA, true);
        attempt(
                w -> w.publish(volume, record),
                () -> journal.intents().close(volume, layer, number, first, 1));
    }

    private void flush(Journal journal, int volume) throws DeviceException {
        long upTo = journal.lastPublished(volume);
        long mark = number;
        if (random.nextInt(3) == 0) {
            publish(journal, volume, false);
        }
        barrier(journal, volume, upTo, mark);
    }

    private void barrier(Journal journal, int volume, long upTo, long mark) throws DeviceException {
        Synced synced = new Synced();
        attempt(w -> w.barrier(volume, mark), () -> journal.barrier(volume, upTo, synced));
        if (!synced.ended || synced.fault != null) {
            throw new IllegalStateException("a barrier was not answered: " + synced.fault);
        }
    }

    private void flushAll(Journal journal) throws DeviceException {
        for (int volume : List.copyOf(world().volumes.keySet())) {
            barrier(journal, volume, journal.lastPublished(volume), number);
        }
    }

    private void cut(Journal journal, int choice, int volume) throws DeviceException {
        if (!cutting.containsKey(volume)) {
            if (choice < 21) {
                int head = world().volume(volume).head();
                int layer = journal.nextLayerKey();
                cutting.put(volume, head);
                commit(journal, new HeadSplit(volume, layer), w -> w.split(volume, layer));
            }
        } else if (choice == 23 && headIsUntouched(volume)) {
            cutting.remove(volume);
            commit(journal, new HeadJoined(volume), w -> w.join(volume));
        } else if (world().snapshots.size() < SNAPSHOTS_MAX) {
            name(journal);
        }
    }

    private boolean headIsUntouched(int volume) {
        int head = world().volume(volume).head();
        String map = TreeWorld.map(world().mapOf(head));
        return worlds.stream().allMatch(w -> w.settled(head)) && map.matches("\\.*");
    }

    /** Everything in the middle of a cut gets its name. */
    private void name(Journal journal) throws DeviceException {
        flushAll(journal);
        List<Member> members = new ArrayList<>();
        for (Map.Entry<Integer, Integer> entry : cutting.entrySet()) {
            int key = journal.nextSnapshotKey();
            long blocks = world().volume(entry.getKey()).blocks();
            UUID id = new UUID(2, key);
            members.add(
                    new Member(entry.getKey(), key, id, entry.getValue(), blocks, key, "s" + key));
        }
        String name = "s" + names++;
        cutting.clear();
        commit(
                journal,
                new SnapshotNamed(new UUID(3, names), name, names, members),
                w -> members.forEach(member -> named(w, member, name)));
    }

    private static void named(TreeWorld w, Member member, String name) {
        TreeWorld.Volume origin = w.volume(member.volumeKey());
        w.snapshots.put(
                member.snapshotKey(),
                new TreeWorld.Snapshot(
                        member.volumeKey(),
                        name,
                        origin.name(),
                        member.layerKey(),
                        origin.blocks(),
                        ""));
    }

    private void snapshot(Journal journal, int choice, int key) throws DeviceException {
        TreeWorld.Snapshot s = world().snapshot(key);
        int volume = any(world().volumes);
        switch (choice) {
            case 24 -> {
                String name = "r" + names++;
                changed(
                        journal,
                        new SnapshotRenamed(key, name),
                        key,
                        new TreeWorld.Snapshot(
                                s.volume(), name, s.origin(), s.layer(), s.blocks(), s.holds()));
            }
            case 25 -> {
                boolean held = s.holds().isEmpty();
                changed(
                        journal,
                        new SnapshotHeld(key, "tag", held),
                        key,
                        new TreeWorld.Snapshot(
                                s.volume(),
                                s.name(),
                                s.origin(),
                                s.layer(),
                                s.blocks(),
                                held ? "tag" : ""));
            }
            case 26 ->
                    changed(
                            journal,
                            new SnapshotAdopted(key, volume),
                            key,
                            new TreeWorld.Snapshot(
                                    volume,
                                    s.name(),
                                    world().volume(volume).name(),
                                    s.layer(),
                                    s.blocks(),
                                    s.holds()));
            case 27 -> clone(journal, key, s.blocks());
            case 28 -> {
                int layer = journal.nextLayerKey();
                cutting.remove(volume);
                commit(
                        journal,
                        new VolumeReverted(volume, layer, key),
                        w -> w.revert(volume, layer, key));
            }
            default ->
                    commit(
                            journal,
                            new SnapshotDeleted(key),
                            w -> {
                                w.snapshots.remove(key);
                                w.dropUnneeded();
                            });
        }
    }

    private void changed(Journal journal, TreeRecord record, int key, TreeWorld.Snapshot to)
            throws DeviceException {
        commit(journal, record, w -> w.snapshots.put(key, to));
    }

    private void clone(Journal journal, int snapshot, int blocks) throws DeviceException {
        if (world().volumes.size() == VOLUMES_MAX) {
            return;
        }
        int key = journal.nextVolumeKey();
        int layer = journal.nextLayerKey();
        VolumeCreated created = SmallJournals.volume(key, "c" + key, blocks).over(layer);
        commit(
                journal,
                new VolumeCloned(created, snapshot),
                w -> w.clone(key, layer, "c" + key, snapshot));
    }

    private void layer(Journal journal, int choice, int key) throws DeviceException {
        int parent = world().layer(key).parent;
        boolean frozen = !world().isHead(key) && !cutting.containsValue(key);
        if (frozen && worlds.size() == 1 && world().settled(key)) {
            journal.adopt(key, world().mapOf(key));
        }
        if (parent == 0 || cutting.containsValue(parent) || cutting.containsValue(key)) {
            return;
        }
        flushAll(journal);
        int blocks = world().layer(key).blocks.length;
        int half = random.nextInt(blocks + 1);
        if (choice == 30) {
            hydrate(journal, key, half, blocks);
        } else if (world().users(parent) == 1 && choice == 31) {
            commit(journal, new LayerTrimmed(parent, half, 4), w -> w.trim(parent, half, 4));
        } else if (world().users(parent) == 1) {
            boolean intoChild = !frozen || random.nextBoolean();
            merge(journal, key, intoChild, 0, half);
            if (random.nextInt(3) > 0) {
                merge(journal, key, intoChild, half, blocks - half);
                commit(journal, new EdgeClosed(key, intoChild), w -> w.close(key, intoChild));
            }
        }
    }

    private void merge(Journal journal, int key, boolean intoChild, int first, int count)
            throws DeviceException {
        commit(
                journal,
                new LayerMerged(key, intoChild, first, count),
                w -> w.merge(key, intoChild, first, count));
    }

    private void hydrate(Journal journal, int key, int half, int blocks) throws DeviceException {
        commit(journal, new LayerHydrated(key, 0, half), w -> w.hydrate(key, 0, half));
        if (random.nextBoolean()) {
            commit(
                    journal,
                    new LayerHydrated(key, half, blocks),
                    w -> w.hydrate(key, half, blocks));
            commit(journal, new ParentCut(key), w -> w.cutParent(key));
        }
    }
}
