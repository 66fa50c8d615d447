package io.stemma.engine.journal;

import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.io.Folder;
import io.stemma.engine.io.MountIdentity;
import io.stemma.engine.journal.StructuralRecord.PoolCreated;
import io.stemma.engine.journal.StructuralRecord.RunStarted;
import io.stemma.engine.layer.PresenceMap;
import io.stemma.engine.runtime.TimeSource;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The start of a run, in this order: find the segments, follow them, make what an earlier process
 * left in the page cache durable, judge, write the verdict and make it durable. On the opening
 * thread.
 */
final class Opening {
    private static final String LAYER_PREFIX = "layer.";
    private static final String LOST = "a structural record is lost: ";

    private final Folder folder;
    private final TimeSource time;
    private final JournalShape shape;
    private final Set<Mutation> mutations;
    private final SegmentStore store;
    private final SubmissionStack syncing = new SubmissionStack();
    private PoolImage image = new PoolImage();
    private @Nullable MountIdentity identity;
    private @Nullable PoolState state;
    private @Nullable Appender appender;
    private @Nullable SegmentTail tail;
    private boolean cacheSurvived;
    private boolean wantsCheckpoint;

    Opening(Folder folder, TimeSource time, JournalShape shape, Set<Mutation> mutations) {
        this.folder = folder;
        this.time = time;
        this.shape = shape;
        this.mutations = mutations;
        store = new SegmentStore(folder, shape, !mutations.contains(Mutation.NO_FOLDER_SYNC));
    }

    void run() throws IOException {
        MountIdentity now = folder.identity();
        identity = now;
        boolean failedBefore = folder.exists(Journal.FAILED_NAME);
        Survey survey = new Survey(store.find(failedBefore), mutations);
        if (survey.starts().isEmpty()) {
            if (survey.foundRecords()) {
                throw new JournalDamage("no checkpoint of the journal is whole");
            }
            create(now);
        } else {
            recover(survey, now, failedBefore);
        }
    }

    /**
     * Finds what {@link #run} would start from, and writes nothing; {@link #state} has it then.
     *
     * @param survey what was found in the segments
     */
    Replay look(Survey survey) throws IOException {
        Replay replay = new Replay(survey, mutations);
        replay.run();
        image = replay.image();
        MountIdentity now = folder.identity();
        cacheSurvived = now.equals(image.identity()) && !folder.exists(Journal.FAILED_NAME);
        image.apply(image.judge(now, cacheSurvived));
        String hole = replay.structuralHole();
        state = state(replay.whole(), hole == null ? null : LOST + hole);
        return replay;
    }

    /** The start failed: lets go of the files. */
    void abandon(Exception failed) {
        try {
            store.close();
        } catch (IOException second) {
            failed.addSuppressed(second);
        }
    }

    private void create(MountIdentity now) throws IOException {
        for (String name : folder.names()) {
            if (name.startsWith(LAYER_PREFIX)) {
                throw new JournalDamage("there are layers but no journal that knows them");
            }
        }
        store.requireNothingLost();
        store.beginPool(UUID.randomUUID());
        begin(
                1,
                List.of(new PoolCreated(time.wallMillis()), new RunStarted(now, false, List.of())));
        state = state(true, null);
    }

    private void recover(Survey survey, MountIdentity now, boolean failedBefore)
            throws IOException {
        Replay replay = new Replay(survey, mutations);
        replay.run();
        image = replay.image();
        String hole = replay.structuralHole();
        cacheSurvived = now.equals(image.identity()) && !failedBefore;
        if (hole != null) {
            // For what is read from now on; the verdict of a later run is the one on record.
            image.apply(image.judge(now, cacheSurvived));
            state = state(false, LOST + hole);
            stayReadOnly(replay.nextNumber(), hole);
            return;
        }
        wantsCheckpoint = !image.endedClean() || failedBefore || survey.segments.size() > 2;
        store.syncAll();
        if (replay.whole()) {
            store.retire(unneeded(survey, replay));
        }
        // The verdict last: it ends the suspicion that these came from, and they may be torn off.
        List<StructuralRecord> records = new ArrayList<>(replay.newlyOffline());
        records.add(image.judge(now, cacheSurvived));
        begin(replay.nextNumber(), records);
        if (failedBefore) {
            // It is judged: after a mere kill, what this run acknowledges must not be void again.
            folder.unlink(Journal.FAILED_NAME);
            folder.sync();
        }
        state = state(replay.whole(), null);
    }

