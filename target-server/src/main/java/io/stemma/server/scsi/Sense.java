package io.stemma.server.scsi;

import java.util.Arrays;

/**
 * Ends commands with a status, and builds sense data (SPC-5, 4.4). Fixed format (70h) unless the
 * logical unit's control mode page asks for descriptors (D_SENSE, 72h). Any thread.
 */
final class Sense {
    static final int GOOD = 0x00;
    static final int CHECK_CONDITION = 0x02;
    static final int BUSY = 0x08;
    static final int RESERVATION_CONFLICT = 0x18;

    static final int FIXED_BYTES = 18;
    static final int DESCRIPTOR_HEADER_BYTES = 8;

    private static final int SENSE_KEY_SPECIFIC_VALID = 0x80;
    private static final int IN_CDB = 0x40;
    private static final int BIT_POINTER_VALID = 0x08;

    private Sense() {}

    /** Ends a command that was done as asked. */
    static void good(ScsiTask task) {
        task.status(GOOD);
        task.finish();
    }

    /** Ends a command that may succeed when sent again soon. */
    static void busy(ScsiTask task) {
        task.dataInLength(0);
        task.status(BUSY);
        task.finish();
    }

    /** Ends a command that a reservation of another nexus forbids (SAM-5, 5.3.1). */
    static void conflict(ScsiTask task) {
        task.dataInLength(0);
        task.status(RESERVATION_CONFLICT);
        task.finish();
    }

    /** Ends a command with CHECK CONDITION. */
    static void check(ScsiTask task, boolean descriptor, SenseKey key, AdditionalSense sense) {
        task.senseLength(write(task.sense(), descriptor, key, sense));
        checkCondition(task);
    }

    /** Ends a command with CHECK CONDITION beside the data in that is ready. */
    static void withData(ScsiTask task, boolean descriptor, SenseKey key, AdditionalSense sense) {
        task.senseLength(write(task.sense(), descriptor, key, sense));
        task.status(CHECK_CONDITION);
        task.finish();
    }

    /** Ends a command with CHECK CONDITION and a number in the INFORMATION field. */
    static void checkInformation(
            ScsiTask task,
            boolean descriptor,
            SenseKey key,
            AdditionalSense sense,
            long information) {
        byte[] to = task.sense();
        int length = write(to, descriptor, key, sense);
        task.senseLength(information(to, length, descriptor, information));
        checkCondition(task);
    }

    /** Writes a unit attention as sense data; returns its length. */
    static int write(byte[] to, boolean descriptor, UnitAttention attention) {
        int length = write(to, descriptor, SenseKey.UNIT_ATTENTION, attention.sense());
        int information = attention.information();
        return information == UnitAttention.NO_INFORMATION
                ? length
                : information(to, length, descriptor, information);
    }

    /** Ends a command that met a unit attention. */
    static void check(ScsiTask task, boolean descriptor, UnitAttention attention) {
        task.senseLength(write(task.sense(), descriptor, attention));
        checkCondition(task);
    }

    /** Ends a command because of a whole byte of its CDB. */
    static void invalidInCdb(ScsiTask task, boolean descriptor, int atByte) {
        invalid(task, descriptor, AdditionalSense.INVALID_FIELD_IN_CDB, IN_CDB, atByte, -1);
    }

    /**
     * Ends a command because of some bits of its CDB.
     *
     * @param bit most significant bit of the field, 7 to 0
     */
    static void invalidInCdb(ScsiTask task, boolean descriptor, int atByte, int bit) {
        invalid(task, descriptor, AdditionalSense.INVALID_FIELD_IN_CDB, IN_CDB, atByte, bit);
    }

    /**
     * Ends a command because of its parameter list.
     *
     * @param bit most significant bit of the field, 7 to 0, or -1 for whole bytes
     */
    static void invalidInParameters(ScsiTask task, boolean descriptor, int atByte, int bit) {
        invalid(task, descriptor, AdditionalSense.INVALID_FIELD_IN_PARAMETER_LIST, 0, atByte, bit);
    }

