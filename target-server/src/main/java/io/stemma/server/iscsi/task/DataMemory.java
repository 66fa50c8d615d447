package io.stemma.server.iscsi.task;

import io.stemma.engine.runtime.Invariant;
import io.stemma.server.iscsi.session.MemoryBudget;
import io.stemma.server.iscsi.session.MemoryBudget.Claim;

/**
 * Counts the memory that a connection's commands keep for data in transfer. The only command that
 * runs may have what it needs, further ones wait above half the bound; all of them wait while the
 * initiator, or all connections together, have taken too much. Commands that wait for their turn in
 * a task set get a quarter at most: what they wait for must never wait for them.
 */
final class DataMemory {
    private final int bytesMax;
    private final MemoryBudget initiator;
    private long used;
    private long dormant;

    DataMemory(int bytesMax, MemoryBudget initiator) {
        this.bytesMax = bytesMax;
        this.initiator = initiator;
    }

    /** Takes bytes if the connection is below half its bound. */
    boolean take(int bytes) {
        return take(bytes, bytesMax / 2);
    }

    /**
     * Takes bytes up to the bound itself, for data that is on its way already.
     *
     * @param forDormant whether the command waits for its turn; {@link #awake} ends that
     */
    boolean takeUnasked(int bytes, boolean forDormant) {
        if (!forDormant) {
            return take(bytes, bytesMax);
        }
        if (dormant + bytes > bytesMax / 4 || !initiator.take(bytes, Claim.DORMANT)) {
            return false;
        }
        used += bytes;
        dormant += bytes;
        return true;
    }

    private boolean take(int bytes, int bound) {
        Claim claim = used + bytes <= MemoryBudget.LITTLE_BYTES ? Claim.LITTLE : Claim.COMMON;
        if ((used != dormant && used + bytes > bound) || !initiator.take(bytes, claim)) {
            return false;
        }
        used += bytes;
        return true;
    }

    /** The turn of a dormant command with so many bytes has come. */
    void awake(int bytes) {
        dormant -= bytes;
        Invariant.check(dormant >= 0, "a command wakes up once");
    }

    void give(int bytes) {
        if (bytes == 0) {
            return;
        }
        initiator.give(bytes);
        used -= bytes;
        Invariant.check(used >= dormant, "memory is given back once");
    }

    /** Whether the initiator should send fewer commands. */
    boolean scarce() {
        return used > bytesMax / 4;
    }

    long used() {
        return used;
    }
}
