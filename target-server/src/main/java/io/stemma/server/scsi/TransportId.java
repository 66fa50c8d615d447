package io.stemma.server.scsi;

import io.stemma.engine.runtime.Invariant;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An iSCSI TransportID (SPC-5, 7.6.4.6).
 *
 * <pre>
 * byte 0      TPID FORMAT (7-6), 5h for iSCSI (3-0)
 * byte 2-3    ADDITIONAL LENGTH, a multiple of four, 20 or more
 * byte 4-     initiator name; in format 01b followed by ",i,0x" and the ISID; a null; zero fill
 * </pre>
 *
 * @param initiatorName iSCSI name, normalized (RFC 7143, 4.2.7.2)
 * @param isid 48 bits, or {@link #NO_ISID} where all ports of the initiator are meant (format 00b)
 */
record TransportId(String initiatorName, long isid) {
    /** Format 00b: an initiator device. */
    static final long NO_ISID = -1;

    /** Bytes before the name. */
    static final int HEADER_BYTES = 4;

    /** ISCSI names are no longer (RFC 7143, 4.2.7.1). */
    static final int NAME_BYTES_MAX = 223;

    private static final int ISCSI = 0x05;
    private static final int FORMAT_PORT = 0x40;
    private static final int ADDITIONAL_BYTES_MIN = 20;
    private static final Pattern PORT = Pattern.compile("(.+),i,0x([0-9a-fA-F]{1,12})");

    /** The TransportID of an initiator port as {@link Nexus#initiatorPort} names it. */
    static TransportId ofPort(String initiatorPort) {
        TransportId id = parsePort(initiatorPort);
        if (id == null) {
            throw new IllegalArgumentException("no initiator port: " + initiatorPort);
        }
        return id;
    }

    private static @Nullable TransportId parsePort(String text) {
        Matcher port = PORT.matcher(text);
        return port.matches()
                ? new TransportId(normal(port.group(1)), Long.parseLong(port.group(2), 16))
                : null;
    }

    private static String normal(String name) {
        return Normalizer.normalize(name, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
    }

    /** The name of the initiator port, for a TransportID of one. */
    String initiatorPort() {
        Invariant.check(isid != NO_ISID, "the TransportID is one of a port");
        return String.format(Locale.ROOT, "%s,i,0x%012x", initiatorName, isid);
    }

    /**
     * Length of the TransportID at an offset with its header, or -1 where the list ends before.
     *
     * @param end offset behind the list
     */
    static int lengthAt(byte[] list, int at, int end) {
        if (end - at < HEADER_BYTES) {
            return -1;
        }
        int length = HEADER_BYTES + BigEndian.u16(list, at + 2);
        return length > end - at ? -1 : length;
    }

    /** Reads a TransportID of that length, or returns null where it is not a valid one. */
    static @Nullable TransportId read(byte[] list, int at, int length) {
        int format = list[at] & 0xc0;
        int additional = length - HEADER_BYTES;
        if ((list[at] & 0x0f) != ISCSI
                || (format != 0 && format != FORMAT_PORT)
                || additional < ADDITIONAL_BYTES_MIN
                || additional % 4 != 0) {
            return null;
        }
        String text = text(list, at + HEADER_BYTES, at + length);
        if (text == null) {
            return null;
        }
        TransportId id =
                format == FORMAT_PORT ? parsePort(text) : new TransportId(normal(text), NO_ISID);
        boolean fits =
                id != null
                        && !id.initiatorName.isEmpty()
                        && bytes(id.initiatorName).length <= NAME_BYTES_MAX;
        return fits ? id : null;
    }

    /** Null-terminated UTF-8 with nothing but zeroes behind, or null. */
    private static @Nullable String text(byte[] list, int at, int end) {
        int stop = at;
        while (stop < end && list[stop] != 0) {
            stop++;
        }
        for (int i = stop; i < end; i++) {
            if (list[i] != 0) {
                return null;
            }
        }
        if (stop == end) {
            return null;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(list, at, stop - at))
                    .toString();
        } catch (CharacterCodingException malformed) {
            return null;
        }
    }

    /** As it goes over the wire. */
    byte[] encoded() {
        boolean port = isid != NO_ISID;
        byte[] text = bytes(port ? initiatorPort() : initiatorName);
        int additional = Math.max(ADDITIONAL_BYTES_MIN, (text.length + 4) / 4 * 4);
        byte[] all = new byte[HEADER_BYTES + additional];
        all[0] = (byte) (port ? FORMAT_PORT | ISCSI : ISCSI);
        BigEndian.put16(all, 2, additional);
        System.arraycopy(text, 0, all, HEADER_BYTES, text.length);
        return all;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
