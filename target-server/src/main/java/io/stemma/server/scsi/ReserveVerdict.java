package io.stemma.server.scsi;

import java.util.Map;
import java.util.Set;

/** What {@link ReservationRules} say of a PERSISTENT RESERVE OUT. */
sealed interface ReserveVerdict {
    /**
     * It changes something, or succeeds without a change.
     *
     * @param next what holds from now on
     * @param attentions who has to be told what
     * @param aborted whose tasks have to be aborted before the answer
     */
    record Done(
            ReservationState next, Map<NexusName, UnitAttention> attentions, Set<NexusName> aborted)
            implements ReserveVerdict {
        /** Keeps copies. */
        public Done {
            attentions = Map.copyOf(attentions);
            aborted = Set.copyOf(aborted);
        }

        static Done quietly(ReservationState next) {
            return new Done(next, Map.of(), Set.of());
        }
    }

    /** It ends otherwise and changes nothing. */
    enum Refused implements ReserveVerdict {
        /** RESERVATION CONFLICT. */
        CONFLICT,
        /** SCOPE is not LU_SCOPE. */
        INVALID_SCOPE,
        /** There is no such TYPE. */
        INVALID_TYPE,
        /** The service action does not fit what holds: INVALID FIELD IN CDB. */
        INVALID_ACTION,
        /** SERVICE ACTION RESERVATION KEY. */
        INVALID_SERVICE_KEY,
        /** The nexus that a reservation is to move to is the one that it would leave. */
        INVALID_DESTINATION,
        /** INVALID RELEASE OF PERSISTENT RESERVATION. */
        INVALID_RELEASE,
        /** INSUFFICIENT REGISTRATION RESOURCES. */
        NO_RESOURCES
    }
}
