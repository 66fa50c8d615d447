package io.stemma.server.scsi;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The mode pages (SPC-5, 7.5; SBC-4): each a list of bytes with what it is after a reset and with a
 * mask of what MODE SELECT may change. Current values are put in from the unit. Immutable.
 */
final class ModePages {
    static final int CACHING = 0x08;
    static final int CONTROL = 0x0a;
    static final int ALL = 0x3f;

    private static final int READ_WRITE_ERROR_RECOVERY = 0x01;
    private static final int INFORMATIONAL_EXCEPTIONS = 0x1c;

    /** Values of the PC field. */
    static final int PC_CURRENT = 0;

    static final int PC_CHANGEABLE = 1;
    static final int PC_SAVED = 3;

    private static final int WCE_AT = 2;
    private static final int WCE = 0x04;
    private static final int D_SENSE_AT = 2;
    private static final int D_SENSE = 0x04;
    private static final int SWP_AT = 4;
    private static final int SWP = 0x08;

    private static final SortedMap<Integer, byte[]> DEFAULTS = defaults();

    private ModePages() {}

    private static SortedMap<Integer, byte[]> defaults() {
        SortedMap<Integer, byte[]> pages = new TreeMap<>();
        byte[] recovery = page(READ_WRITE_ERROR_RECOVERY, 12);
        recovery[2] = (byte) 0xc0;
        pages.put(READ_WRITE_ERROR_RECOVERY, recovery);
        byte[] caching = page(CACHING, 20);
        caching[WCE_AT] = WCE;
        pages.put(CACHING, caching);
        byte[] control = page(CONTROL, 12);
        control[3] = 0x10;
        pages.put(CONTROL, control);
        byte[] exceptions = page(INFORMATIONAL_EXCEPTIONS, 12);
        exceptions[2] = 0x08;
        pages.put(INFORMATIONAL_EXCEPTIONS, exceptions);
        return pages;
    }

    private static byte[] page(int code, int bytes) {
        byte[] page = new byte[bytes];
        page[0] = (byte) code;
        page[1] = (byte) (bytes - 2);
        return page;
    }

    /** Codes of all pages, ascending. */
    static List<Integer> codes() {
        return List.copyOf(DEFAULTS.keySet());
    }

    /**
     * One page, or null where there is none of that code.
     *
     * @param control the PC field, not saved
     */
    static byte @Nullable [] page(int code, int control, UnitState state, boolean writeCache) {
        byte[] defaults = DEFAULTS.get(code);
        if (defaults == null) {
            return null;
        }
        byte[] page = defaults.clone();
        if (control == PC_CHANGEABLE) {
            return changeable(code, page.length);
        }
        if (control == PC_CURRENT && code == CACHING) {
            set(page, WCE_AT, WCE, writeCache);
        }
        if (control == PC_CURRENT && code == CONTROL) {
            set(page, D_SENSE_AT, D_SENSE, state.descriptorSense());
            set(page, SWP_AT, SWP, state.softwareWriteProtect());
        }
        return page;
    }

    private static byte[] changeable(int code, int bytes) {
        byte[] mask = page(code, bytes);
        if (code == CACHING) {
            mask[WCE_AT] = WCE;
        }
        if (code == CONTROL) {
            mask[D_SENSE_AT] = D_SENSE;
            mask[SWP_AT] = SWP;
        }
        return mask;
    }

    private static void set(byte[] page, int at, int bit, boolean value) {
        page[at] = (byte) (value ? page[at] | bit : page[at] & ~bit);
    }

    /** WCE in a caching page that begins at {@code from}. */
    static boolean writeCache(byte[] list, int from) {
        return (list[from + WCE_AT] & WCE) != 0;
    }

    /** D_SENSE in a control page that begins at {@code from}. */
    static boolean descriptorSense(byte[] list, int from) {
        return (list[from + D_SENSE_AT] & D_SENSE) != 0;
    }

    /** SWP in a control page that begins at {@code from}. */
    static boolean softwareWriteProtect(byte[] list, int from) {
        return (list[from + SWP_AT] & SWP) != 0;
    }
}
