package io.stemma.server.scsi;

import org.jspecify.annotations.Nullable;

/**
 * The commands that figures are kept for, by the names of SPC-5 and SBC-4. What is not here counts
 * as {@link #OTHER}, so that a peer that invents operation codes costs nothing.
 */
public enum CommandName {
    /** Whatever has no name here. */
    OTHER(-1, "other"),
    TEST_UNIT_READY(0x00, "TEST UNIT READY"),
    REQUEST_SENSE(0x03, "REQUEST SENSE"),
    READ_6(0x08, "READ(6)", Work.READ, CdbShape.SIX),
    WRITE_6(0x0a, "WRITE(6)", Work.WRITE, CdbShape.SIX),
    INQUIRY(0x12, "INQUIRY"),
    MODE_SELECT_6(0x15, "MODE SELECT(6)"),
    RESERVE_6(0x16, "RESERVE(6)"),
    RELEASE_6(0x17, "RELEASE(6)"),
    MODE_SENSE_6(0x1a, "MODE SENSE(6)"),
    START_STOP_UNIT(0x1b, "START STOP UNIT"),
    RECEIVE_DIAGNOSTIC(0x1c, "RECEIVE DIAGNOSTIC RESULTS"),
    SEND_DIAGNOSTIC(0x1d, "SEND DIAGNOSTIC"),
    READ_CAPACITY_10(0x25, "READ CAPACITY(10)"),
    READ_10(0x28, "READ(10)", Work.READ, CdbShape.TEN),
    WRITE_10(0x2a, "WRITE(10)", Work.WRITE, CdbShape.TEN),
    WRITE_AND_VERIFY_10(0x2e, "WRITE AND VERIFY(10)", Work.WRITE, CdbShape.TEN),
    VERIFY_10(0x2f, "VERIFY(10)", Work.OTHER, CdbShape.TEN),
    PRE_FETCH_10(0x34, "PRE-FETCH(10)", Work.OTHER, CdbShape.TEN),
    SYNCHRONIZE_CACHE_10(0x35, "SYNCHRONIZE CACHE(10)", Work.FLUSH, CdbShape.TEN),
    READ_DEFECT_DATA_10(0x37, "READ DEFECT DATA(10)"),
    WRITE_BUFFER(0x3b, "WRITE BUFFER"),
    READ_BUFFER(0x3c, "READ BUFFER(10)"),
    WRITE_SAME_10(0x41, "WRITE SAME(10)", Work.OTHER, CdbShape.TEN),
    UNMAP(0x42, "UNMAP"),
    SANITIZE(0x48, "SANITIZE"),
    LOG_SELECT(0x4c, "LOG SELECT"),
    LOG_SENSE(0x4d, "LOG SENSE"),
    MODE_SELECT_10(0x55, "MODE SELECT(10)"),
    RESERVE_10(0x56, "RESERVE(10)"),
    RELEASE_10(0x57, "RELEASE(10)"),
    MODE_SENSE_10(0x5a, "MODE SENSE(10)"),
    PERSISTENT_RESERVE_IN(0x5e, "PERSISTENT RESERVE IN"),
    PERSISTENT_RESERVE_OUT(0x5f, "PERSISTENT RESERVE OUT"),
    EXTENDED_COPY(0x83, "EXTENDED COPY"),
    RECEIVE_COPY_RESULTS(0x84, "RECEIVE COPY RESULTS"),
    READ_16(0x88, "READ(16)", Work.READ, CdbShape.SIXTEEN),
    COMPARE_AND_WRITE(0x89, "COMPARE AND WRITE", Work.WRITE, null),
    WRITE_16(0x8a, "WRITE(16)", Work.WRITE, CdbShape.SIXTEEN),
    ORWRITE_16(0x8b, "ORWRITE(16)", Work.WRITE, CdbShape.SIXTEEN),
    WRITE_AND_VERIFY_16(0x8e, "WRITE AND VERIFY(16)", Work.WRITE, CdbShape.SIXTEEN),
    VERIFY_16(0x8f, "VERIFY(16)", Work.OTHER, CdbShape.SIXTEEN),
    PRE_FETCH_16(0x90, "PRE-FETCH(16)", Work.OTHER, CdbShape.SIXTEEN),
    SYNCHRONIZE_CACHE_16(0x91, "SYNCHRONIZE CACHE(16)", Work.FLUSH, CdbShape.SIXTEEN),
    WRITE_SAME_16(0x93, "WRITE SAME(16)", Work.OTHER, CdbShape.SIXTEEN),
    WRITE_ATOMIC_16(0x9c, "WRITE ATOMIC(16)", Work.WRITE, null),
    READ_CAPACITY_16(0x9e, 0x10, "READ CAPACITY(16)"),
    GET_LBA_STATUS(0x9e, 0x12, "GET LBA STATUS"),
    REPORT_LUNS(0xa0, "REPORT LUNS"),
    REPORT_IDENTIFYING_INFORMATION(0xa3, 0x05, "REPORT IDENTIFYING INFORMATION"),
    REPORT_TARGET_PORT_GROUPS(0xa3, 0x0a, "REPORT TARGET PORT GROUPS"),
    REPORT_SUPPORTED_OPERATION_CODES(0xa3, 0x0c, "REPORT SUPPORTED OPERATION CODES"),
    REPORT_SUPPORTED_TASK_MANAGEMENT(0xa3, 0x0d, "REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS"),
    REPORT_TIMESTAMP(0xa3, 0x0f, "REPORT TIMESTAMP"),
    READ_12(0xa8, "READ(12)", Work.READ, CdbShape.TWELVE),
    WRITE_12(0xaa, "WRITE(12)", Work.WRITE, CdbShape.TWELVE),
    WRITE_AND_VERIFY_12(0xae, "WRITE AND VERIFY(12)", Work.WRITE, CdbShape.TWELVE),
    VERIFY_12(0xaf, "VERIFY(12)", Work.OTHER, CdbShape.TWELVE),
    READ_DEFECT_DATA_12(0xb7, "READ DEFECT DATA(12)");

