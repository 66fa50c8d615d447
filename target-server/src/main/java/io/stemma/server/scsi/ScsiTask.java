package io.stemma.server.scsi;

import io.stemma.engine.block.BlockRequest;
import io.stemma.engine.block.DeviceFault;

import org.jspecify.annotations.Nullable;

/**
 * One SCSI command in flight (SAM-5, 5.1), the meeting point of transport and logical unit. Pooled
 * by its transport and used again, so that a command costs no garbage. The transport fills in the
 * request and, where the command takes data out, gathers all of it before {@link
 * TargetDevice#execute}; the logical unit asks for memory for data in, sets the outcome, and calls
 * {@link #finish} exactly once.
 */
public abstract class ScsiTask {
    /** Longest CDB carried; a longer one is refused before it gets here. */
    public static final int CDB_BYTES_MAX = 32;

    /** Room for sense data, SPC-5, 4.4: 252 bytes at most. */
    public static final int SENSE_BYTES_MAX = 252;

    private final byte[] cdb = new byte[CDB_BYTES_MAX];
    private final byte[] sense = new byte[SENSE_BYTES_MAX];
    private final Request request = new Request();
    private int senseLength;
    private int status;
    private int dataInLength;
    private int dataOutUsed;
    private long dataOutAddress;
    private int dataOutLength;
    private TaskAttribute attribute = TaskAttribute.SIMPLE;
    private @Nullable Nexus nexus;
    private @Nullable MappedUnit mapped;
    private @Nullable Step step;
    private volatile boolean aborted;

    /** What a command does when one of its storage operations has ended. Stateless or per task. */
    @FunctionalInterface
    public interface Step {
        /** Runs on the thread on which the storage operation ended; must not block. */
        void storageDone(ScsiTask task, @Nullable DeviceFault fault);
    }

    private final class Request extends BlockRequest {
        @Override
        protected void completed(@Nullable DeviceFault fault) {
            Step next = step;
            if (next == null) {
                return;
            }
            try {
                next.storageDone(ScsiTask.this, fault);
            } catch (RuntimeException ours) {
                // A volume that is thrown at takes itself offline, and the fault is not its own.
                broken(ours);
            }
        }
    }

    /** For the transport: forgets the last command. The CDB has to be written into {@link #cdb}. */
    public final void begin(Nexus from, TaskAttribute how) {
        nexus = from;
        mapped = null;
        attribute = how;
        senseLength = 0;
        status = 0;
        dataInLength = 0;
        dataOutUsed = 0;
        dataOutAddress = 0;
        dataOutLength = 0;
        step = null;
        aborted = false;
        request.forgetIssued();
    }

    /** For the transport: the gathered data out; valid until the transport has seen the finish. */
    public final void dataOut(long address, int length) {
        dataOutAddress = address;
        dataOutLength = length;
    }

    /** The command descriptor block, zero behind its end. */
    public final byte[] cdb() {
        return cdb;
    }

    /** Who sent the command. */
    public final Nexus nexus() {
        return java.util.Objects.requireNonNull(nexus);
    }

    /** Which way it came to its logical unit; set before the unit executes it. */
    public final MappedUnit mapped() {
        return java.util.Objects.requireNonNull(mapped);
    }

    final void mapped(MappedUnit way) {
        mapped = way;
    }

    /** How it is ordered. */
    public final TaskAttribute attribute() {
        return attribute;
    }

    /** Native address of the gathered data out. */
    public final long dataOutAddress() {
        return dataOutAddress;
    }

    /** Bytes of data out that the initiator sent; may be fewer than the CDB asks for. */
    public final int dataOutLength() {
        return dataOutLength;
    }

    /**
     * Bytes of data out that the initiator announced (EDTL of a write). A transport that gathers
     * fewer than it was announced says so here; some commands refuse what does not fit their CDB.
     */
    public int expectedDataOutLength() {
        return dataOutLength;
    }

    /** The one storage request of this task, to be prepared again after each completion. */
    public final BlockRequest request(Step next) {
        step = next;
        return request;
    }

    /**
     * Bytes of data in that the initiator expects (EDTL of a read); a command may produce more, the
     * transport cuts and reports the residual.
     */
    public abstract int expectedDataInLength();

    /**
     * Memory in which data in can be made at once, before the call to execute returns.
     *
     * @return native address, or 0 if there is none now (wrong thread, too long): use {@link
     *     #dataInLater}
     */
    public abstract long dataInNow(int lengthBytes);

    /**
     * Memory for data in that stays valid until the transport has sent it; gives back what {@link
     * #dataInNow} reserved. At most once a command.
     *
     * @return native address of exactly {@code lengthBytes}
     */
    public abstract long dataInLater(int lengthBytes);

    /**
     * How many bytes of the memory for data in are to be sent; also what residuals are counted
     * from.
     */
    public final void dataInLength(int lengthBytes) {
        dataInLength = lengthBytes;
    }

    /** Bytes of data in. */
    public final int dataInLength() {
        return dataInLength;
    }

    /** How many bytes of data out the CDB asks for; residuals are counted from it. */
    public final void dataOutUsed(int lengthBytes) {
        dataOutUsed = lengthBytes;
    }

    /** Bytes of data out that the CDB asked for. */
    public final int dataOutUsed() {
        return dataOutUsed;
    }

    /** Sets the status (SAM-5, 5.3); GOOD is 0. */
    public final void status(int newStatus) {
        status = newStatus;
    }

    /** The status. */
    public final int status() {
        return status;
    }

    /** Sense data to be written from index 0. */
    public final byte[] sense() {
        return sense;
    }

    /** Length of the sense data, 0 for none. */
    public final int senseLength() {
        return senseLength;
    }

    /** Says how long the sense data is. */
    public final void senseLength(int lengthBytes) {
        senseLength = lengthBytes;
    }

    /**
     * Marks the task aborted: what was not issued is dropped, no status will be sent. Any thread.
     */
    public final void abort() {
        aborted = true;
        request.cancel();
    }

    /** Whether the task was aborted; a command of several steps looks before each. */
    public final boolean aborted() {
        return aborted;
    }

    /** Whether a storage operation may use the memory of this task. */
    public final boolean withStorage() {
        return request.submitted();
    }

    /**
     * When the storage began to work on this task, as System.nanoTime() tells it; 0 where nobody
     * noted it, because it was done at once. On the thread of {@link #finish} and after it.
     */
    public final long issuedNanos() {
        return request.issuedNanos();
    }

    /** A step has thrown: the task has to end once no storage operation remains. Any thread. */
    protected abstract void broken(RuntimeException ours);

    /**
     * The outcome is set and no storage operation remains. Any thread; called exactly once by the
     * logical unit, also for an aborted task.
     */
    public abstract void finish();
}
