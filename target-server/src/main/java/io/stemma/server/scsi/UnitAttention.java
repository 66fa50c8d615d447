package io.stemma.server.scsi;

/**
 * What a logical unit has to tell an initiator port before it works on (SAM-5, 5.14), the gravest
 * first: the order here is the order of reporting, and a reset makes the graver and the lesser
 * known alike, so it drops what stands behind it, but for changed content.
 */
enum UnitAttention {
    /** A hard reset by way of a target reset (SAM-5, 6.3.2). */
    HARD_RESET(0, AdditionalSense.SCSI_BUS_RESET_OCCURRED, true),
    /** LOGICAL UNIT RESET (SAM-5, 6.3.3). */
    LOGICAL_UNIT_RESET(1, AdditionalSense.BUS_DEVICE_RESET_OCCURRED, true),
    /** The same initiator port had a nexus before, which was lost (SAM-5, 6.3.4). */
    NEXUS_LOSS(2, AdditionalSense.NEXUS_LOSS_OCCURRED, true),
    /** The volume was reverted: what a host remembers of its blocks is of another time. */
    CONTENT(3, AdditionalSense.MEDIUM_MAY_HAVE_CHANGED, false),
    /** Another nexus changed mode parameters that all share. */
    MODE_PARAMETERS(4, AdditionalSense.MODE_PARAMETERS_CHANGED, false),
    /** The volume was resized. */
    CAPACITY(5, AdditionalSense.CAPACITY_CHANGED, false),
    /** A logical unit was mapped or unmapped. */
    REPORTED_LUNS(6, AdditionalSense.REPORTED_LUNS_CHANGED, false),
    /** Another nexus cleared all reservations and registrations. */
    RESERVATIONS_PREEMPTED(7, AdditionalSense.RESERVATIONS_PREEMPTED, false),
    /** Another nexus gave up a reservation that registrants shared. */
    RESERVATIONS_RELEASED(8, AdditionalSense.RESERVATIONS_RELEASED, false),
    /** Another nexus removed the registration of this one. */
    REGISTRATIONS_PREEMPTED(9, AdditionalSense.REGISTRATIONS_PREEMPTED, false),
    /** The pool is fuller than its soft threshold (SBC-4, 4.7.3.7.6). */
    SOFT_THRESHOLD(10, AdditionalSense.SOFT_THRESHOLD_REACHED, false);

    /** What {@link #information} says where the sense data has none. */
    static final int NO_INFORMATION = -1;

    private final int bit;
    private final AdditionalSense sense;
    private final boolean reset;

    UnitAttention(int rank, AdditionalSense sense, boolean reset) {
        bit = 1 << rank;
        this.sense = sense;
        this.reset = reset;
    }

    AdditionalSense sense() {
        return sense;
    }

    /** The INFORMATION field of its sense data: for a threshold, where its descriptor stands. */
    int information() {
        return this == SOFT_THRESHOLD ? Provisioning.DESCRIPTOR_AT : NO_INFORMATION;
    }

    int bit() {
        return bit;
    }

    /** The set of pending attentions after this one was added. */
    int addedTo(int pending) {
        // Of a reset nobody learns that blocks hold something else.
        int kept = (bit - 1) | CONTENT.bit;
        return (reset ? pending & kept : pending) | bit;
    }

    /** The gravest of a set that is not empty. */
    static UnitAttention first(int pending) {
        for (UnitAttention attention : values()) {
            if ((pending & attention.bit) != 0) {
                return attention;
            }
        }
        throw new IllegalArgumentException("no attention is pending");
    }
}
