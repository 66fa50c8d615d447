package io.stemma.server.scsi;

import java.util.List;

/**
 * What a PERSISTENT RESERVE OUT asks for, with all names resolved.
 *
 * @param action which service action
 * @param scope SCOPE
 * @param type TYPE
 * @param key RESERVATION KEY
 * @param serviceKey SERVICE ACTION RESERVATION KEY
 * @param persistent APTPL
 * @param unregister UNREG of REGISTER AND MOVE
 * @param portsSpecified SPEC_I_PT
 * @param samePort nexuses of the same initiator port with the other target ports (ALL_TG_PT)
 * @param others nexuses to be registered too (SPEC_I_PT), or the one that a reservation moves to
 */
record ReserveOut(
        Action action,
        int scope,
        int type,
        long key,
        long serviceKey,
        boolean persistent,
        boolean unregister,
        boolean portsSpecified,
        List<NexusName> samePort,
        List<NexusName> others) {
    /** Service actions (SPC-5, 6.16.2). */
    enum Action {
        /** Adds, changes or removes a registration. */
        REGISTER(0x00, false),
        /** Reserves. */
        RESERVE(0x01, true),
        /** Gives the reservation up. */
        RELEASE(0x02, true),
        /** Removes everything. */
        CLEAR(0x03, false),
        /** Takes the reservation over, or removes registrations. */
        PREEMPT(0x04, true),
        /** The same, and aborts tasks. */
        PREEMPT_AND_ABORT(0x05, true),
        /** Registers whatever was registered before. */
        REGISTER_AND_IGNORE_EXISTING_KEY(0x06, false),
        /** Hands the reservation to another nexus. */
        REGISTER_AND_MOVE(0x07, false);

        private final int code;
        private final boolean typeCounts;

        Action(int code, boolean typeCounts) {
            this.code = code;
            this.typeCounts = typeCounts;
        }

        /** SERVICE ACTION. */
        int code() {
            return code;
        }

        /** Whether SCOPE and TYPE are looked at. */
        boolean typeCounts() {
            return typeCounts;
        }
    }

    /** Keeps copies. */
    ReserveOut {
        samePort = List.copyOf(samePort);
        others = List.copyOf(others);
    }
}
