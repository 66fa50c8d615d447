package io.stemma.engine.journal;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.io.Folder;
import io.stemma.engine.io.SimulatedCrash;
import io.stemma.engine.io.SimulatedDisk;
import io.stemma.engine.journal.PoolState.VolumeState;
import io.stemma.engine.journal.SmallJournals.Outcome;
import io.stemma.engine.journal.SmallJournals.Synced;
import io.stemma.engine.journal.StructuralRecord.RegistryPut;
import io.stemma.engine.journal.StructuralRecord.VolumeDeleted;
import io.stemma.engine.journal.StructuralRecord.VolumeRenamed;
import io.stemma.engine.journal.StructuralRecord.VolumeResized;
import io.stemma.engine.layer.BlockState;
import io.stemma.engine.layer.PresenceMap;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * One random program against a journal on a simulated disk: it crashes, recovers (and crashes in
 * that too), is compared with the model, goes on, crashes again. Everything follows from seed and
 * cut.
 */
final class JournalCrashes {
    private static final int STEPS = 40;
    private static final int LIVES = 3;

    private final Random random;
    private final SimulatedDisk disk;
    private final Mutation[] mutations;
    private final Map<Integer, VolumeModel> volumes = new TreeMap<>();
    private final Map<Integer, VolumeModel> creating = new TreeMap<>();
    private final Map<String, Integer> registry = new TreeMap<>();
    private final IntentModel intents = new IntentModel();
    private @Nullable Integer deleting;
    private @Nullable String putting;
    private int puttingValue;

    private JournalCrashes(long seed, Mutation... mutations) {
        random = new Random(seed);
        disk = new SimulatedDisk(seed);
        this.mutations = mutations;
    }

    /** Operations that the first life of this seed's program does when nothing cuts it. */
    static long operations(long seed) throws DeviceException {
        JournalCrashes whole = new JournalCrashes(seed);
        whole.live(whole.open(whole.disk.folder()));
        return whole.disk.operations();
    }

    /**
     * Runs a program whose first life is cut at an operation.
     *
     * @return what is wrong with a recovered state; null if nothing is
     */
    static @Nullable String run(long seed, long cut, Mutation... mutations) {
        JournalCrashes crashes = new JournalCrashes(seed, mutations);
        try {
            return crashes.run(cut);
        } catch (DeviceException e) {
            return "seed %d cut %d: %s".formatted(seed, cut, e);
        } catch (RuntimeException e) {
            return "seed %d cut %d: %s".formatted(seed, cut, e);
        }
    }

    private Journal open(Folder folder) throws DeviceException {
        return SmallJournals.open(folder, SmallJournals.SHAPE, mutations);
    }

    private @Nullable String run(long cut) throws DeviceException {
        disk.crashAtOperation(cut);
        try {
            live(open(disk.folder()));
        } catch (SimulatedCrash crash) {
            // As ordered.
        }
        random.setSeed(random.nextLong() ^ cut);
        for (int life = 1; life <= LIVES; life++) {
            String wrong = recoverAndLive();
            if (wrong != null) {
                return "cut %d life %d: %s".formatted(cut, life, wrong);
            }
        }
        return null;
    }

    private @Nullable String recoverAndLive() throws DeviceException {
        boolean cacheSurvived = true;
        Journal journal = null;
        for (int tries = 0; journal == null; tries++) {
            boolean sameBoot = random.nextBoolean();
            cacheSurvived &= sameBoot;
            Folder folder = disk.restart(sameBoot);
            if (tries < 3 && random.nextInt(3) == 0) {
                disk.crashAtOperation(disk.operations() + 1 + random.nextInt(25));
            }
            try {
                journal = open(folder);
                disk.crashAtOperation(Long.MAX_VALUE);
            } catch (SimulatedCrash crash) {
                // Once more.
            }
        }
        String wrong = compare(journal, cacheSurvived);
        if (wrong != null) {
            return wrong + " after " + (cacheSurvived ? "a kill" : "lost power");
        }
        disk.crashAtOperation(disk.operations() + 1 + random.nextInt(60));
        try {
            live(journal);
        } catch (SimulatedCrash crash) {
            // As ordered.
        }
        return null;
    }

    private @Nullable String compare(Journal journal, boolean cacheSurvived) {
        if (!journal.state().whole()) {
            return "the journal calls itself damaged";
        }
        Map<Integer, VolumeState> found = new TreeMap<>();
        for (VolumeState volume : journal.state().volumes()) {
            found.put(volume.description().volumeKey(), volume);
        }
        creating.forEach(
                (key, model) -> {
                    if (found.containsKey(key)) {
                        volumes.put(key, model);
                    }
                });
        creating.clear();
        if (deleting != null && !found.containsKey(deleting)) {
            volumes.remove(deleting);
        }
        deleting = null;
        if (!found.keySet().equals(volumes.keySet())) {
            return "volumes %s instead of %s".formatted(found.keySet(), volumes.keySet());
        }
        for (VolumeState volume : found.values()) {
            VolumeModel model = volumes.get(volume.description().volumeKey());
            PresenceMap map = journal.state().head(volume).presence();
            if (model != null && !model.accepts(map, cacheSurvived)) {
                return "map %s does not fit %s".formatted(VolumeModel.text(map), model);
            }
        }
        String wrong = intents.compare(journal, volumes.keySet());
        if (wrong != null) {
            return wrong;
        }
        return compareRegistry(journal.state().registry());
    }

