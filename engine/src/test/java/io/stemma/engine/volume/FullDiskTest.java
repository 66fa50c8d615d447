package io.stemma.engine.volume;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.Geometry;
import io.stemma.engine.io.BlockFile;
import io.stemma.engine.io.FileException;
import io.stemma.engine.io.Folder;
import io.stemma.engine.io.Memory;
import io.stemma.engine.io.PassFile;
import io.stemma.engine.io.PassFolder;
import io.stemma.engine.io.SimulatedDisk;
import io.stemma.engine.io.SimulatedDisk.Act;
import io.stemma.engine.journal.Journal;
import io.stemma.engine.journal.JournalShape;
import io.stemma.engine.journal.JournalThreads;
import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A pool on a disk that fills up: refused in time, harmed never, and going on when there is room.
 */
class FullDiskTest {
    private static final long MIB = 1L << 20;
    private static final int NO_SPACE = 28;
    private static final int BLOCKS = (int) (64 * MIB / 512);
    private static final JournalShape SHAPE = new JournalShape(64 << 10, 8 << 10, 4);
    private static final int LAYER = Limits.LAYER_BLOCK_BYTES / 512;

    private final SimulatedDisk disk = new SimulatedDisk(1);

    private SimulatedVolumeRig rig(long capacity, SpaceSettings settings) throws Exception {
        disk.capacity(capacity);
        SimulatedVolumeRig rig = new SimulatedVolumeRig(disk, BLOCKS * 512L, settings, SHAPE);
        for (int i = 0; i < 4; i++) {
            rig.threads.tick();
        }
        return rig;
    }

    private static @Nullable DeviceFault write(SimulatedVolumeRig rig, int[] model, int at, int v) {
        DeviceFault fault = rig.run(rig.writing((long) at * LAYER, LAYER, v, v % 3 == 0));
        if (fault == null) {
            model[at] = v;
        }
        return fault;
    }

    /** Writes at random until something is refused, and returns what was. */
    private static DeviceFault fill(SimulatedVolumeRig rig, int[] model, Random random) {
        for (int i = 1; ; i++) {
            DeviceFault fault = write(rig, model, random.nextInt(model.length), 1 + i % 100);
            if (fault != null) {
                return fault;
            }
            if (i % 1000 == 0) {
                rig.threads.tick();
            }
        }
    }

    private static void check(SimulatedVolumeRig rig, int[] model) {
        for (int at = 0; at < model.length; at++) {
            byte[] expected = new byte[LAYER * 512];
            Arrays.fill(expected, (byte) model[at]);
            assertThat(rig.read((long) at * LAYER, LAYER)).as("block %d", at).isEqualTo(expected);
        }
    }

    @Test
    void newBlocksAreRefusedInTimeAndAllElseGoesOn() throws Exception {
        for (long seed = 1; seed <= 3; seed++) {
            refusesInTime(new Random(seed), seed);
        }
    }

    private static void refusesInTime(Random random, long seed) throws Exception {
        FullDiskTest fresh = new FullDiskTest();
        SimulatedVolumeRig rig = fresh.rig(48 * MIB, new SpaceSettings(8 * MIB, 4 * MIB, 80));
        int[] model = new int[BLOCKS / LAYER];
        AtomicInteger told = new AtomicInteger();
        rig.volume.addListener(
                new VolumeListener() {
                    @Override
                    public void softThresholdReached() {
                        told.incrementAndGet();
                    }
                });
        DeviceFault refused = fill(rig, model, random);
        assertThat(refused.kind()).isEqualTo(DeviceFault.Kind.SPACE_EXHAUSTED);
        assertThat(rig.backend.space().refusing()).isTrue();
        assertThat(fresh.disk.folder().usableBytes()).as("seed %d", seed).isGreaterThan(7 * MIB);
        rig.threads.tick();
        assertThat(told).hasValue(1);
        List<Integer> held = new ArrayList<>();
        for (int at = 0; at < model.length; at++) {
            if (model[at] != 0) {
                held.add(at);
            }
        }
        for (int at : held) {
            assertThat(write(rig, model, at, 1 + at % 100)).isNull();
        }
        rig.flush();
        check(rig, model);
        assertThat(rig.volume.offlineFault()).isNull();
        rig.unmap(0, BLOCKS / 2);
        Arrays.fill(model, 0, model.length / 2, 0);
        rig.flush();
        for (int i = 0; i < 20; i++) {
            rig.threads.tick();
        }
        assertThat(rig.backend.space().refusing()).isFalse();
        assertThat(write(rig, model, 0, 7)).isNull();
        rig.flush();
        rig.restart(false);
        check(rig, model);
    }

