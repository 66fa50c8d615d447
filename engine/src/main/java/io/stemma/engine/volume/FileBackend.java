package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.Geometry;
import io.stemma.engine.io.Folder;
import io.stemma.engine.io.HostFolder;
import io.stemma.engine.journal.Journal;
import io.stemma.engine.journal.JournalListener;
import io.stemma.engine.journal.JournalThreads;
import io.stemma.engine.runtime.Limits;
import io.stemma.engine.runtime.TimeSource;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The embedded backend: volumes in one folder of this machine, a sparse file each, and the pool's
 * journal beside them. One process has the folder at a time. Changes of one volume are made one
 * after the other; those of different volumes do not wait for each other.
 */
public final class FileBackend implements VolumeBackend {
    private static final Logger LOG = LoggerFactory.getLogger(FileBackend.class);
    private static final BackendCapabilities CAPABILITIES =
            new BackendCapabilities(
                    "file",
                    false,
                    false,
                    true,
                    true,
                    Limits.LAYER_BLOCK_BYTES,
                    512,
                    Limits.TRANSFER_BYTES_MAX,
                    false);

    private final Pool pool;
    private final JournalRegistry registry;
    private final PoolFiles files;
    private final PoolPointsInTime points;
    private final Map<Integer, FileVolume> volumes = new ConcurrentHashMap<>();
    private volatile boolean closed;

    private FileBackend(Pool pool) {
        this.pool = pool;
        files = new PoolFiles(pool);
        registry = new JournalRegistry(pool.journal(), pool.journal().state().registry());
        points = new PoolPointsInTime(this, pool, registry);
    }

    /**
     * Opens the pool in a folder with threads of the machine, and makes one if there is none. It
     * uses the file system to the last byte.
     *
     * @param folder an existing folder that nobody else uses
     */
    public static FileBackend open(Path folder) throws DeviceException {
        return open(folder, SpaceSettings.NONE);
    }

    /**
     * The same for a pool that keeps clear of the end of its file system.
     *
     * @param space what it keeps
     */
    public static FileBackend open(Path folder, SpaceSettings space) throws DeviceException {
        try {
            return open(
                    HostFolder.open(folder),
                    new PlatformThreads(),
                    TimeSource.SYSTEM,
                    space,
                    owned -> Journal.open(owned, JournalThreads.PLATFORM, TimeSource.SYSTEM));
        } catch (DeviceException named) {
            throw named;
        } catch (IOException failed) {
            throw cannotOpen(folder.toString(), failed);
        }
    }

    /**
     * Opens the pool in a folder. What is handed over is closed by {@link #close}, or by this if it
     * fails.
     *
     * @param threads where requests run
     * @param journalThreads where the journal runs
     */
    public static FileBackend open(
            Folder folder, BackendThreads threads, JournalThreads journalThreads, TimeSource time)
            throws DeviceException {
        return open(
                folder,
                threads,
                time,
                SpaceSettings.NONE,
                owned -> Journal.open(owned, journalThreads, time));
    }

    /** How the journal of a folder is opened, once the folder is owned. */
    @FunctionalInterface
    interface JournalOpening {
        Journal open(Folder folder) throws DeviceException;
    }

    /** The same over a journal of another shape. */
    static FileBackend open(
            Folder folder, BackendThreads threads, TimeSource time, JournalOpening opening)
            throws DeviceException {
        return open(folder, threads, time, SpaceSettings.NONE, opening);
    }

    static FileBackend open(
            Folder folder,
            BackendThreads threads,
            TimeSource time,
            SpaceSettings settings,
            JournalOpening opening)
            throws DeviceException {
        return open(folder, threads, time, settings, opening, Set.of());
    }

    /** The same, making mistakes: for tests that have to find them. */
    static FileBackend open(
            Folder folder,
            BackendThreads threads,
            TimeSource time,
            SpaceSettings settings,
            JournalOpening opening,
            Set<Plant> plants)
            throws DeviceException {
        Journal journal = null;
        Ballast ballast = null;
        try {
            if (!folder.tryOwn()) {
                throw new DeviceException(
                        DeviceFault.of(
                                DeviceFault.Kind.TRANSIENT,
                                "open of a pool that another process has open",
                                folder.path()));
            }
            ballast = new Ballast(folder);
            journal = opening.open(new JournalFolder(folder, ballast));
            PoolLayers layers = new PoolLayers(folder, journal, threads);
            PoolSpace space = new PoolSpace(folder, ballast, settings, threads);
            UnsyncedPool unsynced = new UnsyncedPool();
            Pool pool = new Pool(folder, journal, threads, time, unsynced, layers, space, plants);
            FileBackend backend = new FileBackend(pool);
            backend.begin();
            return backend;
        } catch (IOException failed) {
            closeAfter(failed, threads, folder, journal, ballast);
            throw failed instanceof DeviceException named
                    ? named
                    : cannotOpen(folder.path(), failed);
        }
    }