    /** What a command does to a logical unit, as far as figures tell it apart. */
    public enum Work {
        /** Data in from the medium. */
        READ,
        /** Data out to the medium. */
        WRITE,
        /** SYNCHRONIZE CACHE. */
        FLUSH,
        /** Everything else. */
        OTHER;

        /** Place in arrays that have one for each. */
        @SuppressWarnings("EnumOrdinal") // Arrays by it live no longer than the process.
        public int index() {
            return ordinal();
        }
    }

    private static final int SERVICE_ACTIONS = 32;

    private static final @Nullable CommandName[] PLAIN = new CommandName[256];
    private static final @Nullable CommandName[] @Nullable [] ACTIONS = new CommandName[256][];

    static {
        for (CommandName name : values()) {
            if (name.operationCode >= 0 && name.serviceAction < 0) {
                PLAIN[name.operationCode] = name;
            } else if (name.operationCode >= 0) {
                @Nullable CommandName[] actions = ACTIONS[name.operationCode];
                if (actions == null) {
                    actions = new CommandName[SERVICE_ACTIONS];
                    ACTIONS[name.operationCode] = actions;
                }
                actions[name.serviceAction] = name;
            }
        }
    }

    private final int operationCode;
    private final int serviceAction;
    private final String words;
    private final Work work;
    private final @Nullable CdbShape shape;

    CommandName(int operationCode, String words) {
        this(operationCode, -1, words, Work.OTHER, null);
    }

    CommandName(int operationCode, int serviceAction, String words) {
        this(operationCode, serviceAction, words, Work.OTHER, null);
    }

    CommandName(int operationCode, String words, Work work, @Nullable CdbShape shape) {
        this(operationCode, -1, words, work, shape);
    }

    CommandName(
            int operationCode,
            int serviceAction,
            String words,
            Work work,
            @Nullable CdbShape shape) {
        this.operationCode = operationCode;
        this.serviceAction = serviceAction;
        this.words = words;
        this.work = work;
        this.shape = shape;
    }

    /** The name of a CDB's command. */
    public static CommandName of(byte[] cdb) {
        int operationCode = cdb[0] & 0xff;
        CommandName name = PLAIN[operationCode];
        if (name != null) {
            return name;
        }
        @Nullable CommandName[] actions = ACTIONS[operationCode];
        name = actions == null ? null : actions[cdb[1] & 0x1f];
        return name == null ? OTHER : name;
    }

    /** Place in arrays that have one for each. */
    @SuppressWarnings("EnumOrdinal") // Arrays by it live no longer than the process.
    public int index() {
        return ordinal();
    }

    /** As the standard writes it. */
    public String words() {
        return words;
    }

    /** What it does. */
    public Work work() {
        return work;
    }

    /** Logical block address of a CDB of this command, or -1 where it has none. */
    public long lba(byte[] cdb) {
        return shape == null ? -1 : shape.lba(cdb);
    }

    /** Number of logical blocks that a CDB of this command names, or -1 where it names none. */
    public long blocks(byte[] cdb) {
        return shape == null ? -1 : shape.blocks(cdb);
    }
}
