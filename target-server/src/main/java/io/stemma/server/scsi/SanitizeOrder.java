package io.stemma.server.scsi;

import org.jspecify.annotations.Nullable;

/**
 * A sanitize operation as it is kept beside the volume, so that it outlives the process.
 *
 * @param unrestricted AUSE: whether EXIT FAILURE MODE leads out of a failure
 * @param passes OVERWRITE COUNT, 1 to 31, or 0 for a block erase
 * @param invert whether every second pass writes the inverted pattern
 * @param pattern INITIALIZATION PATTERN, at most a logical block
 * @param pass passes that are complete
 * @param block blocks of the pass under way that are durable
 * @param failed whether it ended with an error
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared, never given out of this room.
record SanitizeOrder(
        boolean unrestricted,
        int passes,
        boolean invert,
        byte[] pattern,
        int pass,
        long block,
        boolean failed) {
    private static final int VERSION = 1;
    private static final int HEADER_BYTES = 14;
    private static final int UNRESTRICTED = 0x01;
    private static final int INVERT = 0x02;
    private static final int FAILED = 0x04;

    static SanitizeOrder erase(boolean unrestricted) {
        return new SanitizeOrder(unrestricted, 0, false, new byte[0], 0, 0, false);
    }

    static SanitizeOrder overwrite(
            boolean unrestricted, int passes, boolean invert, byte[] pattern) {
        return new SanitizeOrder(unrestricted, passes, invert, pattern, 0, 0, false);
    }

    boolean erases() {
        return passes == 0;
    }

    /** The same, this far. */
    SanitizeOrder at(int newPass, long newBlock) {
        return new SanitizeOrder(unrestricted, passes, invert, pattern, newPass, newBlock, failed);
    }

    /** The same, failed. */
    SanitizeOrder broken() {
        return new SanitizeOrder(unrestricted, passes, invert, pattern, pass, block, true);
    }

    /** As it is kept. */
    byte[] toBytes() {
        byte[] bytes = new byte[HEADER_BYTES + pattern.length];
        bytes[0] = VERSION;
        int flags = unrestricted ? UNRESTRICTED : 0;
        flags |= invert ? INVERT : 0;
        flags |= failed ? FAILED : 0;
        bytes[1] = (byte) flags;
        bytes[2] = (byte) passes;
        bytes[3] = (byte) pass;
        BigEndian.put64(bytes, 4, block);
        BigEndian.put16(bytes, 12, pattern.length);
        System.arraycopy(pattern, 0, bytes, HEADER_BYTES, pattern.length);
        return bytes;
    }

    /** Reads what was kept; null if it makes no sense. */
    static @Nullable SanitizeOrder read(byte[] bytes) {
        if (bytes.length < HEADER_BYTES || bytes[0] != VERSION) {
            return null;
        }
        byte[] pattern = java.util.Arrays.copyOfRange(bytes, HEADER_BYTES, bytes.length);
        boolean whole = pattern.length == BigEndian.u16(bytes, 12);
        int passes = bytes[2] & 0xff;
        int pass = bytes[3] & 0xff;
        long block = BigEndian.s64(bytes, 4);
        if (!whole || (passes > 0) != (pattern.length > 0) || pass > passes || block < 0) {
            return null;
        }
        return new SanitizeOrder(
                (bytes[1] & UNRESTRICTED) != 0,
                passes,
                (bytes[1] & INVERT) != 0,
                pattern,
                pass,
                block,
                (bytes[1] & FAILED) != 0);
    }
}
