package io.stemma.engine.volume;

import io.stemma.engine.block.BlockRange;
import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.Geometry;
import io.stemma.engine.io.Folder;
import io.stemma.engine.io.LyingFolder;
import io.stemma.engine.io.Memory;
import io.stemma.engine.io.SimulatedCrash;
import io.stemma.engine.io.SimulatedDisk;
import io.stemma.engine.journal.PlantedBug;
import io.stemma.engine.journal.SmallJournals;
import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * One random program against a whole pool on a simulated disk, on one thread: it is cut at an
 * operation, recovers (and is cut in that too), every sector is compared with the model, it goes on
 * and is cut again. Everything follows from seed and cut.
 */
final class PoolCrashes {
    private static final SpaceSettings BALLASTED = new SpaceSettings(1 << 20, 64 << 10, 80);
    private static final int SECTOR = 512;
    private static final int SECTORS_MAX = 48;
    private static final int STEPS = 18;
    private static final int LIVES = 3;
    private static final int VOLUMES_MAX = 2;

    private final SimulatedDisk disk;
    private final Set<PlantedBug> bugs;
    private final Memory memory = new Memory(SECTORS_MAX * SECTOR);
    private final List<SectorModel> models = new ArrayList<>();
    private Random random;
    private SteppedThreads threads = new SteppedThreads();
    private TestClock clock = new TestClock();
    private @Nullable SectorModel creating;
    private @Nullable SectorModel deleting;
    private int version;
    private boolean nested;
    private @Nullable Change late;

    private PoolCrashes(long seed, Set<PlantedBug> bugs) {
        random = new Random(seed);
        disk = new SimulatedDisk(seed);
        this.bugs = bugs;
    }

    /** Disk operations of this seed's first life when nothing cuts it. */
    static long operations(long seed) throws DeviceException {
        PoolCrashes whole = new PoolCrashes(seed, Set.of());
        whole.live(whole.open(whole.disk.folder()));
        return whole.disk.operations();
    }

    /**
     * Runs a program whose first life is cut at an operation.
     *
     * @return what is wrong with a recovered state; null if nothing is
     */
    static @Nullable String run(long seed, long cut, Set<PlantedBug> bugs) {
        String where = "seed %d cut %d: ".formatted(seed, cut);
        try {
            String wrong = new PoolCrashes(seed, bugs).run(cut);
            return wrong == null ? null : where + wrong;
        } catch (DeviceException | RuntimeException e) {
            return where + e;
        }
    }

    private FileBackend open(Folder folder) throws DeviceException {
        threads = new SteppedThreads();
        clock = new TestClock();
        boolean syncsNames = !bugs.contains(PlantedBug.NO_FOLDER_SYNC);
        return FileBackend.open(
                syncsNames ? folder : new LyingFolder(folder, false, true),
                threads,
                clock,
                BALLASTED,
                owned -> SmallJournals.open(owned, bugs));
    }

    private @Nullable String run(long cut) throws DeviceException {
        disk.crashAtOperation(cut);
        try {
            live(open(disk.folder()));
        } catch (SimulatedCrash crash) {
            // As ordered.
        }
        random = new Random(random.nextLong() ^ cut);
        for (int life = 1; life <= LIVES; life++) {
            String wrong = recoverAndLive();
            if (wrong != null) {
                return "life " + life + ": " + wrong;
            }
        }
        return null;
    }

    private @Nullable String recoverAndLive() throws DeviceException {
        nested = false;
        late = null;
        disk.observe(null);
        boolean cacheSurvived = true;
        FileBackend backend = null;
        for (int tries = 0; backend == null; tries++) {
            boolean sameBoot = random.nextBoolean();
            cacheSurvived &= sameBoot;
            Folder folder = disk.restart(sameBoot);
            if (tries < 3 && random.nextInt(3) == 0) {
                disk.crashAtOperation(disk.operations() + 1 + random.nextInt(25));
            }
            try {
                backend = open(folder);
                disk.crashAtOperation(Long.MAX_VALUE);
            } catch (SimulatedCrash crash) {
                // Once more.
            }
        }
        String wrong = compare(backend, cacheSurvived);
        if (wrong != null) {
            return wrong + " after " + (cacheSurvived ? "a kill" : "lost power");
        }
        disk.crashAtOperation(disk.operations() + 1 + random.nextInt(80));
        try {
            live(backend);
        } catch (SimulatedCrash crash) {
            // As ordered.
        }
        return null;
    }