    /** The same with an additional sense of its own. */
    static void invalidInParameters(
            ScsiTask task, boolean descriptor, AdditionalSense sense, int atByte, int bit) {
        invalid(task, descriptor, sense, 0, atByte, bit);
    }

    /** Ends a command with CHECK CONDITION and sense data that was written already. */
    static void checkWritten(ScsiTask task, int length) {
        task.senseLength(length);
        checkCondition(task);
    }

    /**
     * Writes sense data with a progress indication (SPC-5, 4.4.2.4.4).
     *
     * @param progress in 65,536ths
     * @return its length in bytes
     */
    static int writeProgress(
            byte[] to, boolean descriptor, SenseKey key, AdditionalSense sense, int progress) {
        int length = write(to, descriptor, key, sense);
        return specific(to, length, descriptor, SENSE_KEY_SPECIFIC_VALID, progress);
    }

    /** Ends a command whose operation code nobody knows. */
    static void invalidOperationCode(ScsiTask task, boolean descriptor) {
        invalid(task, descriptor, AdditionalSense.INVALID_OPERATION_CODE, IN_CDB, 0, -1);
    }

    private static void invalid(
            ScsiTask task,
            boolean descriptor,
            AdditionalSense sense,
            int commandOrData,
            int atByte,
            int bit) {
        byte[] to = task.sense();
        int length = write(to, descriptor, SenseKey.ILLEGAL_REQUEST, sense);
        int flags = SENSE_KEY_SPECIFIC_VALID | commandOrData;
        if (bit >= 0) {
            flags |= BIT_POINTER_VALID | bit;
        }
        task.senseLength(specific(to, length, descriptor, flags, atByte));
        checkCondition(task);
    }

    private static void checkCondition(ScsiTask task) {
        task.dataInLength(0);
        task.status(CHECK_CONDITION);
        task.finish();
    }

    /**
     * Writes sense data without additional fields.
     *
     * @param to where to, from index 0; at least {@link #FIXED_BYTES} bytes
     * @return its length in bytes
     */
    static int write(byte[] to, boolean descriptor, SenseKey key, AdditionalSense sense) {
        if (descriptor) {
            Arrays.fill(to, 0, DESCRIPTOR_HEADER_BYTES, (byte) 0);
            to[0] = 0x72;
            to[1] = (byte) key.code();
            to[2] = (byte) sense.asc();
            to[3] = (byte) sense.ascq();
            return DESCRIPTOR_HEADER_BYTES;
        }
        Arrays.fill(to, 0, FIXED_BYTES, (byte) 0);
        to[0] = 0x70;
        to[2] = (byte) key.code();
        to[7] = FIXED_BYTES - 8;
        to[12] = (byte) sense.asc();
        to[13] = (byte) sense.ascq();
        return FIXED_BYTES;
    }

    /** SPC-5: in fixed format a value beyond 32 bits leaves VALID zero. */
    private static int information(byte[] to, int length, boolean descriptor, long value) {
        if (!descriptor) {
            if (value >>> 32 == 0) {
                to[0] |= (byte) 0x80;
                BigEndian.put32(to, 3, value);
            }
            return length;
        }
        to[length] = 0x00;
        to[length + 1] = 0x0a;
        to[length + 2] = (byte) 0x80;
        to[length + 3] = 0;
        BigEndian.put64(to, length + 4, value);
        to[7] = (byte) (to[7] + 12);
        return length + 12;
    }

    private static int specific(byte[] to, int length, boolean descriptor, int flags, int atByte) {
        if (!descriptor) {
            to[15] = (byte) flags;
            BigEndian.put16(to, 16, atByte);
            return length;
        }
        Arrays.fill(to, length, length + 8, (byte) 0);
        to[length] = 0x02;
        to[length + 1] = 0x06;
        to[length + 4] = (byte) flags;
        BigEndian.put16(to, length + 5, atByte);
        to[7] = (byte) (to[7] + 8);
        return length + 8;
    }
}
