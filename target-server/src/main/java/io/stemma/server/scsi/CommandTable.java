package io.stemma.server.scsi;

import io.stemma.server.scsi.CommandRow.Access;
import io.stemma.server.scsi.CommandRow.UnderReservation;
import io.stemma.server.scsi.ReserveOut.Action;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The one dispatch on operation code and service action, and what REPORT SUPPORTED OPERATION CODES
 * reports: both read the same rows. Immutable.
 */
final class CommandTable {
    private static final int SERVICE_ACTIONS = 32;

    /** By operation code; null where there is none or where service actions decide. */
    private static final @Nullable CommandRow[] PLAIN = new CommandRow[256];

    /** By operation code, then service action. */
    private static final @Nullable CommandRow[] @Nullable [] ACTIONS = new CommandRow[256][];

    /** All rows in the order of their operation codes. */
    private static final List<CommandRow> ROWS = rows();

    static {
        for (CommandRow row : ROWS) {
            if (row.serviceAction() < 0) {
                PLAIN[row.operationCode()] = row;
                continue;
            }
            @Nullable CommandRow[] actions = ACTIONS[row.operationCode()];
            if (actions == null) {
                actions = new CommandRow[SERVICE_ACTIONS];
                ACTIONS[row.operationCode()] = actions;
            }
            actions[row.serviceAction()] = row;
        }
    }

    private CommandTable() {}

    /** The row of a CDB, or null where it is not supported. */
    static @Nullable CommandRow row(byte[] cdb) {
        int operationCode = cdb[0] & 0xff;
        CommandRow row = PLAIN[operationCode];
        return row != null ? row : row(operationCode, cdb[1] & 0x1f);
    }

    /** The row of an operation code that has service actions. */
    static @Nullable CommandRow row(int operationCode, int serviceAction) {
        @Nullable CommandRow[] actions = ACTIONS[operationCode];
        return actions == null || serviceAction >= SERVICE_ACTIONS ? null : actions[serviceAction];
    }

    /** The row of an operation code that has no service actions. */
    static @Nullable CommandRow plainRow(int operationCode) {
        return PLAIN[operationCode];
    }

    /** Whether service actions decide about an operation code. */
    static boolean hasServiceActions(int operationCode) {
        return ACTIONS[operationCode] != null;
    }

    /** All rows. */
    static List<CommandRow> all() {
        return ROWS;
    }

    private static List<CommandRow> rows() {
        List<CommandRow> rows = new ArrayList<>();
        primary(rows);
        reserving(rows);
        reading(rows);
        writing(rows);
        atomic(rows);
        whole(rows);
        rows.sort((a, b) -> Integer.compare(a.operationCode(), b.operationCode()));
        return List.copyOf(rows);
    }

    private static void primary(List<CommandRow> rows) {
        add(
                rows,
                "00 00 00 00 00 00",
                Access.STOPPED,
                UnderReservation.PERSISTENT,
                new TestUnitReady());
        add(rows, "03 01 00 00 ff 00", Access.ALWAYS, new RequestSense());
        add(rows, "12 01 ff ff ff 00", Access.ALWAYS, new Inquiry());
        add(rows, "15 13 00 00 ff 00", Access.STOPPED, UnderReservation.WRITES, ModeSelect.six());
        add(rows, "1a 08 ff ff ff 00", Access.STOPPED, ModeSense.six());
        add(
                rows,
                "1b 01 00 0f f7 00",
                Access.STOPPED,
                UnderReservation.STARTS,
                new StartStopUnit());
        add(rows, "1c 01 ff ff ff 00", Access.STOPPED, new ReceiveDiagnosticResults());
        add(
                rows,
                "1d f4 00 ff ff 00",
                Access.STOPPED,
                UnderReservation.WRITES,
                new SendDiagnostic());
        add(
                rows,
                "4d 01 ff ff 00 ff ff ff ff 00",
                Access.STOPPED,
                UnderReservation.ALLOWED,
                new LogSense());
        add(
                rows,
                "55 13 00 00 00 00 00 ff ff 00",
                Access.STOPPED,
                UnderReservation.WRITES,
                ModeSelect.ten());
        add(rows, "5a 18 ff ff 00 00 00 ff ff 00", Access.STOPPED, ModeSense.ten());
        add(rows, "a0 00 ff 00 00 00 ff ff ff ff 00 00", Access.ALWAYS, new ReportLuns());
        add(
                rows,
                0x00,
                "84 00 ff 00 00 00 00 00 00 00 ff ff ff ff 00 00",
                Access.STOPPED,
                new ReceiveCopyResults(ReceiveCopyResults.STATUS));
        add(
                rows,
                0x03,
                "84 03 00 00 00 00 00 00 00 00 ff ff ff ff 00 00",
                Access.STOPPED,
                new ReceiveCopyResults(ReceiveCopyResults.PARAMETERS));
        add(
                rows,
                0x04,
                "84 04 ff 00 00 00 00 00 00 00 ff ff ff ff 00 00",
                Access.STOPPED,
                new ReceiveCopyResults(ReceiveCopyResults.FAILURE));
        add(
                rows,
                0x0c,
                "a3 0c 87 ff ff ff ff ff ff ff 00 00",
                Access.STOPPED,
                new ReportSupportedOperationCodes());
        add(
                rows,
                0x0d,
                "a3 0d 80 00 00 00 ff ff ff ff 00 00",
                Access.STOPPED,
                new ReportSupportedTaskManagement());
    }

