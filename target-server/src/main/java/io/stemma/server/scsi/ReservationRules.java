package io.stemma.server.scsi;

import io.stemma.server.scsi.ReserveVerdict.Done;
import io.stemma.server.scsi.ReserveVerdict.Refused;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The service actions of PERSISTENT RESERVE OUT (SPC-5, 5.13.7 to 5.13.11) as a function: state and
 * request in, verdict out. Knows no task, no thread, no disk.
 */
final class ReservationRules {
    private final ReservationState state;
    private final ReserveOut request;
    private final NexusName from;

    private ReservationRules(ReservationState state, ReserveOut request, NexusName from) {
        this.state = state;
        this.request = request;
        this.from = from;
    }

    /** Judges a request that came on the nexus {@code from}. */
    static ReserveVerdict judge(ReservationState state, ReserveOut request, NexusName from) {
        return new ReservationRules(state, request, from).judge();
    }

    private ReserveVerdict judge() {
        Long own = state.keys().get(from);
        boolean keyed = own != null && own == request.key();
        return switch (request.action()) {
            case REGISTER -> {
                boolean welcome = own == null ? request.key() == 0 : keyed;
                yield welcome ? register(false) : Refused.CONFLICT;
            }
            case REGISTER_AND_IGNORE_EXISTING_KEY -> register(true);
            case RESERVE -> keyed ? reserve() : Refused.CONFLICT;
            case RELEASE -> keyed ? release() : Refused.CONFLICT;
            case CLEAR -> keyed ? clear() : Refused.CONFLICT;
            case PREEMPT, PREEMPT_AND_ABORT -> keyed ? preempt() : Refused.CONFLICT;
            case REGISTER_AND_MOVE -> keyed ? move() : Refused.CONFLICT;
        };
    }

    private ReserveVerdict register(boolean ignoreKey) {
        boolean registered = state.keys().containsKey(from);
        if (request.portsSpecified() && registered) {
            return Refused.INVALID_ACTION;
        }
        for (NexusName other : request.samePort()) {
            Long key = state.keys().get(other);
            if (!ignoreKey && key != null && key != request.key()) {
                return Refused.CONFLICT;
            }
        }
        return request.serviceKey() == 0 ? unregister() : registerKey();
    }

    private ReserveVerdict registerKey() {
        Map<NexusName, Long> keys = new LinkedHashMap<>(state.keys());
        keys.put(from, request.serviceKey());
        request.samePort().forEach(other -> keys.put(other, request.serviceKey()));
        request.others().forEach(other -> keys.putIfAbsent(other, request.serviceKey()));
        if (keys.size() > ReservationState.REGISTRANTS_MAX) {
            return Refused.NO_RESOURCES;
        }
        return Done.quietly(state.registered(keys, request.persistent()));
    }

    /** SPC-5, 5.13.11.3: a reservation goes with its holder, or with the last of them. */
    private ReserveVerdict unregister() {
        Map<NexusName, Long> keys = new LinkedHashMap<>(state.keys());
        Set<NexusName> leaving = new HashSet<>(request.samePort());
        leaving.add(from);
        keys.keySet().removeAll(leaving);
        ReservationState next = state.registered(keys, request.persistent());
        ReservationType type = state.type();
        if (type == null || !holderLeft(keys)) {
            return Done.quietly(next);
        }
        Map<NexusName, UnitAttention> told =
                type.registrantsOnly()
                        ? tellRemaining(keys, UnitAttention.RESERVATIONS_RELEASED)
                        : Map.of();
        return new Done(next.released(), told, Set.of());
    }

    private boolean holderLeft(Map<NexusName, Long> remaining) {
        NexusName holder = state.holder();
        return holder == null ? remaining.isEmpty() : !remaining.containsKey(holder);
    }

    private ReserveVerdict reserve() {
        ReservationType type = ReservationType.of(request.type());
        if (request.scope() != 0) {
            return Refused.INVALID_SCOPE;
        }
        if (type == null) {
            return Refused.INVALID_TYPE;
        }
        if (state.type() == null) {
            return Done.quietly(state.reserved(type, from));
        }
        return state.heldBy(from) && state.type() == type ? Done.quietly(state) : Refused.CONFLICT;
    }

    /** SPC-5, 5.13.11.2: types without shared access have nobody to tell. */
    private ReserveVerdict release() {
        ReservationType type = state.type();
        if (type == null || !state.heldBy(from)) {
            return Done.quietly(state);
        }
        if (request.scope() != 0 || request.type() != type.code()) {
            return Refused.INVALID_RELEASE;
        }
        Map<NexusName, UnitAttention> told =
                type.sharedByRegistrants()
                        ? tellRemaining(state.keys(), UnitAttention.RESERVATIONS_RELEASED)
                        : Map.of();
        return new Done(state.released(), told, Set.of());
    }

