package io.stemma.server.iscsi.task;

import io.stemma.engine.runtime.Invariant;

/**
 * Counts the memory that a connection's commands keep for data in transfer. One command may always
 * have what it needs; further ones wait above half the bound.
 */
final class DataMemory {
    private final int bytesMax;
    private long used;

    DataMemory(int bytesMax) {
        this.bytesMax = bytesMax;
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
        if (used != 0 && used + bytes > bound) {
            return false;
        }
        used += bytes;
        return true;
    }

    void give(int bytes) {
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
