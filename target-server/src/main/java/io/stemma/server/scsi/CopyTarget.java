package io.stemma.server.scsi;

import io.stemma.engine.volume.VolumeDescription;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * An identification CSCD descriptor (SPC-5, 6.6.5.5): names a logical unit by a designator.
 *
 * @param at where it stands in the parameter list, in bytes
 * @param deviceType PERIPHERAL DEVICE TYPE
 * @param codeSet CODE SET of the designator
 * @param designatorType DESIGNATOR TYPE
 * @param designator the designator
 * @param blockBytes DISK BLOCK LENGTH
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared, never given out of this room.
record CopyTarget(
        int at,
        int deviceType,
        int codeSet,
        int designatorType,
        byte[] designator,
        int blockBytes) {
    /** Where DISK BLOCK LENGTH stands in a descriptor. */
    static final int BLOCK_LENGTH_AT = 29;

    private static final int DESIGNATOR_MAX = 20;
    private static final int BINARY = 1;
    private static final int NAA = 3;

    /** Reads a descriptor of type E4h; null if it has wrong fields, see {@link #wrongField}. */
    static @Nullable CopyTarget read(byte[] list, int at) {
        if (wrongField(list, at) >= 0) {
            return null;
        }
        int length = list[at + 7] & 0xff;
        return new CopyTarget(
                at,
                list[at + 1] & 0x1f,
                list[at + 4] & 0x0f,
                list[at + 5] & 0x0f,
                Arrays.copyOfRange(list, at + 8, at + 8 + length),
                BigEndian.u24(list, at + BLOCK_LENGTH_AT));
    }

    /**
     * Where in the list a field is wrong whatever units there are, or -1. LU ID TYPE and NUL are
     * obsolete, and no relative initiator port can be chosen: the command's own is used.
     */
    static int wrongField(byte[] list, int at) {
        if ((list[at + 5] & 0x30) != 0) {
            return at + 5; // ASSOCIATION: only logical units.
        }
        int length = list[at + 7] & 0xff;
        return length == 0 || length > DESIGNATOR_MAX ? at + 7 : -1;
    }

    /**
     * Whether it names the volume: by its NAA, since a T10 vendor ID with our serial numbers is
     * longer than a CSCD descriptor has room for.
     */
    boolean names(VolumeDescription volume) {
        return designatorType == NAA
                && codeSet == BINARY
                && designator.length == Long.BYTES
                && BigEndian.s64(designator, 0) == volume.naaLocallyAssigned();
    }
}
