package io.stemma.server.iscsi.task;

import io.netty.buffer.ByteBuf;
import io.stemma.engine.runtime.Invariant;
import io.stemma.engine.runtime.Limits;
import io.stemma.server.iscsi.pdu.Pdu;
import io.stemma.server.scsi.LogicalUnit;
import io.stemma.server.scsi.Nexus;
import io.stemma.server.scsi.ScsiTask;
import io.stemma.server.scsi.TaskAttribute;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A SCSI command of a connection, from its first PDU to its answer. Used again and again. Owns the
 * buffer with its data out while storage may read it, and the one with its data in until it is
 * sent. Fields belong to the event loop.
 */
final class Task extends ScsiTask implements MeasuredCommand {
    /** Where a task stands. */
    enum State {
        /** In the pool. */
        FREE,
        /** Its first PDU is being looked at. */
        ARRIVED,
        /** Until its turn in the task set has come. */
        DORMANT,
        /** Until memory for its data is free. */
        WAITING,
        /** Until its data out is complete. */
        GATHERING,
        /** With the logical unit. */
        EXECUTING
    }

    /** What a dormant task does when its turn has come. */
    enum Rest {
        /** Takes memory, then begins. */
        BEGIN,
        /** Asks for the rest of its data. */
        GATHER,
        /** Goes to the logical unit. */
        EXECUTE
    }

    /** Who keeps tasks and answers them. */
    interface Owner {
        /** Memory in the batch, for the task that executes now and on the loop only; else 0. */
        long reserve(Task task, int lengthBytes);

        /** Memory of its own. Any thread. */
        ByteBuf allocate(int lengthBytes);

        /** A task has left the storage. Any thread. Does not throw. */
        void finish(Task task);

        /** A step of a task has thrown. Any thread. */
        void broken(Task task, RuntimeException ours);
    }

    /** Said by {@link #dataInNow} instead of an index when nothing is reserved. */
    static final int NOTHING_RESERVED = -1;

    private static final TaskSet NO_SET = new TaskSet();
    private static final TaskAttribute[] ATTRIBUTES = {
        TaskAttribute.UNTAGGED,
        TaskAttribute.SIMPLE,
        TaskAttribute.ORDERED,
        TaskAttribute.HEAD_OF_QUEUE,
        TaskAttribute.ACA
    };

    final WriteTask write;
    private final Owner owner;
    private final List<Runnable> whenGone = new ArrayList<>(1);

    State state = State.FREE;
    int tag;
    int cmdSn;
    long lun;
    long expectedDataTransferLength;
    boolean reads;
    boolean writes;
    boolean immediate;
    @Nullable LogicalUnit unit;

    /** Where it has its place among the others. */
    TaskSet set = NO_SET;

    /** Whether its turn in the set is yet to come. */
    boolean dormant;

    Rest rest = Rest.EXECUTE;

    /** Keeps the data out where it is until the task has ended. */
    @Nullable ByteBuf dataOutBuffer;

    /** The memory of {@link #dataInLater}. */
    @Nullable ByteBuf dataInBuffer;

    /** Where in the batch the memory of {@link #dataInNow} lies. */
    int reservedIndex = NOTHING_RESERVED;

    /** What the task counts for in {@link DataMemory}. */
    int memoryBytes;

    /** Whether there was a logical unit when it came; one may be mapped before it executes. */
    boolean hadUnit;

    /** When its first PDU was read, when its turn came, when its data out was complete. */
    long receivedNanos;

    long begunNanos;
    long gatheredNanos;

    /** When it left the storage on another thread; 0 where it ended on the event loop. */
    long storedNanos;

    /** The next one of {@link Completions}. */
    @Nullable Task next;

    Task(Owner owner, int outstandingMax) {
        this.owner = owner;
        write = new WriteTask(outstandingMax);
    }