    private @Nullable String compare(FileBackend backend, boolean cacheSurvived) {
        settleNames(backend);
        if (backend.volumes().size() != models.size()) {
            return "%d volumes instead of %d".formatted(backend.volumes().size(), models.size());
        }
        for (SectorModel model : models) {
            Volume volume = backend.volume(model.name).orElse(null);
            if (volume == null) {
                return "volume " + model.name + " is missing";
            }
            if (volume.offlineFault() != null) {
                return model.name + " is offline: " + volume.offlineFault();
            }
            String wrong = model.compare(read(volume), cacheSurvived);
            if (wrong != null) {
                return wrong;
            }
        }
        return null;
    }

    private void settleNames(FileBackend backend) {
        if (creating != null && backend.volume(creating.name).isPresent()) {
            models.add(creating);
        }
        creating = null;
        if (deleting != null && backend.volume(deleting.name).isEmpty()) {
            models.remove(deleting);
        }
        deleting = null;
        for (SectorModel model : models) {
            if (model.nameTried != null && backend.volume(model.nameTried).isPresent()) {
                model.name = model.nameTried;
            }
            model.nameTried = null;
        }
    }

    /** Which write made each sector of the volume. */
    private int[] read(Volume volume) {
        Geometry geometry = volume.geometry();
        int bytes = (int) geometry.sizeBytes();
        Memory content = new Memory(bytes);
        TestRequest request = new TestRequest();
        request.read(0, geometry.blockCount(), content.address());
        finish(request.on(volume));
        ByteBuffer all = ByteBuffer.wrap(content.get(bytes));
        int[] versions = new int[bytes / SECTOR];
        for (int i = 0; i < versions.length; i++) {
            versions[i] = version(all.slice(i * SECTOR, SECTOR), i);
        }
        return versions;
    }

    /** A sector is filled with its version and place, or with zeroes; anything else is rubbish. */
    private static int version(ByteBuffer sector, int place) {
        int first = sector.getInt(0);
        for (int at = 0; at < SECTOR; at += 8) {
            boolean zero = first == 0 && sector.getLong(at) == 0;
            if (!zero && (sector.getInt(at) != first || sector.getInt(at + 4) != place)) {
                return -1;
            }
        }
        return first;
    }

    private void finish(TestRequest request) {
        threads.runUntil(request::done);
        DeviceFault fault = request.fault();
        if (fault != null) {
            throw new IllegalStateException("a request failed: " + fault);
        }
    }

    private void live(FileBackend backend) throws DeviceException {
        for (int step = 0; step < STEPS; step++) {
            int choice = random.nextInt(24);
            if (models.isEmpty() || (choice == 0 && models.size() < VOLUMES_MAX)) {
                create(backend);
                continue;
            }
            SectorModel model = models.get(random.nextInt(models.size()));
            Volume volume = backend.volume(model.name).orElseThrow();
            switch (choice) {
                case 1 -> delete(backend, model, volume);
                case 2 -> rename(backend, model, volume);
                case 3, 4 -> resize(backend, model, volume);
                case 5, 6, 7, 8 -> flush(model, volume);
                case 9 -> pass();
                default -> change(model, volume);
            }
        }
    }

    private void create(FileBackend backend) throws DeviceException {
        int bytes = random.nextBoolean() ? SECTOR : Limits.LAYER_BLOCK_BYTES;
        int sectors = size(bytes);
        SectorModel model = new SectorModel("v" + ++version, sectors, bytes);
        Geometry geometry = new Geometry((long) sectors * SECTOR / bytes, bytes, 4096);
        creating = model;
        backend.create(new VolumeSpecification(model.name, geometry, random.nextInt(4) != 0));
        creating = null;
        models.add(model);
    }

    private int size(int logicalBlockBytes) {
        int unit = logicalBlockBytes / SECTOR;
        return (1 + random.nextInt(SECTORS_MAX / unit)) * unit;
    }

    private void delete(FileBackend backend, SectorModel model, Volume volume)
            throws DeviceException {
        deleting = model;
        backend.delete(volume);
        deleting = null;
        models.remove(model);
    }

    private void rename(FileBackend backend, SectorModel model, Volume volume)
            throws DeviceException {
        String name = "r" + ++version;
        model.nameTried = name;
        backend.rename(volume, name);
        model.nameTried = null;
        model.name = name;
    }

    private void resize(FileBackend backend, SectorModel model, Volume volume)
            throws DeviceException {
        int sectors = size(model.logicalBlockBytes());
        model.sizeTried = sectors;
        backend.resize(volume, (long) sectors * SECTOR / model.logicalBlockBytes(), true);
        model.resize(sectors);
    }

