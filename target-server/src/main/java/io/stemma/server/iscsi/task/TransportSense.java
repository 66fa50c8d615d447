package io.stemma.server.iscsi.task;

/** How commands end that never reach their logical unit (RFC 7143, 11.4.7.2; SPC-5, 4.4). */
enum TransportSense {
    /** A bidirectional command, or a CDB longer than any we know. */
    UNSUPPORTED(0x05, 0x20, 0x00),
    /** Data that was not asked for. */
    UNEXPECTED_UNSOLICITED_DATA(0x0b, 0x0c, 0x0c),
    /** More or less data than was agreed. */
    INCORRECT_AMOUNT_OF_DATA(0x0b, 0x0c, 0x0d),
    /** A digest, a DataSN or an offset was wrong. */
    PROTOCOL_SERVICE_CRC_ERROR(0x0b, 0x47, 0x05),
    /** Data that was asked for did not come. */
    INITIATOR_RESPONSE_TIMEOUT(0x0b, 0x4b, 0x06),
    /** Our own fault. */
    INTERNAL_TARGET_FAILURE(0x04, 0x44, 0x00),
    /** No memory for its data: to be sent again (SAM-5, 5.3.1). */
    TASK_SET_FULL(0, 0, 0);

    /** Length of the longer of both formats. */
    static final int BYTES_MAX = 18;

    private static final int DESCRIPTOR_BYTES = 8;

    private static final int CHECK_CONDITION = 0x02;
    private static final int TASK_SET_FULL_STATUS = 0x28;

    private final int key;
    private final int code;
    private final int qualifier;

    TransportSense(int key, int code, int qualifier) {
        this.key = key;
        this.code = code;
        this.qualifier = qualifier;
    }

    int status() {
        return key == 0 ? TASK_SET_FULL_STATUS : CHECK_CONDITION;
    }

    /**
     * Writes sense data of a current error over zeroes.
     *
     * @param descriptor whether in descriptor format (D_SENSE of the logical unit, SPC-5, 4.4.2)
     * @return its length
     */
    int writeTo(byte[] sense, boolean descriptor) {
        if (key == 0) {
            return 0;
        }
        if (descriptor) {
            sense[0] = 0x72;
            sense[1] = (byte) key;
            sense[2] = (byte) code;
            sense[3] = (byte) qualifier;
            return DESCRIPTOR_BYTES;
        }
        sense[0] = 0x70;
        sense[2] = (byte) key;
        sense[7] = BYTES_MAX - 8;
        sense[12] = (byte) code;
        sense[13] = (byte) qualifier;
        return BYTES_MAX;
    }
}
