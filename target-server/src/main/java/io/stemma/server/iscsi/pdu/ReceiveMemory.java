package io.stemma.server.iscsi.pdu;

import io.stemma.engine.runtime.Invariant;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that the receive buffers of all connections may take beyond their small ones. Long
 * buffers are made while three quarters of it are not taken; the rest is kept for PDUs that are
 * longer than a small buffer, of connections that get no long one. Any thread.
 */
public final class ReceiveMemory {
    /**
     * Connections that keep their small buffers from one read to the next; all others get them anew
     * each time, so that many connections on which a little comes now and then cost little.
     */
    static final int KEEPERS_MAX = 256;

    private final long bytesMax;
    private final AtomicLong used = new AtomicLong();
    private final AtomicInteger keepers = new AtomicInteger();

    /** So many bytes for all connections. */
    public ReceiveMemory(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Whether a connection may make one more long buffer of that capacity. */
    boolean abundant(int bytes) {
        return used.get() + bytes <= bytesMax / 4 * 3;
    }

    /** Takes bytes unless that would be more than there are. */
    boolean take(int bytes) {
        if (used.addAndGet(bytes) <= bytesMax) {
            return true;
        }
        used.addAndGet(-bytes);
        return false;
    }

    /** Gives bytes back. */
    void give(int bytes) {
        Invariant.check(used.addAndGet(-bytes) >= 0, "memory is given back once");
    }

    /** Lets one more connection keep its small buffers; false if enough do. */
    boolean keep() {
        if (keepers.incrementAndGet() <= KEEPERS_MAX) {
            return true;
        }
        keepers.decrementAndGet();
        return false;
    }

    /** A connection keeps nothing any more. */
    void endKeeping() {
        Invariant.check(keepers.decrementAndGet() >= 0, "who keeps nothing does not end it");
    }

    /** Connections that keep their small buffers. */
    public int keepers() {
        return keepers.get();
    }

    /** Bytes taken now. */
    public long used() {
        return used.get();
    }
}
