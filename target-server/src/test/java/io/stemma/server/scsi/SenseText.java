package io.stemma.server.scsi;

import java.util.Locale;

/**
 * How a command ended, in one line that is the same for both formats of sense data: "GOOD", or key,
 * additional sense code and qualifier as "5/2400", with " C1.7" for a field pointer into the CDB, "
 * D8" for one into the data, " I512" for INFORMATION.
 */
final class SenseText {
    private SenseText() {}

    static String of(TestTask task) {
        byte[] sense = task.sense();
        if (task.status() != Sense.CHECK_CONDITION || sense[0] != 0x72) {
            return task.outcome();
        }
        String text = String.format(Locale.ROOT, "%x/%02x%02x", sense[1], sense[2], sense[3]);
        String pointer = "";
        String information = "";
        int end = 8 + sense[7];
        for (int at = 8; at < end; at += 2 + sense[at + 1]) {
            if (sense[at] == 0x02) {
                pointer = pointer(sense, at + 4);
            } else if (sense[at] == 0x00) {
                information = " I" + Long.toUnsignedString(BigEndian.s64(sense, at + 4));
            }
        }
        return text + pointer + information;
    }

    private static String pointer(byte[] sense, int at) {
        String where = (sense[at] & 0x40) != 0 ? " C" : " D";
        String bit = (sense[at] & 8) != 0 ? "." + (sense[at] & 7) : "";
        return where + BigEndian.u16(sense, at + 1) + bit;
    }
}