    private static void closeAfter(
            IOException failed,
            BackendThreads threads,
            Folder folder,
            @Nullable Journal journal,
            @Nullable Ballast ballast) {
        threads.close();
        try {
            if (journal != null) {
                journal.close();
            }
            if (ballast != null) {
                ballast.close();
            }
            folder.close();
        } catch (IOException second) {
            failed.addSuppressed(second);
        }
    }

    private static DeviceException cannotOpen(String path, IOException failed) {
        return new DeviceException(VolumeChanges.fault("open of the pool", path, failed));
    }

    private void begin() throws IOException {
        pool.space().begin();
        for (FileVolume volume : files.recovered()) {
            volumes.put(volume.key(), volume);
        }
        points.recovered(pool.journal().state().snapshots(), files);
        points.merger().recovered(volumes.values());
        pool.journal().listener(new FromJournal());
        pool.space().onThreshold(this::tellThreshold);
        pool.threads().everyTick(this::tick);
    }

    private void tellThreshold() {
        for (FileVolume volume : volumes.values()) {
            volume.listeners().softThresholdReached();
        }
    }

    /** What the journal needs or suffers concerns the volumes. */
    private final class FromJournal implements JournalListener {
        @Override
        public void failed(DeviceFault fault) {
            for (FileVolume volume : volumes.values()) {
                volume.standing().journalFailed(fault);
            }
        }

        @Override
        public void barrierWanted(int volumeKey) {
            FileVolume volume = volumes.get(volumeKey);
            if (volume != null) {
                volume.flushes().background();
            }
        }
    }

    /** Looks after all volumes. Does not block. */
    void tick() {
        pool.space().tick();
        for (FileVolume volume : volumes.values()) {
            try {
                volume.tick();
            } catch (RuntimeException broken) {
                volume.standing().brokenBy(broken);
            }
        }
        points.merger().tick();
    }

    @Override
    public BackendCapabilities capabilities() {
        return CAPABILITIES;
    }

    @Override
    public List<Volume> volumes() {
        return volumes.values().stream()
                .sorted(Comparator.comparing(FileVolume::name))
                .map(Volume.class::cast)
                .toList();
    }

    @Override
    public Optional<Volume> volume(String name) {
        for (FileVolume volume : volumes.values()) {
            if (volume.name().equals(name)) {
                return Optional.of(volume);
            }
        }
        return points.opened(name);
    }

    @Override
    public synchronized Volume create(VolumeSpecification specification) throws DeviceException {
        VolumeNames.check(specification.name());
        VolumeNames.checkSize(specification.geometry());
        requireRoomFor(specification.name());
        pool.layers().turn().enter();
        try {
            FileVolume volume = files.create(specification);
            volumes.put(volume.key(), volume);
            return volume;
        } finally {
            pool.layers().turn().leave();
        }
    }

    /** Refuses one volume more, of that name; the caller has the monitor. */
    void requireRoomFor(String name) throws DeviceException {
        checkUnused(name);
        checkOpen();
        if (volumes.size() >= Limits.VOLUMES_MAX) {
            throw new IllegalArgumentException(
                    "the pool has "
                            + volumes.size()
                            + " volumes, as many as it can: delete one first");
        }
    }

    /** Takes over a volume that was made from a snapshot. */
    void add(FileVolume volume) {
        volumes.put(volume.key(), volume);
    }

    /** Refuses a volume that is offline or may not be changed. */
    void requireServing(FileVolume volume) throws DeviceException {
        checkOpen();
        ours(volume);
        if (volume.admission().has(Admission.OFFLINE)) {
            throw new DeviceException(volume.standing().refusal());
        }
        if (volume.admission().has(Admission.READ_ONLY)) {
            throw new DeviceException(volume.standing().changeRefusal());
        }
    }

    /** A volume or an opened snapshot of this pool. */
    FileVolume readable(Volume volume) throws DeviceException {
        if (volume instanceof FileVolume file && points.isOpen(file)) {
            return file;
        }
        return ours(volume);
    }

    private void checkUnused(String name) {
        if (volumes.values().stream().anyMatch(volume -> volume.name().equals(name))) {
            throw new IllegalArgumentException(
                    "a volume \"" + name + "\" exists already: write another name");
        }
    }

