package io.stemma.server.scsi;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;

/** REPORT SUPPORTED OPERATION CODES (SPC-5), from the rows that the dispatch reads. */
final class ReportSupportedOperationCodes extends Command {
    private static final int RCTD = 0x80;
    private static final int CTDP_IN_LIST = 0x02;
    private static final int SERVACTV = 0x01;
    private static final int CTDP = 0x80;
    private static final int NOT_SUPPORTED = 0x01;
    private static final int SUPPORTED = 0x03;

    @Override
    void execute(LogicalUnit unit, UnitState state, ScsiTask task) {
        byte[] cdb = task.cdb();
        boolean timeouts = (cdb[2] & RCTD) != 0;
        int operationCode = cdb[3] & 0xff;
        int serviceAction = BigEndian.u16(cdb, 4);
        boolean actions = CommandTable.hasServiceActions(operationCode);
        boolean plain = CommandTable.plainRow(operationCode) != null;
        switch (cdb[2] & 7) {
            case 0 -> send(task, all(timeouts));
            case 1 -> {
                if (actions) {
                    Sense.invalidInCdb(task, state.descriptorSense(), 2, 2);
                } else {
                    send(task, one(CommandTable.plainRow(operationCode), timeouts));
                }
            }
            case 2 -> {
                if (plain) {
                    Sense.invalidInCdb(task, state.descriptorSense(), 2, 2);
                } else {
                    send(task, one(CommandTable.row(operationCode, serviceAction), timeouts));
                }
            }
            case 3 -> send(task, one(either(operationCode, serviceAction), timeouts));
            default -> Sense.invalidInCdb(task, state.descriptorSense(), 2, 2);
        }
    }

    private static @Nullable CommandRow either(int operationCode, int serviceAction) {
        CommandRow row = CommandTable.plainRow(operationCode);
        if (row != null) {
            return serviceAction == 0 ? row : null;
        }
        return CommandTable.row(operationCode, serviceAction);
    }

    private static void send(ScsiTask task, byte[] data) {
        DataIn.send(task, data, BigEndian.u32(task.cdb(), 6));
    }

    private static byte[] all(boolean timeouts) {
        ByteArrayOutputStream list = new ByteArrayOutputStream();
        for (CommandRow row : CommandTable.all()) {
            byte[] descriptor = new byte[8];
            descriptor[0] = (byte) row.operationCode();
            BigEndian.put16(descriptor, 2, Math.max(0, row.serviceAction()));
            descriptor[5] =
                    (byte)
                            ((timeouts ? CTDP_IN_LIST : 0)
                                    | (row.serviceAction() >= 0 ? SERVACTV : 0));
            BigEndian.put16(descriptor, 6, row.bytes());
            list.writeBytes(descriptor);
            if (timeouts) {
                list.writeBytes(timeouts());
            }
        }
        byte[] data = new byte[4 + list.size()];
        BigEndian.put32(data, 0, list.size());
        System.arraycopy(list.toByteArray(), 0, data, 4, list.size());
        return data;
    }

    private static byte[] one(@Nullable CommandRow row, boolean timeouts) {
        if (row == null) {
            return new byte[] {0, NOT_SUPPORTED, 0, 0};
        }
        byte[] usage = row.usage();
        byte[] data = new byte[4 + usage.length + (timeouts ? 12 : 0)];
        data[1] = (byte) (SUPPORTED | (timeouts ? CTDP : 0));
        BigEndian.put16(data, 2, usage.length);
        System.arraycopy(usage, 0, data, 4, usage.length);
        if (timeouts) {
            System.arraycopy(timeouts(), 0, data, 4 + usage.length, 12);
        }
        return data;
    }

    /** A command timeouts descriptor; zero says that no time is indicated. */
    private static byte[] timeouts() {
        byte[] descriptor = new byte[12];
        BigEndian.put16(descriptor, 0, 10);
        return descriptor;
    }
}
