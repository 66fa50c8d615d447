package io.stemma.server.scsi;

import io.stemma.engine.block.Geometry;
import io.stemma.engine.volume.SpaceState;

/**
 * How full the pool is, in the words of logical block provisioning (SBC-4, 4.7.3.7): a threshold on
 * what is used, counted in threshold sets of 1 MiB. It belongs to the pool, so that all of its
 * units reach it together, and is set in the server's configuration.
 */
final class Provisioning {
    /** Where the one threshold descriptor begins in its mode page. */
    static final int DESCRIPTOR_AT = 16;

    static final int MODE_PAGE_BYTES = DESCRIPTOR_AT + 8;

    /** Codes of log parameters (SBC-4, 6.4.5), which name the resource of a threshold too. */
    private static final int AVAILABLE = 1;

    private static final int USED = 2;

    /** The highest code of a log parameter. */
    static final int LAST_PARAMETER = USED;

    private static final int PARAMETER_BYTES = 12;

    /** FORMAT AND LINKING 11b: a binary list parameter. */
    private static final int BINARY_LIST = 0x03;

    /** SCOPE 10b: other logical units may take these resources as well. */
    private static final int SHARED = 0x02;

    private static final int SET_SHIFT = 20;
    private static final int ENABLED = 0x80;

    /** THRESHOLD ARMING 001b: hosts are told when the count grows beyond the threshold. */
    private static final int INCREASING = 0x01;

    private static final long COUNT_MAX = 0xffff_ffffL;

    private Provisioning() {}

    /** THRESHOLD EXPONENT: the binary logarithm of the logical blocks of a threshold set. */
    static int thresholdExponent(Geometry geometry) {
        return SET_SHIFT - Integer.numberOfTrailingZeros(geometry.logicalBlockBytes());
    }

    /** Whether hosts are told when the threshold is reached. */
    static boolean notifies(SpaceState space) {
        return space.softThresholdBytes() > 0;
    }

    /** Puts the threshold into its mode page (SBC-4, 6.5.9), which is {@link #MODE_PAGE_BYTES}. */
    static void describe(SpaceState space, byte[] page) {
        if (notifies(space)) {
            page[DESCRIPTOR_AT] = (byte) (ENABLED | INCREASING);
            page[DESCRIPTOR_AT + 1] = USED;
            BigEndian.put32(page, DESCRIPTOR_AT + 4, sets(space.softThresholdBytes()));
        }
    }

    /**
     * The parameters of the log page.
     *
     * @param from the first code, at most {@link #LAST_PARAMETER}
     */
    static byte[] parameters(SpaceState space, int from) {
        int first = Math.max(from, AVAILABLE);
        byte[] all = new byte[(LAST_PARAMETER - first + 1) * PARAMETER_BYTES];
        for (int code = first; code <= LAST_PARAMETER; code++) {
            int at = (code - first) * PARAMETER_BYTES;
            long bytes = code == USED ? space.usedBytes() : space.usableBytes();
            BigEndian.put16(all, at, code);
            all[at + 2] = BINARY_LIST;
            all[at + 3] = PARAMETER_BYTES - 4;
            BigEndian.put32(all, at + 4, sets(bytes));
            all[at + 8] = SHARED;
        }
        return all;
    }

    private static long sets(long bytes) {
        return Math.min(bytes >>> SET_SHIFT, COUNT_MAX);
    }
}
