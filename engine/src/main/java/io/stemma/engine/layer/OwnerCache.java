package io.stemma.engine.layer;

import io.stemma.engine.runtime.Limits;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * What is known of {@link Owners}, for all frozen layers of a pool together and within a budget.
 * Any thread; readers never wait.
 *
 * <p>What changes the place of blocks first changes the maps, then calls {@link #forget}, and lets
 * go of the old place only when every reader that began before has ended. A search that began
 * before {@code forget} leaves nothing behind.
 */
public final class OwnerCache {
    private static final int SLOTS = 1 << 15;
    private static final int WAYS = 4;

    private final AtomicReferenceArray<@Nullable Owners> slots = new AtomicReferenceArray<>(SLOTS);
    private final AtomicLong bytes = new AtomicLong();
    private final long bytesMax;
    private volatile long generation;
    private int hand;

    /** A cache within the product's budget. */
    public OwnerCache() {
        this(Limits.OWNER_CACHE_BYTES_MAX);
    }

    OwnerCache(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** What is known of a region below a frozen layer, or null. */
    @Nullable Owners get(Layer top, long region) {
        int set = set(top, region);
        for (int way = 0; way < WAYS; way++) {
            Owners found = slots.get(set + way);
            if (found != null && found.top == top && found.region == region) {
                if (!found.used) {
                    found.used = true;
                }
                return found;
            }
        }
        return null;
    }

    /** The same, found out if need be. The caller counts among the readers of a volume. */
    Owners of(Layer top, long region) {
        Owners known = get(top, region);
        if (known != null) {
            return known;
        }
        // Before the search reads any map; see the class.
        long before = generation;
        Owners found = new OwnerSearch(top, region).search(this);
        keep(found, before);
        return found;
    }

    private synchronized void keep(Owners found, long before) {
        if (generation != before || found.top.changing() || get(found.top, found.region) != null) {
            return;
        }
        int set = set(found.top, found.region);
        int chosen = set;
        for (int way = 0; way < WAYS; way++) {
            Owners there = slots.get(set + way);
            if (there == null || !there.used) {
                chosen = set + way;
                break;
            }
            there.used = false;
        }
        put(chosen, found);
        for (int looked = 0; bytes.get() > bytesMax && looked < 2 * SLOTS; looked++) {
            hand = (hand + 1) & (SLOTS - 1);
            Owners there = slots.get(hand);
            if (there != null && there != found) {
                if (there.used) {
                    there.used = false;
                } else {
                    put(hand, null);
                }
            }
        }
    }

    private void put(int slot, @Nullable Owners owners) {
        Owners before = slots.getAndSet(slot, owners);
        bytes.addAndGet(
                (owners == null ? 0 : owners.memoryBytes())
                        - (before == null ? 0 : before.memoryBytes()));
    }

    /** Forgets all that has to do with a layer, whose blocks have another place now. */
    public synchronized void forget(Layer layer) {
        long next = generation + 1;
        generation = next;
        for (int slot = 0; slot < SLOTS; slot++) {
            Owners there = slots.get(slot);
            if (there != null && there.concerns(layer)) {
                put(slot, null);
            }
        }
    }

    /** About the memory it takes now. */
    public long memoryBytes() {
        return bytes.get();
    }

    private static int set(Layer top, long region) {
        long mixed = (top.key() * 0x9E37_79B9_7F4A_7C15L) ^ (region * 0xC2B2_AE3D_27D4_EB4FL);
        mixed ^= mixed >>> 29;
        return (int) (mixed & (SLOTS / WAYS - 1)) * WAYS;
    }
}
