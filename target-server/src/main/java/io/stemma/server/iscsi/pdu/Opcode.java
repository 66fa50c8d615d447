package io.stemma.server.iscsi.pdu;

import org.jspecify.annotations.Nullable;

/** The opcodes of RFC 7143, 11.2.1.2, with what the decoder has to know of those we receive. */
public enum Opcode {
    /** NOP-Out, 11.18. */
    NOP_OUT(0x00, true, true),
    /** SCSI Command, 11.3. */
    SCSI_COMMAND(0x01, true, true),
    /** Task Management Function Request, 11.5. */
    TASK_MANAGEMENT_REQUEST(0x02, false, true),
    /** Login Request, 11.12. */
    LOGIN_REQUEST(0x03, true, false),
    /** Text Request, 11.10. */
    TEXT_REQUEST(0x04, true, true),
    /** SCSI Data-Out, 11.7. */
    SCSI_DATA_OUT(0x05, true, false),
    /** Logout Request, 11.14. */
    LOGOUT_REQUEST(0x06, false, true),
    /** SNACK Request, 11.16. */
    SNACK_REQUEST(0x10, false, false),
    /** NOP-In, 11.19. */
    NOP_IN(0x20, true, false),
    /** SCSI Response, 11.4. */
    SCSI_RESPONSE(0x21, true, false),
    /** Task Management Function Response, 11.6. */
    TASK_MANAGEMENT_RESPONSE(0x22, false, false),
    /** Login Response, 11.13. */
    LOGIN_RESPONSE(0x23, true, false),
    /** Text Response, 11.11. */
    TEXT_RESPONSE(0x24, true, false),
    /** SCSI Data-In, 11.7. */
    SCSI_DATA_IN(0x25, true, false),
    /** Logout Response, 11.15. */
    LOGOUT_RESPONSE(0x26, false, false),
    /** Ready To Transfer, 11.8. */
    READY_TO_TRANSFER(0x31, false, false),
    /** Asynchronous Message, 11.9. */
    ASYNCHRONOUS_MESSAGE(0x32, true, false),
    /** Reject, 11.17. */
    REJECT(0x3f, true, false);

    private static final @Nullable Opcode[] BY_CODE = byCode();

    private final int code;
    private final boolean carriesData;
    private final boolean numbered;

    Opcode(int code, boolean carriesData, boolean numbered) {
        this.code = code;
        this.carriesData = carriesData;
        this.numbered = numbered;
    }

    private static @Nullable Opcode[] byCode() {
        @Nullable Opcode[] table = new @Nullable Opcode[64];
        for (Opcode opcode : values()) {
            table[opcode.code] = opcode;
        }
        return table;
    }

    /** The opcode of six bits, or null where the standard defines none. */
    public static @Nullable Opcode of(int code) {
        return BY_CODE[code & 0x3f];
    }

    /** Six bits. */
    public int code() {
        return code;
    }

    /** Whether an initiator sends it. */
    public boolean fromInitiator() {
        return code < 0x20;
    }

    /** Whether its data segment may be longer than nothing. */
    public boolean carriesData() {
        return carriesData;
    }

    /** Whether it takes a CmdSN unless it is immediate (RFC 7143, 4.2.2.1). */
    public boolean numbered() {
        return numbered;
    }
}