    private static void reserving(List<CommandRow> rows) {
        Access access = Access.STOPPED;
        UnderReservation own = UnderReservation.PERSISTENT;
        add(rows, "16 11 00 00 00 00", access, own, Reserve.six());
        add(rows, "17 11 00 00 00 00", access, UnderReservation.ALLOWED, Release.six());
        add(rows, "56 13 00 00 00 00 00 00 00 00", access, own, Reserve.ten());
        add(rows, "57 13 00 00 00 00 00 00 00 00", access, UnderReservation.ALLOWED, Release.ten());
        for (int action = 0; action <= PersistentReserveIn.SERVICE_ACTION_MAX; action++) {
            String usage = String.format("5e %02x 00 00 00 00 00 ff ff 00", action);
            add(rows, action, usage, access, own, new PersistentReserveIn());
        }
        for (Action action : Action.values()) {
            String what = action.typeCounts() ? "ff" : "00";
            String usage = String.format("5f %02x %s 00 00 ff ff ff ff 00", action.code(), what);
            add(rows, action.code(), usage, access, own, new PersistentReserveOut(action));
        }
        add(
                rows,
                0x0a,
                "a3 ea 00 00 00 00 ff ff ff ff 00 00",
                access,
                UnderReservation.ALLOWED,
                new ReportTargetPortGroups());
    }

    private static void reading(List<CommandRow> rows) {
        add(rows, "08 1f ff ff ff 00", Access.STARTED, new Read(CdbShape.SIX));
        add(
                rows,
                "25 00 00 00 00 00 00 00 00 00",
                Access.STOPPED,
                UnderReservation.ALLOWED,
                ReadCapacity.ten());
        add(rows, "28 f8 ff ff ff ff 3f ff ff 00", Access.STARTED, new Read(CdbShape.TEN));
        add(rows, "2f f6 ff ff ff ff 3f ff ff 00", Access.STARTED, new Verify(CdbShape.TEN));
        add(rows, "34 02 ff ff ff ff 00 ff ff 00", Access.STARTED, new PreFetch(CdbShape.TEN));
        add(
                rows,
                "35 02 ff ff ff ff 3f ff ff 00",
                Access.STARTED,
                UnderReservation.WRITES,
                new SynchronizeCache(CdbShape.TEN));
        add(
                rows,
                "88 f8 ff ff ff ff ff ff ff ff ff ff ff ff 3f 00",
                Access.STARTED,
                new Read(CdbShape.SIXTEEN));
        add(
                rows,
                "8f f6 ff ff ff ff ff ff ff ff ff ff ff ff 3f 00",
                Access.STARTED,
                new Verify(CdbShape.SIXTEEN));
        add(rows, "37 00 1f 00 00 00 00 ff ff 00", Access.STOPPED, ReadDefectData.ten());
        add(
                rows,
                "90 02 ff ff ff ff ff ff ff ff ff ff ff ff 00 00",
                Access.STARTED,
                new PreFetch(CdbShape.SIXTEEN));
        add(
                rows,
                "91 02 ff ff ff ff ff ff ff ff ff ff ff ff 3f 00",
                Access.STARTED,
                UnderReservation.WRITES,
                new SynchronizeCache(CdbShape.SIXTEEN));
        add(
                rows,
                0x10,
                "9e 10 00 00 00 00 00 00 00 00 ff ff ff ff 00 00",
                Access.STOPPED,
                UnderReservation.ALLOWED,
                ReadCapacity.sixteen());
        add(
                rows,
                0x12,
                "9e 12 ff ff ff ff ff ff ff ff ff ff ff ff 00 00",
                Access.STARTED,
                new GetLbaStatus());
        add(rows, "a8 f8 ff ff ff ff ff ff ff ff 3f 00", Access.STARTED, new Read(CdbShape.TWELVE));
        add(
                rows,
                "af f6 ff ff ff ff ff ff ff ff 3f 00",
                Access.STARTED,
                new Verify(CdbShape.TWELVE));
        add(rows, "b7 1f ff ff ff ff ff ff ff ff 00 00", Access.STOPPED, ReadDefectData.twelve());
    }

