package io.stemma.server.scsi;

import org.jspecify.annotations.Nullable;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Registrations and the persistent reservation of one logical unit (SPC-5, 5.13). Immutable.
 *
 * @param generation PRGENERATION, 32 bits that wrap
 * @param keys reservation keys of the registrants in the order of their registration; none is zero
 * @param type type of the reservation, or null where there is none
 * @param holder its holder, or null where there is none or where all registrants hold it
 * @param persistent whether it outlives a loss of power (APTPL)
 */
record ReservationState(
        int generation,
        Map<NexusName, Long> keys,
        @Nullable ReservationType type,
        @Nullable NexusName holder,
        boolean persistent) {
    /** Registrants of one logical unit; a further one is refused for want of resources. */
    static final int REGISTRANTS_MAX = 1024;

    /** What a logical unit begins with. */
    static final ReservationState NONE = new ReservationState(0, Map.of(), null, null, false);

    /** Keeps a copy of the keys, in their order. */
    ReservationState {
        keys = Collections.unmodifiableMap(new LinkedHashMap<>(keys));
    }

    /** Whether a nexus is a holder of the reservation (SPC-5, 5.13.10). */
    boolean heldBy(NexusName nexus) {
        if (type == null) {
            return false;
        }
        return type.allRegistrants() ? keys.containsKey(nexus) : nexus.equals(holder);
    }

    /** Whether a nexus may do all that the holder may. */
    boolean servedTo(NexusName nexus) {
        return heldBy(nexus)
                || (type != null && type.sharedByRegistrants() && keys.containsKey(nexus));
    }

    /** The same without a reservation. */
    ReservationState released() {
        return new ReservationState(generation, keys, null, null, persistent);
    }

    /** The same with a reservation. */
    ReservationState reserved(ReservationType newType, NexusName by) {
        NexusName newHolder = newType.allRegistrants() ? null : by;
        return new ReservationState(generation, keys, newType, newHolder, persistent);
    }

    /** The same with other registrants; counted as a change that PRGENERATION tells of. */
    ReservationState registered(Map<NexusName, Long> newKeys, boolean newPersistent) {
        return new ReservationState(generation + 1, newKeys, type, holder, newPersistent);
    }
}