    @Test
    void aJournalThatFindsTheDiskFullSpendsTheBallast() throws Exception {
        SimulatedVolumeRig rig = rig(96 * MIB, new SpaceSettings(0, 48 * MIB, 0));
        assertThat(rig.backend.space().ballastBytes()).isEqualTo(48 * MIB);
        int[] model = new int[BLOCKS / LAYER];
        Random random = new Random(7);
        DeviceFault full = fill(rig, model, random);
        assertThat(full.kind()).isEqualTo(DeviceFault.Kind.SPACE_EXHAUSTED);
        List<Integer> held = new ArrayList<>();
        for (int at = 0; at < model.length; at++) {
            if (model[at] != 0) {
                held.add(at);
            }
        }
        // Nothing ticks, so nothing is punched: the disk stays full, and the journal goes on.
        int pieces = 0;
        while (disk.folder().open(Ballast.NAME).size() == 48 * MIB && pieces < 1_000_000) {
            int at = held.get(pieces % held.size());
            assertThat(write(rig, model, at, 1 + pieces % 100)).isNull();
            assertThat(rig.run(unmapping(at))).isNull();
            model[at] = 0;
            pieces++;
        }
        assertThat(pieces).isLessThan(1_000_000);
        assertThat(disk.folder().open(Ballast.NAME).size()).isEqualTo(32 * MIB);
        assertThat(rig.volume.offlineFault()).isNull();
        rig.flush();
        rig.restart(true);
        check(rig, model);
    }

    private static TestRequest unmapping(int at) {
        TestRequest request = new TestRequest();
        request.unmap((long) at * LAYER, LAYER);
        return request;
    }

    @Test
    void aPoolOnAFullDiskOpensByItsBallast() throws Exception {
        SimulatedVolumeRig rig = rig(96 * MIB, new SpaceSettings(0, 32 * MIB, 0));
        int[] model = new int[BLOCKS / LAYER];
        assertThat(fill(rig, model, new Random(3)).kind())
                .isEqualTo(DeviceFault.Kind.SPACE_EXHAUSTED);
        for (int i = 0; i < 20; i++) {
            rig.restart(i % 2 == 0);
            assertThat(rig.volume.offlineFault()).isNull();
        }
        rig.unmap(0, BLOCKS);
        rig.flush();
        rig.threads.tick();
        rig.threads.tick();
        assertThat(write(rig, model, 3, 9)).isNull();
    }

    /** A folder whose layers find no room for holes for a while. */
    private static final class NoRoomForHoles extends PassFolder {
        private int refusals = 2;

        NoRoomForHoles(Folder folder) {
            super(folder);
        }

        @Override
        protected BlockFile wrapped(BlockFile file) {
            return !file.name().startsWith("layer.") ? file : new Layer(file);
        }

        private final class Layer extends PassFile {
            Layer(BlockFile file) {
                super(file);
            }

            @Override
            public void punchHole(long offset, long length) throws IOException {
                if (refusals > 0) {
                    refusals--;
                    throw new FileException(name(), "punch a hole", NO_SPACE);
                }
                super.punchHole(offset, length);
            }
        }
    }

    @Test
    void aHoleThatNeedsRoomTakesItFromTheBallast() throws Exception {
        SteppedThreads threads = new SteppedThreads();
        TestClock clock = new TestClock();
        FileBackend backend =
                FileBackend.open(
                        new NoRoomForHoles(disk.folder()),
                        threads,
                        clock,
                        new SpaceSettings(0, 64 * MIB, 0),
                        owned -> Journal.open(owned, JournalThreads.INLINE, clock, SHAPE));
        Volume volume =
                backend.create(new VolumeSpecification("v", new Geometry(BLOCKS, 512, 4096), true));
        for (int i = 0; i < 4; i++) {
            threads.tick();
        }
        Memory memory = new Memory(LAYER * 512);
        TestRequest request = new TestRequest();
        request.keep(memory);
        request.write(0, LAYER, memory.address(), true);
        finished(threads, request.on(volume));
        request.unmap(0, LAYER);
        finished(threads, request.on(volume));
        request.flush();
        finished(threads, request.on(volume));
        assertThat(volume.usage().ownedBytes()).isEqualTo(4096);
        // What was spent may be there again: a tick both punches and fills.
        disk.record(true);
        threads.tick();
        assertThat(volume.usage().ownedBytes()).isZero();
        assertThat(disk.recorded())
                .filteredOn(one -> one.name().equals(Ballast.NAME) && one.act() == Act.RESIZE)
                .extracting(SimulatedDisk.Operation::length)
                .containsExactly(48 * MIB, 32 * MIB);
    }

    private static void finished(SteppedThreads threads, TestRequest request) {
        threads.runUntil(request::done);
        assertThat(request.fault()).isNull();
    }
}
