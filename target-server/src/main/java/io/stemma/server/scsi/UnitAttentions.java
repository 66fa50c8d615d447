package io.stemma.server.scsi;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The unit attentions of one logical unit, for each nexus a set of bits, so that the queue is
 * bounded by nature and holds nothing twice. While no nexus has one pending a command pays one
 * volatile read. Any thread.
 */
final class UnitAttentions {
    private final Map<Nexus, AtomicInteger> sets = new ConcurrentHashMap<>();

    /** Nexuses with at least one pending. */
    private final AtomicInteger nexuses = new AtomicInteger();

    /** Begins to keep attentions for a nexus. */
    synchronized void attach(Nexus nexus) {
        sets.putIfAbsent(nexus, new AtomicInteger());
    }

    /** Forgets a nexus. */
    synchronized void detach(Nexus nexus) {
        AtomicInteger set = sets.remove(nexus);
        if (set != null && set.getAndSet(0) != 0) {
            nexuses.decrementAndGet();
        }
    }

    /** All nexuses that are attached. */
    Set<Nexus> nexuses() {
        return sets.keySet();
    }

    /** Whether any nexus has to be told of something. */
    boolean pending() {
        return nexuses.get() != 0;
    }

    /** Establishes an attention for one nexus. */
    synchronized void establish(Nexus nexus, UnitAttention attention) {
        AtomicInteger set = sets.get(nexus);
        if (set != null && set.getAndUpdate(attention::addedTo) == 0) {
            nexuses.incrementAndGet();
        }
    }

    /** Takes the gravest attention of a nexus, or null where none is pending. */
    @Nullable UnitAttention take(Nexus nexus) {
        AtomicInteger set = sets.get(nexus);
        if (set == null) {
            return null;
        }
        while (true) {
            int pending = set.get();
            if (pending == 0) {
                return null;
            }
            int left = pending & (pending - 1);
            if (set.compareAndSet(pending, left)) {
                if (left == 0) {
                    nexuses.decrementAndGet();
                }
                return UnitAttention.first(pending);
            }
        }
    }

    /** Takes back one attention of a nexus, if it is pending. */
    void clear(Nexus nexus, UnitAttention attention) {
        AtomicInteger set = sets.get(nexus);
        if (set == null) {
            return;
        }
        int before = set.getAndUpdate(pending -> pending & ~attention.bit());
        if (before == attention.bit()) {
            nexuses.decrementAndGet();
        }
    }
}
