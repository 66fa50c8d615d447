package io.stemma.engine.journal;

import io.stemma.engine.io.MountIdentity;
import io.stemma.engine.journal.StructuralRecord.AtomicDone;
import io.stemma.engine.journal.StructuralRecord.AtomicIntent;
import io.stemma.engine.journal.StructuralRecord.CleanEnd;
import io.stemma.engine.journal.StructuralRecord.PoolCreated;
import io.stemma.engine.journal.StructuralRecord.RegistryPut;
import io.stemma.engine.journal.StructuralRecord.RegistryRemoved;
import io.stemma.engine.journal.StructuralRecord.RunStarted;
import io.stemma.engine.journal.StructuralRecord.Verdict;
import io.stemma.engine.journal.StructuralRecord.VolumeCreated;
import io.stemma.engine.journal.StructuralRecord.VolumeDeleted;
import io.stemma.engine.journal.StructuralRecord.VolumeOffline;
import io.stemma.engine.journal.StructuralRecord.VolumeRecovered;
import io.stemma.engine.journal.StructuralRecord.VolumeRenamed;
import io.stemma.engine.journal.StructuralRecord.VolumeResized;
import io.stemma.engine.journal.StructuralRecord.VolumeWriteCache;
import io.stemma.engine.layer.BlockState;
import io.stemma.engine.layer.PresenceMap;
import io.stemma.engine.runtime.Invariant;
import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What all records so far say: the same code follows them while they are written and while they are
 * replayed. Guarded by the journal's lock, except for {@link #volume}.
 */
final class PoolImage {
    private volatile @Nullable VolumeChain[] volumes = new @Nullable VolumeChain[16];
    private final Map<String, byte[]> registry = new TreeMap<>();
    private final OpenIntents intents = new OpenIntents();
    private final LayerTree tree = new LayerTree();
    private final TreeChanges changes = new TreeChanges(this, tree);
    private int volumeKeyNext = 1;
    private int layerKeyNext = 1;
    private long structuralCount;
    private long createdWallMillis;
    private boolean endedClean;
    private @Nullable MountIdentity identity;

    /** The volume of a key, or null. Any thread. */
    @Nullable VolumeChain volume(int key) {
        @Nullable VolumeChain[] now = volumes;
        return key >= 0 && key < now.length ? now[key] : null;
    }

    VolumeChain existing(int key) {
        VolumeChain volume = volume(key);
        if (volume == null) {
            throw new JournalDamage("a record speaks of volume key " + key + " that is not there");
        }
        return volume;
    }

    List<VolumeChain> volumes() {
        List<VolumeChain> all = new ArrayList<>();
        for (VolumeChain volume : volumes) {
            if (volume != null) {
                all.add(volume);
            }
        }
        return all;
    }

    Map<String, byte[]> registry() {
        return registry;
    }

    /** Atomic writes that are not closed. */
    OpenIntents intents() {
        return intents;
    }

    /** The layers and the snapshots. */
    LayerTree tree() {
        return tree;
    }

    int volumeKeyNext() {
        return volumeKeyNext;
    }

    int layerKeyNext() {
        return layerKeyNext;
    }

    /** Takes the next key; it is durable with the record that uses it. */
    int takeVolumeKey() {
        Invariant.check(volumeKeyNext < Limits.JOURNAL_KEY_MAX, "volume keys never run out");
        return volumeKeyNext++;
    }

    int takeLayerKey() {
        Invariant.check(layerKeyNext < Limits.JOURNAL_KEY_MAX, "layer keys never run out");
        return layerKeyNext++;
    }

    /** Structural records since the pool was created. */
    long structuralCount() {
        return structuralCount;
    }

    void structuralCount(long count) {
        structuralCount = count;
    }

    long createdWallMillis() {
        return createdWallMillis;
    }

    /** Where the pool was mounted in the last run; null before the first. */
    @Nullable MountIdentity identity() {
        return identity;
    }

    boolean endedClean() {
        return endedClean;
    }

    /** Forgets everything and takes over what the begin of a checkpoint says. */
    void restore(int volumeKey, int layerKey, long createdMillis, MountIdentity lastRun) {
        Arrays.fill(volumes, null);
        registry.clear();
        intents.clear();
        tree.clear();
        volumeKeyNext = volumeKey;
        layerKeyNext = layerKey;
        createdWallMillis = createdMillis;
        identity = lastRun;
    }

    void add(VolumeChain volume) {
        int key = volume.description().volumeKey();
        Invariant.check(key >= 0 && key < Limits.JOURNAL_KEY_MAX, "a volume key is in its range");
        @Nullable VolumeChain[] now = volumes;
        if (key >= now.length) {
            now = Arrays.copyOf(now, Math.max(key + 1, now.length * 2));
        }
        now[key] = volume;
        volumes = now;
        volumeKeyUsed(key);
        layerKeyUsed(volume.description().layerKey());
    }

    /** A volume or a snapshot has this key; no later one has. */
    void volumeKeyUsed(int key) {
        volumeKeyNext = Math.max(volumeKeyNext, key + 1);
    }

    void layerKeyUsed(int key) {
        layerKeyNext = Math.max(layerKeyNext, key + 1);
    }