    /** Commands for a unit as a whole, and for several units. */
    private static void whole(List<CommandRow> rows) {
        add(
                rows,
                Sanitize.OVERWRITE,
                "48 e1 ff ff ff ff ff ff ff 00",
                Access.WRITABLE,
                new Sanitize(Sanitize.OVERWRITE));
        add(
                rows,
                Sanitize.BLOCK_ERASE,
                "48 e2 ff ff ff ff ff ff ff 00",
                Access.WRITABLE,
                new Sanitize(Sanitize.BLOCK_ERASE));
        add(
                rows,
                Sanitize.EXIT_FAILURE_MODE,
                "48 ff ff ff ff ff ff ff ff 00",
                Access.WRITABLE,
                new Sanitize(Sanitize.EXIT_FAILURE_MODE));
        add(
                rows,
                0x00,
                "83 00 00 00 00 00 00 00 00 00 ff ff ff ff 00 00",
                Access.STARTED,
                UnderReservation.WRITES,
                new ExtendedCopy());
    }

    private static void writing(List<CommandRow> rows) {
        add(rows, "0a 1f ff ff ff 00", Access.WRITABLE, new Write(CdbShape.SIX));
        add(rows, "2a f8 ff ff ff ff 3f ff ff 00", Access.WRITABLE, new Write(CdbShape.TEN));
        add(
                rows,
                "2e f6 ff ff ff ff 3f ff ff 00",
                Access.WRITABLE,
                new WriteAndVerify(CdbShape.TEN));
        add(rows, "41 fe ff ff ff ff 3f ff ff 00", Access.WRITABLE, new WriteSame(CdbShape.TEN));
        add(rows, "42 01 00 00 00 00 3f ff ff 00", Access.WRITABLE, new Unmap());
        add(
                rows,
                "8a f8 ff ff ff ff ff ff ff ff ff ff ff ff 3f 00",
                Access.WRITABLE,
                new Write(CdbShape.SIXTEEN));
        add(
                rows,
                "8e f6 ff ff ff ff ff ff ff ff ff ff ff ff 3f 00",
                Access.WRITABLE,
                new WriteAndVerify(CdbShape.SIXTEEN));
        add(
                rows,
                "93 ff ff ff ff ff ff ff ff ff ff ff ff ff 3f 00",
                Access.WRITABLE,
                new WriteSame(CdbShape.SIXTEEN));
        add(
                rows,
                "aa f8 ff ff ff ff ff ff ff ff 3f 00",
                Access.WRITABLE,
                new Write(CdbShape.TWELVE));
        add(
                rows,
                "ae f6 ff ff ff ff ff ff ff ff 3f 00",
                Access.WRITABLE,
                new WriteAndVerify(CdbShape.TWELVE));
    }

    /** What no other command may come between. */
    private static void atomic(List<CommandRow> rows) {
        add(
                rows,
                "89 f8 ff ff ff ff ff ff ff ff 00 00 00 ff 3f 00",
                Access.WRITABLE,
                new CompareAndWrite());
        add(
                rows,
                "8b f8 ff ff ff ff ff ff ff ff ff ff ff ff 3f 00",
                Access.WRITABLE,
                new OrWrite());
        add(
                rows,
                "9c f8 ff ff ff ff ff ff ff ff ff ff ff ff 3f 00",
                Access.WRITABLE,
                new WriteAtomic());
    }

    private static void add(List<CommandRow> rows, String usage, Access access, Command command) {
        add(rows, -1, usage, access, command);
    }

    private static void add(
            List<CommandRow> rows,
            int serviceAction,
            String usage,
            Access access,
            Command command) {
        add(rows, serviceAction, usage, access, UnderReservation.usual(access), command);
    }

    private static void add(
            List<CommandRow> rows,
            String usage,
            Access access,
            UnderReservation underReservation,
            Command command) {
        add(rows, -1, usage, access, underReservation, command);
    }

    private static void add(
            List<CommandRow> rows,
            int serviceAction,
            String usage,
            Access access,
            UnderReservation underReservation,
            Command command) {
        byte[] bytes = HexFormat.ofDelimiter(" ").parseHex(usage);
        rows.add(new CommandRow(serviceAction, bytes, access, underReservation, command));
    }
}
