package io.stemma.server.scsi;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** INQUIRY (SPC-5). */
final class Inquiry extends Command {
    /** T10 vendor identification, eight bytes. */
    static final String VENDOR = "STEMMA  ";

    /** PRODUCT REVISION LEVEL. */
    static final String REVISION = "0001";

    /** Peripheral qualifier and device type of a logical unit that is not there (SPC-5). */
    static final int NO_UNIT = 0x7f;

    private static final int EVPD = 0x01;
    private static final int STANDARD_BYTES = 96;
    private static final int SPC_4 = 0x06;
    private static final int HISUP_FORMAT_2 = 0x12;
    private static final int THIRD_PARTY_COPY = 0x08;
    private static final int CMDQUE = 0x02;

    /** REPORT TARGET PORT GROUPS is there, SET TARGET PORT GROUPS is not. */
    private static final byte TPGS_IMPLICIT = 0x10;

    private static final byte MULTIP = 0x10;

    /** SAM-5, iSCSI, SPC-4, SBC-3, each without a revision (SPC-5, version descriptors). */
    private static final int[] VERSIONS = {0x00a0, 0x0960, 0x0460, 0x04c0};

    @Override
    void execute(LogicalUnit unit, UnitState state, ScsiTask task) {
        byte[] cdb = task.cdb();
        byte[] data;
        if ((cdb[1] & EVPD) != 0) {
            byte[] page = VitalProductData.page(cdb[2] & 0xff, unit, state, task);
            if (page == null) {
                Sense.invalidInCdb(task, state.descriptorSense(), 2);
                return;
            }
            data = page;
        } else if (cdb[2] != 0) {
            Sense.invalidInCdb(task, state.descriptorSense(), 2);
            return;
        } else {
            data = standard(0, product(unit.volume().description().name()));
            data[5] |= TPGS_IMPLICIT;
            data[6] = unit.ports().names().size() > 1 ? MULTIP : 0;
        }
        DataIn.send(task, data, BigEndian.u16(cdb, 3));
    }

    /** INQUIRY to a logical unit that is not there. */
    static void noUnit(ScsiTask task) {
        byte[] cdb = task.cdb();
        boolean vital = (cdb[1] & EVPD) != 0;
        if (cdb[2] != 0) {
            Sense.invalidInCdb(task, false, 2);
            return;
        }
        byte[] data = vital ? new byte[] {NO_UNIT, 0, 0, 1, 0} : standard(NO_UNIT, "");
        DataIn.send(task, data, BigEndian.u16(cdb, 3));
    }

    private static byte[] standard(int peripheral, String product) {
        byte[] data = new byte[STANDARD_BYTES];
        data[0] = (byte) peripheral;
        data[2] = SPC_4;
        data[3] = HISUP_FORMAT_2;
        data[4] = STANDARD_BYTES - 5;
        data[5] = THIRD_PARTY_COPY;
        data[7] = CMDQUE;
        text(data, 8, 8, VENDOR);
        text(data, 16, 16, product);
        text(data, 32, 4, REVISION);
        for (int i = 0; i < VERSIONS.length; i++) {
            BigEndian.put16(data, 58 + 2 * i, VERSIONS[i]);
        }
        return data;
    }

    private static String product(String volumeName) {
        return volumeName.isEmpty() ? "VOLUME" : volumeName;
    }

    /** ASCII, left-aligned, filled with spaces (SPC-5). */
    static void text(byte[] data, int at, int length, String text) {
        Arrays.fill(data, at, at + length, (byte) ' ');
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, data, at, Math.min(length, bytes.length));
    }
}