    /** SPC-5, 5.13.11.6. */
    private ReserveVerdict clear() {
        Map<NexusName, UnitAttention> told =
                tellRemaining(state.keys(), UnitAttention.RESERVATIONS_PREEMPTED);
        ReservationState next = state.registered(Map.of(), state.persistent()).released();
        return new Done(next, told, Set.of());
    }

    /** SPC-5, 5.13.11.4: whether the reservation is preempted or only registrations are removed. */
    private ReserveVerdict preempt() {
        long victim = request.serviceKey();
        ReservationType type = state.type();
        boolean all = type != null && type.allRegistrants();
        if (victim == 0) {
            return all ? preemptReservation(name -> true) : Refused.INVALID_SERVICE_KEY;
        }
        Predicate<NexusName> named = name -> isKeyOf(name, victim);
        NexusName holder = state.holder();
        return holder != null && named.test(holder)
                ? preemptReservation(named)
                : removeRegistrations(named);
    }

    private boolean isKeyOf(NexusName name, long key) {
        Long registered = state.keys().get(name);
        return registered != null && registered == key;
    }

    private ReserveVerdict preemptReservation(Predicate<NexusName> named) {
        ReservationType type = ReservationType.of(request.type());
        if (request.scope() != 0) {
            return Refused.INVALID_SCOPE;
        }
        if (type == null) {
            return Refused.INVALID_TYPE;
        }
        Set<NexusName> lost = namedBut(named, from);
        Map<NexusName, Long> keys = new LinkedHashMap<>(state.keys());
        keys.keySet().removeAll(lost);
        Map<NexusName, UnitAttention> told = new HashMap<>();
        if (type != state.type()) {
            told.putAll(tellRemaining(keys, UnitAttention.RESERVATIONS_RELEASED));
        }
        lost.forEach(name -> told.put(name, UnitAttention.REGISTRATIONS_PREEMPTED));
        ReservationState next = state.registered(keys, state.persistent()).reserved(type, from);
        return new Done(next, told, abortedOf(lost));
    }

    /** SPC-5, 5.13.11.4.4: the nexus that asks may remove its own registration too. */
    private ReserveVerdict removeRegistrations(Predicate<NexusName> named) {
        Set<NexusName> lost = namedBut(named, null);
        if (lost.isEmpty()) {
            return Refused.CONFLICT;
        }
        Map<NexusName, Long> keys = new LinkedHashMap<>(state.keys());
        keys.keySet().removeAll(lost);
        lost.remove(from);
        Map<NexusName, UnitAttention> told = new HashMap<>();
        lost.forEach(name -> told.put(name, UnitAttention.REGISTRATIONS_PREEMPTED));
        ReservationState next = state.registered(keys, state.persistent());
        boolean gone = state.type() != null && holderLeft(keys);
        return new Done(gone ? next.released() : next, told, abortedOf(lost));
    }

    private Set<NexusName> namedBut(Predicate<NexusName> named, @Nullable NexusName exempt) {
        Set<NexusName> found = new HashSet<>();
        for (NexusName name : state.keys().keySet()) {
            if (named.test(name) && !name.equals(exempt)) {
                found.add(name);
            }
        }
        return found;
    }

    private Set<NexusName> abortedOf(Set<NexusName> lost) {
        return request.action() == ReserveOut.Action.PREEMPT_AND_ABORT ? lost : Set.of();
    }

    /** SPC-5, 5.13.8. */
    private ReserveVerdict move() {
        ReservationType type = state.type();
        if (type == null) {
            return Refused.INVALID_ACTION;
        }
        if (type.allRegistrants() || !state.heldBy(from)) {
            return Refused.CONFLICT;
        }
        if (request.serviceKey() == 0) {
            return Refused.INVALID_SERVICE_KEY;
        }
        NexusName to = request.others().getFirst();
        if (to.equals(from)) {
            return Refused.INVALID_DESTINATION;
        }
        Map<NexusName, Long> keys = new LinkedHashMap<>(state.keys());
        keys.put(to, request.serviceKey());
        if (request.unregister()) {
            keys.remove(from);
        }
        if (keys.size() > ReservationState.REGISTRANTS_MAX) {
            return Refused.NO_RESOURCES;
        }
        return Done.quietly(state.registered(keys, request.persistent()).reserved(type, to));
    }

    /** Tells every registrant but the one that asked. */
    private Map<NexusName, UnitAttention> tellRemaining(
            Map<NexusName, Long> registrants, UnitAttention attention) {
        Map<NexusName, UnitAttention> told = new HashMap<>();
        for (NexusName name : registrants.keySet()) {
            if (!name.equals(from)) {
                told.put(name, attention);
            }
        }
        return told;
    }
}
