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

    private final int serviceAction;
    private final byte[] usage;
    private final Access access;
    private final Command command;

    /**
     * Makes a row.
     *
     * @param serviceAction service action, or -1 where the operation code has none
     * @param usage CDB usage data (SPC-5): operation code, service action, and a one for every bit
     *     that is looked at; its length is that of the CDB
     * @param access in which conditions the command may run
     * @param command what executes it
     */
    CommandRow(int serviceAction, byte[] usage, Access access, Command command) {
        Invariant.check(
                usage.length == bytesOf(usage[0] & 0xff), "the operation code says the length");
        this.serviceAction = serviceAction;
        this.usage = usage;
        this.access = access;
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