    private void pass() {
        clock.pass(Limits.BARRIER_INTERVAL_NANOS);
        threads.tick();
        threads.tick();
    }

    private void flush(SectorModel model, Volume volume) {
        int[] places = model.flushing();
        if (random.nextInt(2) == 0) {
            disk.observe(done -> whileSyncing(done, model, volume));
        }
        try {
            TestRequest request = new TestRequest();
            request.flush();
            finish(request.on(volume));
        } finally {
            disk.observe(null);
        }
        model.flushed(places);
        finishNested();
    }

    /** A write that comes and ends while a layer is being synced, too late to be part of that. */
    private void whileSyncing(SimulatedDisk.Operation done, SectorModel model, Volume volume) {
        boolean layerSync =
                done.act() == SimulatedDisk.Act.DATA_SYNC && done.name().startsWith("layer");
        if (layerSync && !nested) {
            nested = true;
            late = changing(model, volume);
            // What waits for this very sync ends after it.
            while (!late.request.done() && threads.step()) {}
            nested = false;
            if (late.request.done()) {
                finishNested();
            }
        }
    }

    private void finishNested() {
        Change change = late;
        if (change != null) {
            late = null;
            change.finish();
        }
    }

    /** A change that was asked for. */
    private final class Change {
        final TestRequest request = new TestRequest();
        private final SectorModel model;
        private final int first;
        private final int count;
        private final boolean durable;
        private @Nullable Held held;

        Change(SectorModel model, int first, int count, boolean durable) {
            this.model = model;
            this.first = first;
            this.count = count;
            this.durable = durable;
        }

        void submit(Volume volume) {
            if (request.atomic()) {
                held = new Held(volume, request);
                volume.lockExclusive(held);
            } else {
                request.on(volume);
            }
        }

        void finish() {
            Held hold = held;
            threads.runUntil(() -> hold == null || hold.granted);
            PoolCrashes.this.finish(request);
            model.written(first, count, durable);
            if (hold != null) {
                hold.volume.unlock(hold);
            }
        }
    }

    /** A hold under which one request is submitted. */
    private static final class Held extends RangeLock {
        private final Volume volume;
        private final TestRequest request;
        private boolean granted;

        Held(Volume volume, TestRequest request) {
            super(new BlockRange(request.firstBlock(), request.blockCount()));
            this.volume = volume;
            this.request = request;
        }

        @Override
        protected void granted() {
            granted = true;
            request.on(volume, this);
        }
    }

    private void change(SectorModel model, Volume volume) {
        changing(model, volume).finish();
    }

    private Change changing(SectorModel model, Volume volume) {
        int unit = model.logicalBlockBytes() / SECTOR;
        int blocks = model.sectors() / unit;
        int first = random.nextInt(blocks);
        int count = 1 + random.nextInt(Math.min(blocks - first, 1 + random.nextInt(16)));
        if (unit == 1 && random.nextInt(3) == 0) {
            first -= first % 8;
            count = Math.min(blocks - first, 8);
        }
        int kind = random.nextInt(6);
        boolean writes = kind < 4;
        boolean unmaps = kind == 4;
        boolean durable = !unmaps && random.nextInt(5) == 0;
        boolean through = !unmaps && !volume.description().writeCache();
        boolean atomic = writes && random.nextInt(3) == 0;
        if (atomic) {
            model.writingWhole(first * unit, count * unit, ++version);
        } else {
            model.writing(first * unit, count * unit, writes ? ++version : 0);
        }
        Change change = new Change(model, first * unit, count * unit, durable || through);
        if (writes) {
            fill(first * unit, count * unit);
            prepareWrite(change.request, first, count, durable, atomic);
        } else if (unmaps) {
            change.request.unmap(first, count);
        } else {
            change.request.writeZeroes(first, count, durable);
        }
        change.submit(volume);
        return change;
    }

    private void prepareWrite(
            TestRequest request, int first, int count, boolean durable, boolean atomic) {
        if (atomic) {
            request.writeAtomic(first, count, memory.address(), durable);
        } else {
            request.write(first, count, memory.address(), durable);
        }
    }

    private void fill(int first, int count) {
        ByteBuffer bytes = ByteBuffer.allocate(count * SECTOR);
        while (bytes.hasRemaining()) {
            bytes.putInt(version).putInt(first + (bytes.position() - 4) / SECTOR);
        }
        memory.put(bytes.array());
    }
}
