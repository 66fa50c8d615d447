package io.stemma.server.scsi;

import io.stemma.server.scsi.CommandRow.UnderReservation;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What a command has to be held against while a logical unit is reserved. Immutable; while nothing
 * is reserved there is none, so that a command pays one volatile read. Asking makes no garbage.
 */
final class ReservationGuard {
    private final @Nullable Nexus reservedBy;
    private final @Nullable ReservationType type;

    /** Whom the reservation leaves free: initiator ports with the target ports they may use. */
    private final Map<String, Set<String>> free;

    private ReservationGuard(
            @Nullable Nexus reservedBy,
            @Nullable ReservationType type,
            Map<String, Set<String>> free) {
        this.reservedBy = reservedBy;
        this.type = type;
        this.free = free;
    }

    /** The guard of a unit, or null where nothing is reserved. */
    static @Nullable ReservationGuard of(ReservationState state, @Nullable Nexus reservedBy) {
        ReservationType type = state.type();
        if (type == null) {
            return reservedBy == null ? null : new ReservationGuard(reservedBy, null, Map.of());
        }
        Map<String, Set<String>> free = new HashMap<>();
        for (NexusName name : state.keys().keySet()) {
            if (state.servedTo(name)) {
                free.merge(
                        name.initiatorPort(),
                        Set.of(name.targetPort()),
                        (a, b) -> {
                            Set<String> both = new HashSet<>(a);
                            both.addAll(b);
                            return both;
                        });
            }
        }
        return new ReservationGuard(null, type, free);
    }

    /** Whether a command has to end with RESERVATION CONFLICT. */
    boolean conflicts(UnderReservation rule, byte[] cdb, Nexus nexus) {
        if (type == null) {
            return !nexus.equals(reservedBy) && !rule.allowedBesideReserve(cdb);
        }
        if (rule.allowed(cdb, type.exclusiveAccess())) {
            return false;
        }
        Set<String> targetPorts = free.get(nexus.initiatorPort());
        return targetPorts == null || !targetPorts.contains(nexus.targetPort());
    }
}
