package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.io.Memory;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What hosts do in a crash program, and what it promises for each sector. */
final class CrashChanges {
    /** Sectors of a volume, so that programs meet often in few blocks. */
    static final int SECTORS_MAX = 48;

    private static final int CHANGE_SECTORS = 16;
    private static final int MEMORIES = 16;

    private final TreeWorld world;
    private final CrashModel model;
    private final Random random;
    private final ArrayDeque<Memory> memories = new ArrayDeque<>();

    /** Asked for and not finished; a disk operation of one may ask for another. */
    private final List<Change> unfinished = new ArrayList<>();

    CrashChanges(CrashModel model) {
        this.model = model;
        world = model.world;
        random = world.random;
        forget();
    }

    /** The process died: nobody uses memory of its requests any more. */
    void forget() {
        memories.clear();
        unfinished.clear();
        for (int i = 0; i < MEMORIES; i++) {
            memories.add(new Memory(SECTORS_MAX * Stamps.SECTOR));
        }
    }

    /** A change that was asked for. */
    static final class Change {
        final OraclePoint volume;
        final int first;
        final int count;
        final int version;
        final boolean unmap;
        private final boolean durable;
        private final Memory memory;
        final TestRequest request = new TestRequest();
        private @Nullable HeldRequest held;
        private boolean finished;

        Change(
                OraclePoint volume,
                int first,
                int count,
                int version,
                boolean unmap,
                boolean durable,
                Memory memory) {
            this.volume = volume;
            this.first = first;
            this.count = count;
            this.version = version;
            this.unmap = unmap;
            this.durable = durable;
            this.memory = memory;
        }
    }

    /** Asks for a change; null if what was drawn would overlap one that is under way. */
    @Nullable Change ask(OraclePoint volume) throws DeviceException {
        int blocks = volume.blocks();
        int block = random.nextInt(blocks);
        int count = 1 + random.nextInt(Math.min(blocks - block, CHANGE_SECTORS));
        if (volume.unit == 1 && world.once(3)) {
            block -= block % 8;
            count = Math.min(blocks - block, 8);
        }
        int first = block * volume.unit;
        int sectors = count * volume.unit;
        for (Change other : unfinished) {
            boolean apart = other.first >= first + sectors || first >= other.first + other.count;
            if (other.volume == volume && !apart) {
                return null;
            }
        }
        int kind = random.nextInt(7);
        boolean writes = kind < 4;
        boolean unmap = kind > 4;
        boolean forced = !unmap && world.once(5);
        boolean atomic = writes && world.once(4);
        int version = writes ? world.next() : 0;
        world.tell(
                "{} {}{}{} sectors {}+{} of {}",
                version,
                writes ? "WRITE" : unmap ? "UNMAP" : "WRITE_ZEROES",
                atomic ? " atomic" : "",
                forced ? " durable" : "",
                first,
                sectors,
                volume);
        boolean durable = forced || (!unmap && !volume.writeCache);
        Change change =
                new Change(volume, first, sectors, version, unmap, durable, memories.remove());
        if (atomic) {
            model.sectors(volume).writingWhole(first, sectors, version);
        } else {
            model.sectors(volume).writing(first, sectors, version);
        }
        unfinished.add(change);
        submit(change, forced, atomic);
        return change;
    }

    private void submit(Change change, boolean forced, boolean atomic) throws DeviceException {
        OraclePoint volume = change.volume;
        Volume device = world.on(volume);
        int block = change.first / volume.unit;
        int count = change.count / volume.unit;
        long address = change.memory.address();
        Stamps.fill(change.memory, change.first, change.count, change.version);
        if (atomic) {
            change.request.writeAtomic(block, count, address, forced);
            change.held = new HeldRequest(device, change.request).ask();
        } else if (change.version != 0) {
            change.request.write(block, count, address, forced);
        } else if (change.unmap) {
            change.request.unmap(block, count);
        } else {
            change.request.writeZeroes(block, count, forced);
        }
        if (!atomic) {
            change.request.on(device);
        }
    }

    /** Waits for the end of a change. A second time does nothing. */
    void finish(Change change) {
        if (change.finished) {
            return;
        }
        change.finished = true;
        HeldRequest held = change.held;
        if (held != null) {
            world.store.finish(held);
        }
        world.store.finish(change.request);
        good(change.request);
        model.sectors(change.volume).written(change.first, change.count, change.durable);
        change.volume.write(change.first, change.count, change.version);
        if (held != null) {
            held.end();
        }
        memories.add(change.memory);
        unfinished.remove(change);
    }

    void good(TestRequest request) {
        DeviceFault fault = request.fault();
        world.require(fault == null, "a request failed: {}", fault);
    }
}
