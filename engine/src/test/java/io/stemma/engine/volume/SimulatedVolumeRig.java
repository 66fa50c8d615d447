package io.stemma.engine.volume;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.block.Geometry;
import io.stemma.engine.io.Folder;
import io.stemma.engine.io.Memory;
import io.stemma.engine.io.SimulatedDisk;
import io.stemma.engine.journal.Journal;
import io.stemma.engine.journal.JournalShape;
import io.stemma.engine.journal.JournalThreads;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/** A file backend on a simulated disk and one thread, with one volume "v" of 512-byte blocks. */
final class SimulatedVolumeRig {
    final SimulatedDisk disk;
    final TestClock clock = new TestClock();
    SteppedThreads threads = new SteppedThreads();
    FileBackend backend;
    Volume volume;

    private final SpaceSettings space;
    private final JournalShape shape;

    SimulatedVolumeRig(long seed, long bytes) throws Exception {
        this(new SimulatedDisk(seed), bytes, SpaceSettings.NONE, JournalShape.PRODUCT);
    }

    SimulatedVolumeRig(SimulatedDisk disk, long bytes, SpaceSettings space, JournalShape shape)
            throws Exception {
        this.disk = disk;
        this.space = space;
        this.shape = shape;
        backend = open(disk.folder());
        volume =
                backend.create(
                        new VolumeSpecification("v", new Geometry(bytes / 512, 512, 4096), true));
        flush();
    }

    /** The process is killed, or the power goes, and another process opens the pool. */
    void restart(boolean sameBoot) throws Exception {
        Folder folder = disk.restart(sameBoot);
        threads = new SteppedThreads();
        backend = open(folder);
        volume = backend.volume("v").orElseThrow();
    }

    private FileBackend open(Folder folder) throws Exception {
        return FileBackend.open(
                folder,
                threads,
                clock,
                space,
                owned -> Journal.open(owned, JournalThreads.INLINE, clock, shape));
    }

    @Nullable DeviceFault run(TestRequest request) {
        request.on(volume);
        threads.runUntil(request::done);
        return request.fault();
    }

    void flush() {
        TestRequest request = new TestRequest();
        request.flush();
        assertThat(run(request)).isNull();
    }

    TestRequest writing(long block, int blocks, int value, boolean durable) {
        byte[] bytes = new byte[blocks * 512];
        Arrays.fill(bytes, (byte) value);
        Memory memory = Memory.of(bytes);
        TestRequest request = new TestRequest();
        request.keep(memory);
        request.write(block, blocks, memory.address(), durable);
        return request;
    }

    void write(long block, int blocks, int value) {
        assertThat(run(writing(block, blocks, value, false))).isNull();
    }

    void writeDurable(long block, int blocks, int value) {
        assertThat(run(writing(block, blocks, value, true))).isNull();
    }

    void unmap(long block, long blocks) {
        TestRequest request = new TestRequest();
        request.unmap(block, blocks);
        assertThat(run(request)).isNull();
    }

    byte[] read(long block, int blocks) {
        Memory memory = new Memory(blocks * 512);
        TestRequest request = new TestRequest();
        request.read(block, blocks, memory.address());
        assertThat(run(request)).isNull();
        return memory.get(blocks * 512);
    }

    long count(SimulatedDisk.Act act) {
        return disk.recorded().stream()
                .filter(one -> one.act() == act && one.name().startsWith("layer."))
                .count();
    }
}