    private @Nullable String compareRegistry(Map<String, byte[]> entries) {
        Map<String, Integer> found = new TreeMap<>();
        entries.forEach((key, value) -> found.put(key, (int) value[0]));
        String tried = putting;
        putting = null;
        if (found.equals(registry)) {
            return null;
        }
        if (tried != null) {
            registry.put(tried, puttingValue);
        }
        return found.equals(registry) ? null : "registry %s not %s".formatted(found, registry);
    }

    private void live(Journal journal) throws DeviceException {
        for (int step = 0; step < STEPS; step++) {
            int choice = random.nextInt(24);
            if (volumes.isEmpty() || (choice == 0 && volumes.size() < 3)) {
                create(journal);
                continue;
            }
            Integer[] keys = volumes.keySet().toArray(new Integer[0]);
            int key = keys[random.nextInt(keys.length)];
            VolumeModel model = volumes.get(key);
            if (model == null) {
                continue;
            }
            switch (choice) {
                case 1 -> resize(journal, key, model);
                case 2 -> delete(journal, key);
                case 3 -> put(journal);
                case 4 -> journal.commit(new VolumeRenamed(key, "n" + step));
                case 5, 6 -> publish(journal, key, model, true);
                case 7, 8, 9 -> flush(journal, key, model);
                case 20, 21 -> openIntent(journal, key, model);
                case 22, 23 -> closeIntent(journal, key, model);
                default -> publish(journal, key, model, false);
            }
        }
    }

    private void create(Journal journal) throws DeviceException {
        int key = journal.nextVolumeKey();
        int blocks = 4 + random.nextInt(12);
        creating.put(key, new VolumeModel(blocks));
        journal.commit(SmallJournals.volume(key, "v" + key, blocks));
        VolumeModel model = creating.remove(key);
        if (model != null) {
            volumes.put(key, model);
        }
    }

    private void delete(Journal journal, int key) throws DeviceException {
        deleting = key;
        journal.commit(new VolumeDeleted(key));
        deleting = null;
        volumes.remove(key);
        intents.keepOnly(volumes.keySet());
    }

    private void openIntent(Journal journal, int key, VolumeModel model) throws DeviceException {
        if (!intents.isFull()) {
            intents.open(journal, key, random);
        } else {
            closeIntent(journal, key, model);
        }
    }

    private void closeIntent(Journal journal, int key, VolumeModel model) throws DeviceException {
        Long number = intents.openOf(key);
        if (number == null) {
            return;
        }
        int first = random.nextInt(model.blocks());
        int count = random.nextInt(model.blocks() - first + 1);
        model.trying(first, count, BlockState.DATA, true);
        intents.close(journal, key, number, first, count);
        model.answered();
    }

    private void put(Journal journal) throws DeviceException {
        String key = "k" + random.nextInt(3);
        puttingValue = random.nextInt(100);
        putting = key;
        byte[] value = new byte[100];
        value[0] = (byte) puttingValue;
        journal.commit(new RegistryPut(key, value));
        putting = null;
        registry.put(key, puttingValue);
    }

    private void resize(Journal journal, int key, VolumeModel model) throws DeviceException {
        int blocks = 4 + random.nextInt(12);
        model.tryingSize(blocks);
        journal.commit(new VolumeResized(key, blocks));
        model.answered();
    }

    private void publish(Journal journal, int key, VolumeModel model, boolean durable) {
        int first = random.nextInt(model.blocks());
        int count = durable ? 1 : 1 + random.nextInt(model.blocks() - first);
        BlockState state = BlockState.ofBits(random.nextInt(3));
        model.trying(first, count, state, durable);
        Outcome outcome = new Outcome();
        journal.publish(outcome.prepare(key, key, first, count, state, durable));
        if (!outcome.ended || outcome.fault != null) {
            throw new IllegalStateException("a record was not answered: " + outcome.fault);
        }
        model.answered();
    }

    private void flush(Journal journal, int key, VolumeModel model) {
        long upTo = journal.lastPublished(key);
        int steps = model.steps();
        if (random.nextInt(3) == 0) {
            // A write that ends while the layers are being synced.
            publish(journal, key, model, false);
        }
        model.tryingBarrier(steps);
        Synced synced = new Synced();
        journal.barrier(key, upTo, synced);
        if (!synced.ended || synced.fault != null) {
            throw new IllegalStateException("a barrier was not answered: " + synced.fault);
        }
        model.barrierAnswered(steps);
    }
}
