package io.stemma.engine.volume;

import io.stemma.engine.runtime.Limits;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** Unsynced bytes of all volumes of a pool, as far as they have reported them. Any thread. */
final class UnsyncedPool {
    private final AtomicLong bytes = new AtomicLong();
    private final List<Unsynced> members = new CopyOnWriteArrayList<>();
    private volatile boolean full;

    void add(Unsynced member) {
        members.add(member);
    }

    void remove(Unsynced member) {
        members.remove(member);
    }

    /** Whether the bound was reached and half of it not yet undercut again. */
    boolean full() {
        return full;
    }

    /** A volume has more or fewer unsynced bytes than it last reported. */
    void changed(long difference) {
        long now = bytes.addAndGet(difference);
        boolean fullNow =
                full
                        ? now > Limits.UNSYNCED_POOL_BYTES_MAX / 2
                        : now >= Limits.UNSYNCED_POOL_BYTES_MAX;
        if (fullNow != full) {
            full = fullNow;
            for (Unsynced member : members) {
                member.poolChanged();
            }
        }
    }
}
