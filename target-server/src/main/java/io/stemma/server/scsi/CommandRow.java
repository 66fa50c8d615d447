package io.stemma.server.scsi;

import io.stemma.engine.runtime.Invariant;

/**
 * A command that logical units support: how it is found, what of its CDB counts, what executes it.
 */
final class CommandRow {
    /** In which conditions a command may run; each needs what the one before it needs, and more. */
    enum Access {
        /** Even while a unit attention is pending (SAM-5, 5.14.3). */
        ALWAYS,
        /** While the unit is stopped. */
        STOPPED,
        /** While the unit is started. */
        STARTED,
        /** While the unit is started and not write protected. */
        WRITABLE
    }

    /**
     * What may still be done by an initiator that a reservation keeps out (SPC-5, 5.13.1 and SBC-4,
     * 4.17 for persistent ones, SPC-2, 5.5.1 for RESERVE).
     */
    enum UnderReservation {
        /** Told or done whatever is reserved. */
        ALLOWED(true, true, true),
        /** Goes on beside persistent reservations, or judges them itself; not beside RESERVE. */
        PERSISTENT(true, true, false),
        /** Reads, which only exclusive access forbids. */
        READS(true, false, false),
        /** Changes something. */
        WRITES(false, false, false),
        /** START STOP UNIT: allowed where it only starts. */
        STARTS(false, false, false);

        private final boolean writeExclusive;
        private final boolean exclusiveAccess;
        private final boolean besideReserve;

        UnderReservation(boolean writeExclusive, boolean exclusiveAccess, boolean besideReserve) {
            this.writeExclusive = writeExclusive;
            this.exclusiveAccess = exclusiveAccess;
            this.besideReserve = besideReserve;
        }

        /** What most commands of an access are. */
        static UnderReservation usual(Access access) {
            return switch (access) {
                case ALWAYS -> ALLOWED;
                case STOPPED, STARTED -> READS;
                case WRITABLE -> WRITES;
            };
        }

        /** Whether it is allowed under a persistent reservation of others. */
        boolean allowed(byte[] cdb, boolean accessIsExclusive) {
            return (accessIsExclusive ? exclusiveAccess : writeExclusive) || starts(cdb);
        }

        /** Whether it is allowed while another nexus has reserved by RESERVE. */
        boolean allowedBesideReserve(byte[] cdb) {
            return besideReserve || starts(cdb);
        }

        /** START is one, POWER CONDITION is zero (SBC-4, START STOP UNIT). */
        private boolean starts(byte[] cdb) {
            return this == STARTS && (cdb[4] & 0xf1) == 0x01;
        }
    }

    private final int serviceAction;
    private final byte[] usage;
    private final Access access;
    private final UnderReservation underReservation;
    private final Command command;

    /**
     * Makes a row.
     *
     * @param serviceAction service action, or -1 where the operation code has none
     * @param usage CDB usage data (SPC-5): operation code, service action, and a one for every bit
     *     that is looked at; its length is that of the CDB
     * @param access in which conditions the command may run
     * @param underReservation what a reservation of others leaves of it
     * @param command what executes it
     */
    CommandRow(
            int serviceAction,
            byte[] usage,
            Access access,
            UnderReservation underReservation,
            Command command) {
        Invariant.check(
                usage.length == bytesOf(usage[0] & 0xff), "the operation code says the length");
        this.serviceAction = serviceAction;
        this.usage = usage;
        this.access = access;
        this.underReservation = underReservation;
        this.command = command;
    }

    /** Service action, or -1. */
    int serviceAction() {
        return serviceAction;
    }

    int operationCode() {
        return usage[0] & 0xff;
    }

    /** Length of the CDB in bytes. */
    int bytes() {
        return usage.length;
    }

    /** A copy of the CDB usage data. */
    byte[] usage() {
        return usage.clone();
    }

    Access access() {
        return access;
    }

    UnderReservation underReservation() {
        return underReservation;
    }

    Command command() {
        return command;
    }

    /** Index of the CONTROL byte (SPC-5). */
    int controlAt() {
        return usage.length == 32 ? 1 : usage.length - 1;
    }

    /** Length of a CDB by the group of its operation code (SPC-5). */
    private static int bytesOf(int operationCode) {
        return switch (operationCode >>> 5) {
            case 0 -> 6;
            case 1, 2 -> 10;
            case 3 -> 32;
            case 4 -> 16;
            case 5 -> 12;
            default -> 0;
        };
    }
}
