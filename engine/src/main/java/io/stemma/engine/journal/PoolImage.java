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
import io.stemma.engine.runtime.Invariant;
import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
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
        volumeKeyNext = Math.max(volumeKeyNext, key + 1);
        layerKeyNext = Math.max(layerKeyNext, volume.description().layerKey() + 1);
    }

    private void remove(int key) {
        existing(key).pending().clear();
        intents.forget(key);
        @Nullable VolumeChain[] now = volumes.clone();
        now[key] = null;
        volumes = now;
    }

    /** The key of a volume that is changed here and does not exist, 0 if there is none. */
    int missing(StructuralRecord... records) {
        for (StructuralRecord record : records) {
            int key =
                    switch (record) {
                        case VolumeResized resized -> resized.volumeKey();
                        case VolumeRenamed renamed -> renamed.volumeKey();
                        case VolumeWriteCache cache -> cache.volumeKey();
                        case VolumeDeleted deleted -> deleted.volumeKey();
                        case VolumeOffline off -> off.volumeKey();
                        case VolumeRecovered recovered -> recovered.volumeKey();
                        case AtomicIntent intent -> intent.volumeKey();
                        case AtomicDone done -> done.volumeKey();
                        case VolumeCreated created -> 0;
                        case PoolCreated created -> 0;
                        case RegistryPut put -> 0;
                        case RegistryRemoved removed -> 0;
                        case RunStarted run -> 0;
                        case TreeRecord tree -> 0;
                        case CleanEnd end -> 0;
                    };
            if (key != 0 && volume(key) == null && !creates(key, records)) {
                return key;
            }
        }
        return 0;
    }

    private static boolean creates(int key, StructuralRecord... records) {
        for (StructuralRecord record : records) {
            if (record instanceof VolumeCreated created && created.volumeKey() == key) {
                return true;
            }
        }
        return false;
    }

    /** Follows one structural record. */
    void apply(StructuralRecord record) {
        structuralCount++;
        endedClean = record instanceof CleanEnd;
        switch (record) {
            case PoolCreated created -> createdWallMillis = created.createdWallMillis();
            case VolumeCreated created -> add(new VolumeChain(created));
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
            case TreeRecord tree -> throw new UnsupportedOperationException(tree.toString());
            case CleanEnd end -> {}
        }
    }

    private static void resize(VolumeChain volume, VolumeResized to) {
        VolumeCreated now = volume.description();
        volume.describe(now.with(now.name(), to.blockCount(), now.writeCache()));
    }

    private static void rename(VolumeChain volume, String name) {
        VolumeCreated now = volume.description();
        volume.describe(now.with(name, now.blockCount(), now.writeCache()));
    }

    private static void writeCache(VolumeChain volume, VolumeWriteCache cache) {
        VolumeCreated now = volume.description();
        volume.describe(now.with(now.name(), now.blockCount(), cache.enabled()));
    }

    private void close(VolumeChain volume, AtomicDone done) {
        intents.close(done.intent());
        if (done.blockCount() > 0) {
            volume.presence(
                    volume.description().layerKey(),
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
