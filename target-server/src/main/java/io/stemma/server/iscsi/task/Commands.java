package io.stemma.server.iscsi.task;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.stemma.engine.runtime.Invariant;
import io.stemma.server.iscsi.pdu.Pdu;
import io.stemma.server.iscsi.pdu.RejectReason;
import io.stemma.server.iscsi.session.CommandWindow;
import io.stemma.server.iscsi.session.DataConnection;
import io.stemma.server.iscsi.session.Session;
import io.stemma.server.scsi.Nexus;
import io.stemma.server.scsi.TaskAttribute;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The SCSI commands of a connection from their first PDU to their answer. Everything here runs on
 * the connection's event loop but {@link #finish}, {@link #allocate} and {@link #reserve}'s
 * refusal.
 */
final class Commands implements Task.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(Commands.class);

    /** Outstanding R2Ts of a task, whatever more was negotiated. */
    private static final int OUTSTANDING_R2T_MAX = 16;

    /** Data in up to here is not counted: a window full of it is small. */
    private static final int UNCOUNTED_BYTES_MAX = 16 << 10;

    private final Nexus nexus;
    private final ScsiDevice device;
    private final DataConnection connection;
    private final EventLoop loop;
    private final CommandWindow window;
    private final DataOutPhase dataOut;
    private final ScsiAnswers answers;
    private final DataMemory memory;
    private final SessionMeter meter;
    private final Completions completions = new Completions();
    private final Runnable takeCompletions = this::takeCompletions;
    private final Runnable settle = this::settle;
    private final int immediateMax;
    private final int outstandingMax;
    private final int dataOutTicks;
    private final TaskTable table;
    private final List<Task> all = new ArrayList<>();
    private final ArrayDeque<Task> free = new ArrayDeque<>();
    private final ArrayDeque<Task> waiting = new ArrayDeque<>();
    private final TaskSets sets = new TaskSets();
    private @Nullable Task executing;
    private int immediateInFlight;
    private boolean busy;
    private boolean closed;

    Commands(
            Session session,
            DataConnection connection,
            ScsiDevice device,
            Nexus nexus,
            int dataOutTicks,
            SessionMeter meter) {
        this.meter = meter;
        this.connection = connection;
        this.device = device;
        this.nexus = nexus;
        this.dataOutTicks = dataOutTicks;
        loop = connection.eventLoop();
        window = session.window();
        answers = new ScsiAnswers(session, connection);
        memory = new DataMemory(session.limits().gatherBytesMax(), session.memory());
        dataOut = new DataOutPhase(this, session, device, answers, memory);
        immediateMax = session.limits().immediateCommandsMax();
        outstandingMax =
                Math.min(session.outcome().parameters().maxOutstandingR2T(), OUTSTANDING_R2T_MAX);
        table = new TaskTable(session.limits().commandWindow() + immediateMax);
    }

    /**
     * A SCSI Command whose turn it is; returns why it is rejected, or null.
     *
     * @param receivedNanos when it came, as System.nanoTime() tells it
     */
    @Nullable RejectReason begin(Pdu pdu, long receivedNanos) {
        int tag = pdu.initiatorTaskTag();
        if (tag == Pdu.NO_TAG) {
            return RejectReason.INVALID_PDU_FIELD;
        }
        if (table.get(tag) != null) {
            return RejectReason.TASK_IN_PROGRESS;
        }
        if (pdu.immediate() && immediateInFlight >= immediateMax) {
            return RejectReason.IMMEDIATE_COMMAND_REJECT;
        }
        Task task = take(pdu);
        task.receivedNanos = receivedNanos;
        meter.begun(task);
        TransportSense refused =
                Cdb.read(pdu, task) ? startOrRefuse(task, pdu) : TransportSense.UNSUPPORTED;
        if (refused != null) {
            end(task, refused);
        }
        return null;
    }

    private Task take(Pdu pdu) {
        Task task = free.pollLast();
        if (task == null) {
            task = new Task(this, outstandingMax);
            all.add(task);
        }
        task.arrive(pdu, nexus);
        task.unit = device.unit(task.lun);
        task.hadUnit = task.unit != null;
        task.begunNanos = connection.readNanos();
        task.gatheredNanos = task.begunNanos;
        task.storedNanos = 0;
        sets.enter(task);
        if (task.immediate) {
            immediateInFlight++;
        } else {
            window.opened();
        }
        window.narrow(memory.scarce() || device.congested(task.lun));
        table.put(task);
        return task;
    }

    private @Nullable TransportSense startOrRefuse(Task task, Pdu pdu) {
        try {
            return start(task, pdu);
        } catch (OutOfMemoryError none) {
            LOG.debug("no memory for the data of a command", none);
            return TransportSense.TASK_SET_FULL;
        }
    }

    private @Nullable TransportSense start(Task task, Pdu pdu) {
        if (task.writes) {
            return task.reads ? TransportSense.UNSUPPORTED : dataOut.start(task, pdu);
        }
        if (pdu.dataSegmentLength() != 0 || !pdu.finalBit()) {
            return TransportSense.UNEXPECTED_UNSOLICITED_DATA;
        }
        int length = task.expectedDataInLength();
        if (length > ScsiAnswers.RESERVE_BYTES_MAX && !reserveMemory(task, task.dataInClaim())) {
            await(task);
        } else {
            ready(task);
        }
        return null;
    }

    /** A Data-Out; one of a task that is not there any more is dropped without a word. */
    void dataOut(Pdu pdu, boolean whole) {
        Task task = table.get(pdu.initiatorTaskTag());
        if (task == null || task.state != Task.State.GATHERING) {
            return;
        }
        TransportSense fault = dataOut.dataOut(task, pdu, whole);
        if (fault != null) {
            end(task, fault);
        }
    }

    /** Makes a task wait for its turn, or for memory. */
    void await(Task task) {
        if (task.dormant) {
            sleep(task, Task.Rest.BEGIN);
            return;
        }
        task.state = Task.State.WAITING;
        if (task.attribute() == TaskAttribute.HEAD_OF_QUEUE) {
            waiting.addFirst(task);
        } else {
            waiting.addLast(task);
        }
    }

    /** Lets a task rest until its turn in the task set has come. */
    void sleep(Task task, Task.Rest rest) {
        task.state = Task.State.DORMANT;
        task.rest = rest;
    }

    /** Runs a task that has its data and memory, when its turn has come. */
    void ready(Task task) {
        if (task.dormant) {
            sleep(task, Task.Rest.EXECUTE);
        } else {
            execute(task);
        }
    }

    /** Starts what waited for its turn or for memory, sends what that and the caller wrote. */
    void settle() {
        try {
            startAll();
        } catch (RuntimeException | OutOfMemoryError ours) {
            fail(ours);
        }
        connection.flushSoon();
    }

    /** Nobody above us would end a session that went wrong outside the delivery of a PDU. */
    private void fail(Throwable ours) {
        LOG.error("a connection is closed after a fault of our own", ours);
        connection.close("internal fault");
    }

    private void startAll() {
        do {
            for (Task task = awake(); task != null; task = awake()) {
                if (task.state == Task.State.DORMANT) {
                    rise(task);
                }
            }
            startWaiting();
        } while (!closed && sets.anyAwake());
    }

    private @Nullable Task awake() {
        Task task = closed ? null : sets.wake();
        if (task != null) {
            memory.awake(task.memoryBytes);
        }
        return task;
    }

    private void rise(Task task) {
        switch (task.rest) {
            case BEGIN -> await(task);
            case GATHER -> {
                task.state = Task.State.GATHERING;
                dataOut.proceed(task);
            }
            case EXECUTE -> execute(task);
        }
    }

    private void startWaiting() {
        while (!closed && !waiting.isEmpty()) {
            Task task = waiting.getFirst();
            int length = task.writes ? task.write.length() : task.dataInClaim();
            if (!reserveMemory(task, length)) {
                return;
            }
            waiting.removeFirst();
            startWaited(task, length);
        }
    }

    private void startWaited(Task task, int length) {
        task.begunNanos = System.nanoTime();
        task.gatheredNanos = task.begunNanos;
        if (!task.writes) {
            execute(task);
            return;
        }
        try {
            dataOut.begin(task, length);
        } catch (OutOfMemoryError none) {
            LOG.debug("no memory for the data of a command", none);
            end(task, TransportSense.TASK_SET_FULL);
        }
    }

    /** Takes memory for a task unless others wait before it. */
    boolean reserveMemory(Task task, int bytes) {
        boolean taken =
                !task.dormant
                        && (waiting.isEmpty() || waiting.getFirst() == task)
                        && memory.take(bytes);
        if (taken) {
            task.memoryBytes = bytes;
        }
        return taken;
    }

    /** Hands a task to its logical unit. */
    void execute(Task task) {
        if (task.state == Task.State.GATHERING) {
            task.gatheredNanos = Math.max(task.begunNanos, connection.readNanos());
        }
        task.state = Task.State.EXECUTING;
        Task outer = executing;
        executing = task;
        try {
            device.execute(task.lun, task);
        } catch (RuntimeException ours) {
            LOG.error("a command met a fault of our own", ours);
            endUnlessUnderWay(task, TransportSense.INTERNAL_TARGET_FAILURE);
        } catch (OutOfMemoryError none) {
            LOG.debug("no memory for the data of a command", none);
            endUnlessUnderWay(task, TransportSense.TASK_SET_FULL);
        }
        if (executing == task) {
            task.reservedIndex = Task.NOTHING_RESERVED;
        }
        executing = outer;
    }

    /** A storage operation that has begun uses the memory of its task until it ends itself. */
    private void endUnlessUnderWay(Task task, TransportSense why) {
        if (executing == task && !task.withStorage()) {
            end(task, why);
        }
    }

    @Override
    public long reserve(Task task, int lengthBytes) {
        return loop.inEventLoop() && executing == task ? answers.reserve(task, lengthBytes) : 0;
    }

    @Override
    public ByteBuf allocate(int lengthBytes) {
        Task task = loop.inEventLoop() ? executing : null;
        if (task != null && lengthBytes > Math.max(task.memoryBytes, UNCOUNTED_BYTES_MAX)) {
            int more = lengthBytes - task.memoryBytes;
            if (!memory.takeUnasked(more, false)) {
                throw new OutOfMemoryError("the memory for data in transfer is taken");
            }
            task.memoryBytes += more;
        }
        return connection.allocator().directBuffer(lengthBytes, lengthBytes);
    }

    @Override
    public void finish(Task task) {
        if (loop.inEventLoop()) {
            boolean nested = busy || executing != null;
            completeOrClose(task);
            if (!nested) {
                settle();
            }
        } else {
            task.storedNanos = System.nanoTime();
            if (completions.add(task)) {
                wake();
            }
        }
    }

    private void wake() {
        try {
            loop.execute(takeCompletions);
        } catch (RejectedExecutionException stopped) {
            LOG.debug("a command ended after its event loop", stopped);
        }
    }

    @Override
    public void broken(Task task, RuntimeException ours) {
        LOG.error("a step of a command met a fault of our own", ours);
        if (!task.withStorage()) {
            task.sense(TransportSense.INTERNAL_TARGET_FAILURE);
            finish(task);
        }
    }

    private void takeCompletions() {
        busy = true;
        Task task = completions.takeAll();
        while (task != null) {
            Task following = task.next;
            task.next = null;
            completeOrClose(task);
            task = following;
        }
        busy = false;
        settle();
    }

    /** Storage may be our caller: it learns nothing of a fault that is not its own. */
    private void completeOrClose(Task task) {
        try {
            complete(task);
        } catch (RuntimeException | OutOfMemoryError ours) {
            fail(ours);
        }
    }

    /** Ends a task that does not get to its logical unit. */
    void end(Task task, TransportSense why) {
        task.sense(why);
        complete(task);
    }

    /** The last act of a task: its answer, unless it was aborted, and its memory. */
    private void complete(Task task) {
        Invariant.check(task.state != Task.State.FREE, "a task finishes once");
        if (executing == task) {
            executing = null;
        }
        task.releaseDataOut();
        table.remove(task);
        if (task.dormant) {
            memory.awake(task.memoryBytes);
        }
        sets.leave(task);
        if (task.immediate) {
            immediateInFlight--;
        } else {
            window.closed();
        }
        int bytes = task.memoryBytes;
        boolean sends = !closed && !task.aborted() && task.dataInBuffer != null && bytes > 0;
        if (!sends) {
            memory.give(bytes);
        }
        try {
            if (!closed && !task.aborted()) {
                answers.answer(task);
            }
        } finally {
            try {
                if (sends) {
                    connection.output().whenSent(() -> sent(bytes));
                }
                meter.ended(task);
            } finally {
                task.write.end();
                task.free();
                free.addLast(task);
            }
        }
    }

    /** Data in has left us, so that its memory is there for those who wait. */
    private void sent(int bytes) {
        memory.give(bytes);
        if (!closed && !waiting.isEmpty()) {
            loop.execute(settle);
        }
    }

    /** The task of that tag, or null. */
    @Nullable Task find(int tag) {
        return table.get(tag);
    }

    /**
     * Aborts tasks; those not yet with their logical unit end at once.
     *
     * @param each called with every one that still has to leave the storage, after it was aborted
     */
    void abort(Predicate<Task> which, Consumer<Task> each) {
        for (int i = 0; i < all.size(); i++) {
            Task task = all.get(i);
            if (task.state == Task.State.FREE || !which.test(task)) {
                continue;
            }
            task.abort();
            if (task.state == Task.State.EXECUTING) {
                each.accept(task);
            } else {
                waiting.remove(task);
                complete(task);
            }
        }
        if (!closed && (sets.anyAwake() || !waiting.isEmpty())) {
            loop.execute(settle);
        }
    }

    /** A unit of time has passed: ends commands whose data does not come. */
    void tick() {
        for (int i = 0; i < all.size(); i++) {
            Task task = all.get(i);
            if (task.state == Task.State.GATHERING && task.write.stalls(dataOutTicks)) {
                task.sense(TransportSense.INITIATOR_RESPONSE_TIMEOUT);
                completeOrClose(task);
            }
        }
        settle();
    }

    /** The connection is gone: nothing is answered or started any more. */
    void close() {
        closed = true;
    }

    /** Tasks that have not ended. */
    int size() {
        return table.size();
    }
}
