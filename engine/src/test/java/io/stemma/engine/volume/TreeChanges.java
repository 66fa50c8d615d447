package io.stemma.engine.volume;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.io.Memory;
import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What hosts do: writes of 512 bytes to 1 MiB of all sorts, unmaps, zeroes, flushes. */
final class TreeChanges {
    private static final int SIZES = 12;
    private static final int BATCH_MAX = 4;

    /** More than are ever under way together. */
    private static final int MEMORIES = 16;

    /** Half of all changes meet in so many sectors at the front. */
    private static final int CROWDED = 256;

    private final TreeWorld world;
    private final Random random;
    private final ArrayDeque<Memory> memories = new ArrayDeque<>();

    TreeChanges(TreeWorld world) {
        this.world = world;
        random = world.random;
        for (int i = 0; i < MEMORIES; i++) {
            memories.add(new Memory(Stamps.SECTOR << (SIZES - 1)));
        }
    }

    /** A change that was asked for. */
    static final class Change {
        final OraclePoint volume;
        final int first;
        final int count;
        final int version;
        final TestRequest request = new TestRequest();
        private final Memory memory;
        private @Nullable HeldRequest held;
        private boolean finished;

        /** A change of so many sectors, after which they hold that version. */
        Change(OraclePoint volume, int first, int count, int version, Memory memory) {
            this.volume = volume;
            this.first = first;
            this.count = count;
            this.version = version;
            this.memory = memory;
        }

        boolean overlaps(OraclePoint other, int otherFirst, int otherCount) {
            return volume == other && otherFirst < first + count && first < otherFirst + otherCount;
        }
    }

    /** One change, or some that are under way together. */
    void some(OraclePoint volume) throws DeviceException {
        List<Change> changes = new ArrayList<>();
        int count = world.once(4) ? 1 + random.nextInt(BATCH_MAX) : 1;
        for (int i = 0; i < count; i++) {
            Change change = ask(volume, changes);
            if (change != null) {
                changes.add(change);
            }
        }
        for (Change change : changes) {
            finish(change);
        }
    }

    /** Asks for a change; null if what was drawn would overlap one that is under way. */
    @Nullable Change ask(OraclePoint volume, List<Change> underWay) throws DeviceException {
        int bytes = Stamps.SECTOR << random.nextInt(SIZES);
        int blocks = Math.max(1, (bytes - random.nextInt(bytes / 2)) / volume.blockBytes());
        int count = Math.min(blocks, volume.blocks()) * volume.unit;
        int first = place(volume, count);
        int kind = random.nextInt(16);
        boolean writes = kind < 11;
        boolean durable = kind != 15 && world.once(20);
        boolean atomic =
                writes && count <= Limits.ATOMIC_WRITE_BYTES_MAX / Stamps.SECTOR && world.once(12);
        for (Change other : underWay) {
            if (other.overlaps(volume, first, count)) {
                return null;
            }
        }
        int version = writes ? world.next() : 0;
        Change change = new Change(volume, first, count, version, memories.remove());
        TestRequest request = change.request;
        Memory memory = change.memory;
        long block = first / volume.unit;
        if (writes) {
            Stamps.fill(memory, first, count, version);
            if (atomic) {
                request.writeAtomic(block, count / volume.unit, memory.address(), durable);
            } else {
                request.write(block, count / volume.unit, memory.address(), durable);
            }
        } else if (kind < 13) {
            request.writeZeroes(block, count / volume.unit, durable);
        } else {
            request.unmap(block, count / volume.unit);
        }
        world.tell(
                "{} {}{}{} sectors {}+{} of {}",
                version,
                request.kind(),
                atomic ? " atomic" : "",
                durable ? " durable" : "",
                first,
                count,
                volume);
        Volume device = world.on(volume);
        if (atomic) {
            change.held = new HeldRequest(device, request).ask();
        } else {
            request.on(device);
        }
        return change;
    }

    private int place(OraclePoint volume, int count) {
        int room = (volume.stamps.length - count) / volume.unit;
        int reach = world.once(2) ? room : Math.min(room, CROWDED / volume.unit);
        int sector = random.nextInt(reach + 1) * volume.unit;
        boolean aligned = world.once(2);
        return aligned ? sector - sector % 8 : sector;
    }

    /** Waits for the end of a change; from then on it counts. A second time does nothing. */
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
        if (held != null) {
            held.end();
        }
        memories.add(change.memory);
        DeviceFault fault = change.request.fault();
        world.require(fault == null, "a change of {} failed: {}", change.volume, fault);
        change.volume.write(change.first, change.count, change.version);
    }

    void flush(OraclePoint volume) throws DeviceException {
        world.tell("flush {}", volume);
        TestRequest request = new TestRequest();
        request.flush();
        world.store.finish(request.on(world.on(volume)));
        world.require(request.fault() == null, "a flush failed: {}", request.fault());
    }
}
