package io.stemma.server.iscsi.task;

import io.stemma.engine.runtime.Invariant;
import io.stemma.server.iscsi.session.MemoryBudget;

/**
 * Counts the memory that a connection's commands keep for data in transfer. Its only command may
 * have what it needs, further ones wait above half the bound; all of them wait while the
 * connections together have taken too much.
 */
final class DataMemory {
    private final int bytesMax;
    private final MemoryBudget all;
    private long used;

    DataMemory(int bytesMax, MemoryBudget all) {
        this.bytesMax = bytesMax;
        this.all = all;
    }

    /** Takes bytes if the connection is below half its bound. */
    boolean take(int bytes) {
        return take(bytes, bytesMax / 2);
    }

    /** Takes bytes up to the bound itself, for data that is on its way already. */
    boolean takeUnasked(int bytes) {
        return take(bytes, bytesMax);
    }

    private boolean take(int bytes, int bound) {
        if ((used != 0 && used + bytes > bound) || !all.take(bytes)) {
            return false;
        }
        used += bytes;
        return true;
    }

    void give(int bytes) {
        if (bytes == 0) {
            return;
        }
        all.give(bytes);
        used -= bytes;
        Invariant.check(used >= 0, "memory is given back once");
    }

    /** Whether the initiator should send fewer commands. */
    boolean scarce() {
        return used > bytesMax / 4;
    }

    long used() {
        return used;
    }
}
