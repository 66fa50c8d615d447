package io.stemma.server.iscsi.pdu;

/** Why a PDU is rejected (RFC 7143, 11.17.1). */
public enum RejectReason {
    /** The data segment was damaged; the PDU was discarded. */
    DATA_DIGEST_ERROR(0x02),
    /** A SNACK that we do not serve. */
    SNACK_REJECT(0x03),
    /** The PDU may not be sent in this state. */
    PROTOCOL_ERROR(0x04),
    /** An opcode we do not know. */
    COMMAND_NOT_SUPPORTED(0x05),
    /** More immediate commands than we hold. */
    IMMEDIATE_COMMAND_REJECT(0x06),
    /** The tag belongs to a task that still runs. */
    TASK_IN_PROGRESS(0x07),
    /** A data acknowledgement that fits nothing. */
    INVALID_DATA_ACK(0x08),
    /** A field holds what it may not hold. */
    INVALID_PDU_FIELD(0x09),
    /** We cannot make a target transfer tag now. */
    LONG_OPERATION_REJECT(0x0a),
    /** Waiting for logout. */
    WAITING_FOR_LOGOUT(0x0c);

    private final int code;

    RejectReason(int code) {
        this.code = code;
    }

    /** One byte. */
    public int code() {
        return code;
    }
}