    private static List<Segment> unneeded(Survey survey, Replay replay) {
        List<Segment> old = new ArrayList<>();
        for (int i = 0; i < survey.segments.size(); i++) {
            Survey.Surveyed surveyed = survey.segments.get(i);
            if (i < replay.firstNeeded() || surveyed.first >= replay.nextNumber()) {
                old.add(surveyed.segment);
            }
        }
        return old;
    }

    /**
     * Writes the first records of this run and makes them durable. Damage may concern more volumes
     * than one group holds; if not all of them survive, the next start finds the same damage.
     */
    private void begin(long number, List<StructuralRecord> records) throws IOException {
        SegmentTail newTail = new SegmentTail(store.acquire());
        Appender newAppender = appender(newTail, number);
        List<Commit> verdict = Commit.several(newAppender.commitBytesMax(), records);
        verdict.forEach(newAppender::push);
        newAppender.lock().lock();
        try {
            newAppender.drain(true, Integer.MAX_VALUE);
        } finally {
            newAppender.lock().unlock();
        }
        for (Commit commit : verdict) {
            DeviceFault fault = commit.fault();
            if (fault != null) {
                throw new IOException(fault.what(), fault.cause());
            }
        }
        newTail.sync();
        newAppender.durable(newAppender.appended());
        syncing.takeAll();
        newAppender.takeWantsSync();
    }

    private Appender appender(SegmentTail newTail, long number) {
        Appender made = new Appender(image, store, newTail, syncing, shape, mutations, number);
        tail = newTail;
        appender = made;
        return made;
    }

    /** Nothing is written: what is left may be all that a person can repair the pool from. */
    private void stayReadOnly(long number, String hole) {
        List<Segment> found = store.inUse();
        Appender stopped = appender(new SegmentTail(found.getLast()), number);
        stopped.stop(
                DeviceFault.of(DeviceFault.Kind.OFFLINE, "change a pool that is read-only", hole));
    }

    private PoolState state(boolean whole, @Nullable String readOnlyReason) {
        List<PoolState.VolumeState> volumes = new ArrayList<>();
        for (VolumeChain volume : image.volumes()) {
            volumes.add(
                    new PoolState.VolumeState(
                            volume.description(),
                            volume.offlineReason(),
                            volume.barriered(),
                            volume.last));
        }
        return new PoolState(
                List.copyOf(volumes),
                layers(),
                List.copyOf(image.tree().snapshots()),
                Map.copyOf(new TreeMap<>(image.registry())),
                whole,
                readOnlyReason,
                cacheSurvived,
                image.createdWallMillis());
    }

    private Map<Integer, PoolState.LayerState> layers() {
        Map<Integer, PresenceMap> own = image.unsettled();
        for (VolumeChain volume : image.volumes()) {
            own.computeIfAbsent(volume.head().key(), key -> volume.head().shadow().copy());
        }
        Map<Integer, PoolState.LayerState> layers = new TreeMap<>();
        for (TreeLayer layer : image.tree().layers()) {
            PresenceMap map = own.get(layer.key());
            layers.put(
                    layer.key(),
                    new PoolState.LayerState(
                            layer.key(),
                            layer.parentKey(),
                            layer.visibleBlocks(),
                            map == null ? layer.shadow() : map,
                            map == null));
        }
        return Collections.unmodifiableMap(layers);
    }

    boolean wantsCheckpoint() {
        return wantsCheckpoint;
    }

    Folder folder() {
        return folder;
    }

    SegmentStore store() {
        return store;
    }

    PoolImage image() {
        return image;
    }

    JournalShape shape() {
        return shape;
    }

    Set<Mutation> mutations() {
        return mutations;
    }

    SubmissionStack syncing() {
        return syncing;
    }

    MountIdentity identity() {
        return opened(identity);
    }

    PoolState state() {
        return opened(state);
    }

    Appender appender() {
        return opened(appender);
    }

    SegmentTail tail() {
        return opened(tail);
    }

    private static <T> T opened(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("the journal is not open yet");
        }
        return part;
    }
}
