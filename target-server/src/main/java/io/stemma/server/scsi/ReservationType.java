package io.stemma.server.scsi;

import org.jspecify.annotations.Nullable;

/** Types of persistent reservations (SPC-5, 6.15.3.4): who may still read, who may still write. */
enum ReservationType {
    /** The holder writes, everybody reads. */
    WRITE_EXCLUSIVE(1, false, false, false),
    /** The holder alone. */
    EXCLUSIVE_ACCESS(3, true, false, false),
    /** Registrants write, everybody reads. */
    WRITE_EXCLUSIVE_REGISTRANTS_ONLY(5, false, true, false),
    /** Registrants alone. */
    EXCLUSIVE_ACCESS_REGISTRANTS_ONLY(6, true, true, false),
    /** As registrants only, and every registrant is a holder. */
    WRITE_EXCLUSIVE_ALL_REGISTRANTS(7, false, false, true),
    /** As registrants only, and every registrant is a holder. */
    EXCLUSIVE_ACCESS_ALL_REGISTRANTS(8, true, false, true);

    private final int code;
    private final boolean exclusiveAccess;
    private final boolean registrantsOnly;
    private final boolean allRegistrants;

    ReservationType(
            int code, boolean exclusiveAccess, boolean registrantsOnly, boolean allRegistrants) {
        this.code = code;
        this.exclusiveAccess = exclusiveAccess;
        this.registrantsOnly = registrantsOnly;
        this.allRegistrants = allRegistrants;
    }

    /** The type of a TYPE field, or null where there is none. */
    static @Nullable ReservationType of(int code) {
        for (ReservationType type : values()) {
            if (type.code == code) {
                return type;
            }
        }
        return null;
    }

    /** TYPE. */
    int code() {
        return code;
    }

    /** Whether reading conflicts too. */
    boolean exclusiveAccess() {
        return exclusiveAccess;
    }

    /** Whether every registrant is a holder. */
    boolean allRegistrants() {
        return allRegistrants;
    }

    /** Whether every registrant may do what the holder may: both families of registrants. */
    boolean sharedByRegistrants() {
        return registrantsOnly || allRegistrants;
    }

    /** Whether it has one holder but serves every registrant. */
    boolean registrantsOnly() {
        return registrantsOnly;
    }
}