    /** A volume and its head, of which every block is absent and which lies over nothing. */
    private void create(VolumeCreated created) {
        tree.add(rootOf(created));
        tree.use(created.layerKey());
        add(new VolumeChain(created, tree));
    }

    static TreeLayer rootOf(VolumeCreated volume) {
        PresenceMap map = new PresenceMap(VolumeChain.layerBlocks(volume));
        return new TreeLayer(volume.layerKey(), 0, 0, map);
    }

    private void remove(int key) {
        VolumeChain volume = existing(key);
        volume.pending().clear();
        intents.forget(key);
        @Nullable VolumeChain[] now = volumes.clone();
        now[key] = null;
        volumes = now;
        tree.release(volume.description().layerKey());
    }

    /** Whether a volume writes the layer. */
    boolean isHead(int layerKey) {
        for (VolumeChain volume : volumes()) {
            if (volume.description().layerKey() == layerKey) {
                return true;
            }
        }
        return false;
    }

    /** Whether no record names the layer that no barrier covers. */
    boolean settled(int layerKey) {
        for (VolumeChain volume : volumes()) {
            if (volume.pending().names(layerKey)) {
                return false;
            }
        }
        return true;
    }

    /** Lets go of records of layers that are gone; they count for nothing in any case. */
    void forgetGoneLayers() {
        for (VolumeChain volume : volumes()) {
            volume.pending().keepOnly(key -> tree.layer(key) != null);
        }
    }

    /** A layer ends here now. */
    void cutPending(int layerKey, long blocks) {
        volumes().forEach(volume -> volume.pending().cutAt(layerKey, blocks));
    }

    /** Maps of their own, with everything that was published, of all layers not settled. */
    Map<Integer, PresenceMap> unsettled() {
        Map<Integer, PresenceMap> maps = new HashMap<>();
        volumes().forEach(volume -> volume.addPending(maps));
        return maps;
    }

    /** Follows one structural record. */
    void apply(StructuralRecord record) {
        structuralCount++;
        endedClean = record instanceof CleanEnd;
        switch (record) {
            case PoolCreated created -> createdWallMillis = created.createdWallMillis();
            case VolumeCreated created -> create(created);
            case VolumeResized resized -> resize(existing(resized.volumeKey()), resized);
            case VolumeRenamed renamed -> rename(existing(renamed.volumeKey()), renamed.name());
            case VolumeWriteCache cache -> writeCache(existing(cache.volumeKey()), cache);
            case VolumeDeleted deleted -> remove(deleted.volumeKey());
            case VolumeOffline off -> existing(off.volumeKey()).offline(off.reason());
            case VolumeRecovered recovered -> existing(recovered.volumeKey()).recover();
            case RegistryPut put -> registry.put(put.key(), put.value());
            case RegistryRemoved removed -> registry.remove(removed.key());
            case RunStarted run -> run(run);
            case AtomicIntent intent -> intents.add(intent);
            case AtomicDone done -> close(existing(done.volumeKey()), done);
            case TreeRecord change -> changes.apply(change);
            case CleanEnd end -> {}
        }
    }

    private static void resize(VolumeChain volume, VolumeResized to) {
        VolumeCreated now = volume.description();
        volume.describe(now.with(now.name(), to.blockCount(), now.writeCache()));
        volume.fitHead();
    }

    private void rename(VolumeChain volume, String name) {
        VolumeCreated now = volume.description();
        volume.describe(now.with(name, now.blockCount(), now.writeCache()));
        for (SnapshotState snapshot : List.copyOf(tree.snapshots())) {
            if (snapshot.volumeKey() == now.volumeKey()) {
                tree.replace(snapshot.ownedBy(volume.description()));
            }
        }
    }

    private static void writeCache(VolumeChain volume, VolumeWriteCache cache) {
        VolumeCreated now = volume.description();
        volume.describe(now.with(now.name(), now.blockCount(), cache.enabled()));
    }

    private void close(VolumeChain volume, AtomicDone done) {
        intents.close(done.intent());
        if (done.blockCount() > 0) {
            volume.presence(
                    done.layerKey() == 0 ? volume.description().layerKey() : done.layerKey(),
                    volume.last + 1,
                    done.firstBlock(),
                    done.blockCount(),
                    RecordFrame.flags(BlockState.DATA, true));
        }
    }

    private void run(RunStarted run) {
        identity = run.identity();
        // Nothing went in place for an intent that was cut short.
        intents.dropIncomplete();
        for (Verdict verdict : run.verdicts()) {
            existing(verdict.volumeKey()).judge(verdict, run.cacheSurvived());
        }
    }

    /** Something other than the end of a run was recorded. */
    void goesOn() {
        endedClean = false;
    }

    /** Judges everything recorded so far, once and for ever. */
    RunStarted judge(MountIdentity now, boolean cacheSurvived) {
        List<Verdict> verdicts = new ArrayList<>();
        for (VolumeChain volume : volumes()) {
            long accepted = cacheSurvived ? volume.last : volume.barriered();
            verdicts.add(new Verdict(volume.description().volumeKey(), accepted, volume.last));
        }
        return new RunStarted(now, cacheSurvived, verdicts);
    }
}