    private void checkOpen() throws DeviceException {
        if (closed) {
            throw new DeviceException(
                    DeviceFault.of(
                            DeviceFault.Kind.TRANSIENT,
                            "change of a pool that is closed",
                            pool.folder().path()));
        }
    }

    @Override
    public void resize(Volume volume, long newBlockCount, boolean allowShrink)
            throws DeviceException {
        FileVolume ours = ours(volume);
        synchronized (ours) {
            ours(volume);
            ours.requireNoCut();
            Geometry now = ours.geometry();
            if (newBlockCount < 1) {
                throw new IllegalArgumentException(
                        "a volume of " + newBlockCount + " blocks: write 1 or more");
            }
            Geometry next = now.withBlockCount(newBlockCount);
            VolumeNames.checkSize(next);
            if (newBlockCount > now.blockCount()) {
                withTurn(() -> VolumeChanges.grow(ours, next));
            } else if (newBlockCount < now.blockCount()) {
                VolumeNames.checkShrink(ours.name(), now, newBlockCount, allowShrink);
                withTurn(() -> VolumeChanges.shrink(ours, next));
            }
        }
    }

    @Override
    public void rename(Volume volume, String newName) throws DeviceException {
        FileVolume ours = ours(volume);
        VolumeNames.check(newName);
        synchronized (ours) {
            ours(volume);
            // Names are given out under the lock of the backend.
            synchronized (this) {
                if (!ours.name().equals(newName)) {
                    checkUnused(newName);
                    withTurn(
                            () -> {
                                VolumeChanges.rename(ours, newName);
                                points.named().renamed(ours.description().id(), newName);
                            });
                }
            }
        }
    }

    @Override
    public void writeCache(Volume volume, boolean enabled) throws DeviceException {
        FileVolume ours = ours(volume);
        synchronized (ours) {
            ours(volume);
            checkOpen();
            if (ours.writeCache() != enabled) {
                VolumeChanges.writeCache(ours, enabled);
                ours.listeners().writeCacheChanged(enabled);
            }
        }
    }

    @Override
    public void delete(Volume volume) throws DeviceException {
        FileVolume ours = ours(volume);
        synchronized (ours) {
            ours(volume);
            ours.requireNoCut();
            try {
                withTurn(() -> VolumeChanges.delete(ours));
            } finally {
                if (ours.admission().has(Admission.DELETED)) {
                    volumes.remove(ours.key());
                }
            }
        }
    }

    @Override
    public void recover(Volume volume) throws DeviceException {
        FileVolume ours = ours(volume);
        synchronized (ours) {
            ours(volume);
            ours.requireNoCut();
            if (ours.offlineFault() != null) {
                withTurn(() -> VolumeChanges.recover(ours));
            }
        }
    }

    private interface Change {
        void make() throws DeviceException;
    }

    private void withTurn(Change change) throws DeviceException {
        pool.layers().turn().enter();
        try {
            change.make();
        } finally {
            pool.layers().turn().leave();
        }
    }

    FileVolume ours(Volume volume) throws DeviceException {
        if (volume instanceof FileVolume file
                && volumes.get(file.key()) == file
                && !file.admission().has(Admission.DELETED)) {
            return file;
        }
        throw new DeviceException(
                DeviceFault.of(
                        DeviceFault.Kind.GONE,
                        "change of a volume that is not in the pool",
                        volume.description().name()));
    }

    @Override
    public SpaceUsage usage() {
        long owned = 0;
        long reclaimable = 0;
        for (FileVolume volume : volumes.values()) {
            SpaceUsage usage = volume.usage();
            owned += usage.ownedBytes();
            reclaimable += usage.reclaimableBytes();
        }
        return new SpaceUsage(owned, 0, reclaimable);
    }

    @Override
    public SpaceState space() {
        return pool.space().state();
    }

    @Override
    public Registry registry() {
        return registry;
    }

    @Override
    public <F> Optional<F> facet(Class<F> facet) {
        return facet.isInstance(points) ? Optional.of(facet.cast(points)) : Optional.empty();
    }

    @Override
    public void close() throws DeviceException {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        Failures failures = new Failures();
        points.merger().close();
        // Whoever changes the tree ends first; whoever waits to is told that it is too late.
        pool.layers().turn().close();
        points.named().closeOpened(failures);
        for (FileVolume volume : volumes.values()) {
            synchronized (volume) {
                failures.collect(() -> VolumeChanges.close(volume));
            }
        }
        pool.threads().close();
        failures.collect(() -> files.close(volumes.values(), failures.none()));
        failures.collect(pool.space()::close);
        LOG.info("Pool {} is closed", pool.folder().path());
        failures.throwFirst();
    }
}
