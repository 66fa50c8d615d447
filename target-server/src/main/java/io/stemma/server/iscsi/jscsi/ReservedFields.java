package io.stemma.server.iscsi.jscsi;

import java.util.Arrays;

/**
 * Clears what RFC 7143, 11.1 tells a receiver to ignore, because jSCSI refuses PDUs with reserved
 * bits set. Versions and the ISID go too: jSCSI judges them, which is login's to do and, for the
 * vendor's form of an ISID, nobody's.
 */
final class ReservedFields {
    private ReservedFields() {}

    /** Clears, in place, the reserved fields of a header whose opcode is one of the four. */
    static void clear(byte[] header, int opcode) {
        header[0] &= 0x7f;
        header[4] = 0;
        switch (opcode) {
            case ControlPdus.LOGIN_REQUEST -> clearLogin(header);
            case ControlPdus.TEXT_REQUEST -> {
                header[1] &= (byte) 0xc0;
                Arrays.fill(header, 2, 4, (byte) 0);
                Arrays.fill(header, 32, 48, (byte) 0);
            }
            case ControlPdus.LOGOUT_REQUEST -> {
                header[1] |= (byte) 0x80;
                Arrays.fill(header, 2, 4, (byte) 0);
                Arrays.fill(header, 8, 16, (byte) 0);
                Arrays.fill(header, 22, 24, (byte) 0);
                Arrays.fill(header, 32, 48, (byte) 0);
            }
            default -> {
                header[1] = (byte) 0x80;
                Arrays.fill(header, 2, 4, (byte) 0);
                Arrays.fill(header, 32, 48, (byte) 0);
            }
        }
    }

    private static void clearLogin(byte[] header) {
        // NSG means nothing without T (RFC 7143, 11.12.3).
        header[1] &= (byte) (header[1] < 0 ? 0xcf : 0x4c);
        Arrays.fill(header, 2, 4, (byte) 0);
        Arrays.fill(header, 8, 14, (byte) 0);
        Arrays.fill(header, 22, 24, (byte) 0);
        Arrays.fill(header, 32, 48, (byte) 0);
    }
}
