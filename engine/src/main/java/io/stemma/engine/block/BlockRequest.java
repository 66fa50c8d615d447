package io.stemma.engine.block;

import io.stemma.engine.runtime.Invariant;

import org.jspecify.annotations.Nullable;

/**
 * One operation on a {@link BlockDevice}, owned by its submitter before submission and after
 * completion, by the device in between. Reusable: prepare it, submit it, wait for {@link
 * #completed}, prepare it again. Memory is given by native address and must stay valid until {@link
 * #completed}; the submitter holds the reference that keeps it so.
 *
 * <p>{@link #completed} runs exactly once a submission, on any thread, perhaps before {@code
 * submit} returned. It must not block.
 */
public abstract class BlockRequest {
    /** What is to be done. */
    public enum Kind {
        /** Device to memory. */
        READ,
        /** Memory to device. */
        WRITE,
        /** Everything that completed before this was submitted becomes durable. */
        FLUSH,
        /** The blocks read zero afterwards and need no space (SBC-4, 5.34). */
        UNMAP,
        /** The blocks read zero afterwards; the device may keep or drop their space. */
        WRITE_ZEROES
    }

    private Kind kind = Kind.FLUSH;
    private long firstBlock;
    private long blockCount;
    private long address;
    private boolean forceUnitAccess;
    private boolean atomic;
    private boolean submitted;
    private volatile boolean cancelled;
    private long issuedNanos;
    private @Nullable Object attachment;

    /** Prepares a read of blocks into memory at {@code address}. */
    public final BlockRequest read(long firstBlock, long blockCount, long address) {
        return prepare(Kind.READ, firstBlock, blockCount, address, false);
    }

    /**
     * Prepares a write of blocks from memory at {@code address}.
     *
     * @param forceUnitAccess whether the blocks are to be durable before completion (FUA)
     */
    public final BlockRequest write(
            long firstBlock, long blockCount, long address, boolean forceUnitAccess) {
        return prepare(Kind.WRITE, firstBlock, blockCount, address, forceUnitAccess);
    }

    /**
     * Prepares a write of which all blocks are old or all are new after whatever ends the process
     * or the machine, and for whoever reads under the range lock protocol. It is durable before it
     * completes, whatever the write cache and {@code forceUnitAccess} say, and has to be submitted
     * by the exclusive holder of its blocks ({@code Volume.submitHolding}): a write that came
     * between would be undone by a replay. One that fails leaves all blocks as they were or the
     * volume offline.
     *
     * @param blockCount at most {@code Limits.ATOMIC_WRITE_BYTES_MAX} bytes of blocks; more
     *     completes with OUT_OF_RANGE
     */
    public final BlockRequest writeAtomic(
            long firstBlock, long blockCount, long address, boolean forceUnitAccess) {
        prepare(Kind.WRITE, firstBlock, blockCount, address, forceUnitAccess);
        atomic = true;
        return this;
    }

    /** Prepares a flush of the whole device. */
    public final BlockRequest flush() {
        return prepare(Kind.FLUSH, 0, 0, 0, false);
    }

    /** Prepares an unmap. */
    public final BlockRequest unmap(long firstBlock, long blockCount) {
        return prepare(Kind.UNMAP, firstBlock, blockCount, 0, false);
    }

    /** Prepares a write of zeroes without a buffer. */
    public final BlockRequest writeZeroes(
            long firstBlock, long blockCount, boolean forceUnitAccess) {
        return prepare(Kind.WRITE_ZEROES, firstBlock, blockCount, 0, forceUnitAccess);
    }

    private BlockRequest prepare(
            Kind newKind, long first, long count, long memory, boolean durable) {
        Invariant.check(!submitted, "a request is prepared only while nobody works on it");
        kind = newKind;
        firstBlock = first;
        blockCount = count;
        address = memory;
        forceUnitAccess = durable;
        atomic = false;
        cancelled = false;
        return this;
    }

    /** For devices: takes the request over. Called first thing in {@link BlockDevice#submit}. */
    public final void accept() {
        Invariant.check(!submitted, "a request is submitted once at a time");
        submitted = true;
    }

    /**
     * For devices: notes when work on the request began, where that is not within the call to
     * submit. Only the first call since {@link #forgetIssued} counts.
     */
    public final void issued() {
        if (issuedNanos == 0) {
            issuedNanos = System.nanoTime();
        }
    }

    /** When {@link #issued} was called first, as System.nanoTime() tells it; 0 if it never was. */
    public final long issuedNanos() {
        return issuedNanos;
    }

    /** Forgets {@link #issuedNanos}; for submitters, before the first submission of a command. */
    public final void forgetIssued() {
        issuedNanos = 0;
    }

    /** For devices: gives the request back, exactly once a submission. Null says it succeeded. */
    public final void complete(@Nullable DeviceFault fault) {
        Invariant.check(submitted, "a request completes once a submission");
        submitted = false;
        completed(fault);
    }

    /** For devices: what {@link #attach} kept, from whatever device last worked on this request. */
    public final @Nullable Object attachment() {
        return attachment;
    }

    /**
     * For devices: keeps an object with this request for all its lives, so that a device needs no
     * garbage to remember what it does. Only by the device that accepted it.
     */
    public final void attach(Object deviceOwned) {
        attachment = deviceOwned;
    }

    /**
     * Asks that the request be dropped if it was not yet issued; it then completes with ABORTED. No
     * promise: an operation already issued runs to its end. Any thread.
     */
    public final void cancel() {
        cancelled = true;
    }

    /** Whether a device works on it. On the thread that submitted it or that it completed on. */
    public final boolean submitted() {
        return submitted;
    }

    /** Whether {@link #cancel} was called since it was prepared; devices look before they issue. */
    public final boolean cancelled() {
        return cancelled;
    }

    /** What is to be done. */
    public final Kind kind() {
        return kind;
    }

    /** Logical block address of the first block. */
    public final long firstBlock() {
        return firstBlock;
    }

    /** Number of logical blocks. */
    public final long blockCount() {
        return blockCount;
    }

    /** Native address of the memory, 0 where the kind needs none. */
    public final long address() {
        return address;
    }

    /** Whether the blocks have to be durable before completion. */
    public final boolean forceUnitAccess() {
        return forceUnitAccess;
    }

    /** Whether it is a write that no failure may tear. */
    public final boolean atomic() {
        return atomic;
    }

    /**
     * The submitter's continuation.
     *
     * @param fault null where everything was done as asked
     */
    protected abstract void completed(@Nullable DeviceFault fault);
}
