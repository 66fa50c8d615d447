package io.stemma.engine.journal;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;

import org.jspecify.annotations.Nullable;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A thread that waits until structural records are durable. */
final class Commit extends Submission {
    final StructuralRecord[] records;

    /** The records as bytes, ready to be copied into a group. */
    final ByteBuffer encoded;

    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile @Nullable DeviceFault fault;

    /** Records that go into one group; too many for one are an {@link IllegalArgumentException}. */
    Commit(int bytesMax, StructuralRecord... records) {
        this.records = records;
        ByteBuffer out = ByteBuffer.allocate(bytesMax);
        try {
            for (StructuralRecord record : records) {
                StructuralCodec.encode(record, out);
            }
        } catch (BufferOverflowException e) {
            throw new IllegalArgumentException(
                    records.length + " records are more than one commit holds", e);
        }
        encoded = out.flip();
    }

    /** Records in their order, in as many commits as hold them; they may become durable singly. */
    static List<Commit> several(int bytesMax, List<StructuralRecord> records) {
        List<Commit> commits = new ArrayList<>();
        List<StructuralRecord> fitting = new ArrayList<>();
        ByteBuffer room = ByteBuffer.allocate(bytesMax);
        for (StructuralRecord record : records) {
            if (!fits(record, room) && !fitting.isEmpty()) {
                commits.add(new Commit(bytesMax, fitting.toArray(StructuralRecord[]::new)));
                fitting.clear();
                room.clear();
                fits(record, room);
            }
            fitting.add(record);
        }
        commits.add(new Commit(bytesMax, fitting.toArray(StructuralRecord[]::new)));
        return commits;
    }

    private static boolean fits(StructuralRecord record, ByteBuffer room) {
        int before = room.position();
        try {
            StructuralCodec.encode(record, room);
            return true;
        } catch (BufferOverflowException e) {
            room.position(before);
            return false;
        }
    }

    /** Why it failed, if it did so far. */
    @Nullable DeviceFault fault() {
        return fault;
    }

    @Override
    void end(@Nullable DeviceFault newFault) {
        fault = newFault;
        ended.countDown();
    }

    /** Waits, through interrupts: a thread that does file I/O is not to be interrupted. */
    void await() throws DeviceException {
        boolean interrupted = false;
        while (true) {
            try {
                ended.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        DeviceFault found = fault;
        if (found != null) {
            throw new DeviceException(found);
        }
    }
}
