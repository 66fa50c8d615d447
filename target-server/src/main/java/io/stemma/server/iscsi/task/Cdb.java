package io.stemma.server.iscsi.task;

import io.stemma.server.iscsi.pdu.Pdu;
import io.stemma.server.scsi.ScsiTask;

import java.util.Arrays;

/** The command descriptor block of a SCSI Command: 16 bytes and perhaps more in an AHS. */
final class Cdb {
    private static final int IN_HEADER = 16;
    private static final int EXTENDED_CDB = 1;

    private Cdb() {}

    /**
     * Copies the CDB (RFC 7143, 11.3.5 and 11.2.2.3).
     *
     * @return false where it is longer than any command we know
     */
    static boolean read(Pdu pdu, ScsiTask task) {
        byte[] cdb = task.cdb();
        pdu.copyHeader(32, cdb, 0, IN_HEADER);
        int end = pdu.additionalHeaderBytes();
        Arrays.fill(cdb, IN_HEADER, cdb.length, (byte) 0);
        for (int at = 0; at + 4 <= end; ) {
            int length = pdu.shortAt(Pdu.HEADER_BYTES + at);
            if (pdu.byteAt(Pdu.HEADER_BYTES + at + 2) == EXTENDED_CDB) {
                int more = length - 1;
                if (more < 1 || more > cdb.length - IN_HEADER || at + 4 + more > end) {
                    return false;
                }
                pdu.copyHeader(Pdu.HEADER_BYTES + at + 4, cdb, IN_HEADER, more);
            }
            at += 3 + length + 3 & ~3;
        }
        return true;
    }
}
