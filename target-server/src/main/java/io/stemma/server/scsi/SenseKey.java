package io.stemma.server.scsi;

/** What sort of trouble sense data tells of (SPC-5). */
enum SenseKey {
    /** Nothing to tell. */
    NO_SENSE(0x0),
    /** Done, with a recovery on the way. */
    RECOVERED_ERROR(0x1),
    /** The logical unit cannot be accessed now. */
    NOT_READY(0x2),
    /** A flaw of the medium. */
    MEDIUM_ERROR(0x3),
    /** A failure of the device. */
    HARDWARE_ERROR(0x4),
    /** The command or its parameters are wrong. */
    ILLEGAL_REQUEST(0x5),
    /** Something happened that the initiator has to know first. */
    UNIT_ATTENTION(0x6),
    /** The block is protected. */
    DATA_PROTECT(0x7),
    /** Blank or non-blank medium where the other was expected. */
    BLANK_CHECK(0x8),
    /** Vendor's own. */
    VENDOR_SPECIFIC(0x9),
    /** A copy ended early. */
    COPY_ABORTED(0xa),
    /** The device ended the command; trying again may help. */
    ABORTED_COMMAND(0xb),
    /** Reserved. */
    RESERVED(0xc),
    /** The end of the partition was passed. */
    VOLUME_OVERFLOW(0xd),
    /** The data differ from the medium. */
    MISCOMPARE(0xe),
    /** Done; see the additional code. */
    COMPLETED(0xf);

    private final int code;

    SenseKey(int code) {
        this.code = code;
    }

    /** SENSE KEY. */
    int code() {
        return code;
    }
}