    /** Its first PDU, a SCSI Command (RFC 7143, 11.3). */
    void arrive(Pdu pdu, Nexus nexus) {
        int flags = pdu.byteAt(1);
        state = State.ARRIVED;
        begin(nexus, ATTRIBUTES[Math.min(flags & 7, ATTRIBUTES.length - 1)]);
        tag = pdu.initiatorTaskTag();
        cmdSn = pdu.intAt(24);
        lun = pdu.longAt(8);
        expectedDataTransferLength = pdu.intAt(20) & 0xffff_ffffL;
        reads = (flags & 0x40) != 0;
        writes = (flags & 0x20) != 0;
        immediate = pdu.immediate();
    }

    /** Status, sense key and additional sense of a command that ends here in the transport. */
    void sense(TransportSense why) {
        byte[] sense = sense();
        Arrays.fill(sense, 0, TransportSense.BYTES_MAX, (byte) 0);
        LogicalUnit on = unit;
        status(why.status());
        senseLength(why.writeTo(sense, on != null && on.descriptorSense()));
        dataInLength(0);
        dataOutUsed(0);
    }

    /** Whether it is in the task set of that logical unit, or of none. */
    // The same unit, not one like it.
    @SuppressWarnings("ReferenceEquality")
    boolean isFor(@Nullable LogicalUnit other) {
        return unit == other;
    }

    @Override
    public int expectedDataInLength() {
        return reads ? (int) Math.min(expectedDataTransferLength, Integer.MAX_VALUE) : 0;
    }

    /** The memory that a read claims; what no volume can deliver is not claimed. */
    int dataInClaim() {
        return Math.min(expectedDataInLength(), Limits.TRANSFER_BYTES_MAX);
    }

    @Override
    public int expectedDataOutLength() {
        return writes ? (int) Math.min(expectedDataTransferLength, Integer.MAX_VALUE) : 0;
    }

    @Override
    public long dataInNow(int lengthBytes) {
        return owner.reserve(this, lengthBytes);
    }

    @Override
    public long dataInLater(int lengthBytes) {
        Invariant.check(dataInBuffer == null, "memory for data in is asked for once");
        ByteBuf memory = owner.allocate(Math.max(lengthBytes, 1));
        dataInBuffer = memory;
        return memory.memoryAddress();
    }

    @Override
    protected void broken(RuntimeException ours) {
        owner.broken(this, ours);
    }

    @Override
    public void finish() {
        owner.finish(this);
    }

    @Override
    public int tag() {
        return tag;
    }

    @Override
    public long lun() {
        return lun;
    }

    @Override
    public boolean hasUnit() {
        return hadUnit;
    }

    @Override
    public int r2ts() {
        return write.r2ts();
    }

    @Override
    public int dataInSent() {
        return Math.min(dataInLength(), expectedDataInLength());
    }

    @Override
    public long receivedNanos() {
        return receivedNanos;
    }

    @Override
    public long begunNanos() {
        return begunNanos;
    }

    @Override
    public long gatheredNanos() {
        return gatheredNanos;
    }

    @Override
    public long storedNanos() {
        return storedNanos;
    }

    /** Runs something when the task has left the storage and its buffers are given back. */
    void whenGone(Runnable action) {
        whenGone.add(action);
    }

    /** Gives every buffer back and tells who waited. */
    void free() {
        state = State.FREE;
        unit = null;
        set = NO_SET;
        releaseDataOut();
        releaseDataIn();
        reservedIndex = NOTHING_RESERVED;
        memoryBytes = 0;
        if (!whenGone.isEmpty()) {
            List<Runnable> told = List.copyOf(whenGone);
            whenGone.clear();
            told.forEach(Runnable::run);
        }
    }

    void releaseDataOut() {
        ByteBuf out = dataOutBuffer;
        dataOutBuffer = null;
        if (out != null) {
            out.release();
        }
    }

    private void releaseDataIn() {
        ByteBuf in = dataInBuffer;
        dataInBuffer = null;
        if (in != null) {
            in.release();
        }
    }
}
