package io.stemma.server.scsi;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The mode pages (SPC-5, 7.5; SBC-4): each a list of bytes with what it is after a reset and with a
 * mask of what MODE SELECT may change. Current values are put in from the unit. A page goes by its
 * key, page code times 256 plus subpage code: keys ascend as pages are reported. Immutable.
 */
final class ModePages {
    static final int CACHING = key(0x08, 0);
    static final int CONTROL = key(0x0a, 0);

    /** Subpage format: the page has a subpage code and a longer header. */
    static final int SPF = 0x40;

    private static final int ALL = 0x3f;
    private static final int ALL_SUBPAGES = 0xff;

    private static final int READ_WRITE_ERROR_RECOVERY = key(0x01, 0);
    private static final int CONTROL_EXTENSION = key(0x0a, 0x01);
    private static final int INFORMATIONAL_EXCEPTIONS = key(0x1c, 0);
    private static final int LOGICAL_BLOCK_PROVISIONING = key(0x1c, 0x02);

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

    /** LBPERE: whether hosts hear of the threshold of logical block provisioning. */
    private static final int LBPERE = 0x80;

    private static final int LBPERE_AT = 7;

    /** TST 001b: one task set for each I_T nexus. */
    private static final int TASK_SET_PER_NEXUS = 0x20;

    /** GLTSD: no log parameter is saved. */
    private static final int NO_LOG_SAVED = 0x02;

    /** QUEUE ALGORITHM MODIFIER 1: commands with the SIMPLE attribute may overtake each other. */
    private static final int UNRESTRICTED_REORDERING = 0x10;

    /** DEXCPT: no informational exceptions are reported, so MRIE says nothing. */
    private static final int NO_EXCEPTIONS = 0x08;

    private static final SortedMap<Integer, byte[]> DEFAULTS = defaults();

    private ModePages() {}

    private static SortedMap<Integer, byte[]> defaults() {
        SortedMap<Integer, byte[]> pages = new TreeMap<>();
        // Nothing is reassigned here, and what is retried is the business of what lies below.
        pages.put(READ_WRITE_ERROR_RECOVERY, page(READ_WRITE_ERROR_RECOVERY, 12));
        pages.put(CACHING, page(CACHING, 20));
        byte[] control = page(CONTROL, 12);
        control[2] = TASK_SET_PER_NEXUS | NO_LOG_SAVED;
        control[3] = UNRESTRICTED_REORDERING;
        pages.put(CONTROL, control);
        pages.put(CONTROL_EXTENSION, page(CONTROL_EXTENSION, 32));
        byte[] exceptions = page(INFORMATIONAL_EXCEPTIONS, 12);
        exceptions[2] = NO_EXCEPTIONS;
        pages.put(INFORMATIONAL_EXCEPTIONS, exceptions);
        pages.put(
                LOGICAL_BLOCK_PROVISIONING,
                page(LOGICAL_BLOCK_PROVISIONING, Provisioning.MODE_PAGE_BYTES));
        return pages;
    }

    private static byte[] page(int key, int bytes) {
        byte[] page = new byte[bytes];
        page[0] = (byte) (key >>> 8);
        if ((key & 0xff) == 0) {
            page[1] = (byte) (bytes - 2);
        } else {
            page[0] |= SPF;
            page[1] = (byte) key;
            BigEndian.put16(page, 2, bytes - 4);
        }
        return page;
    }

    /** The key of a page. */
    static int key(int code, int subpage) {
        return code << 8 | subpage;
    }

    /** Whether there is a page, with or without a subpage, of that code. */
    static boolean exists(int code) {
        return code == ALL || DEFAULTS.containsKey(key(code, 0));
    }

    /** Keys of the pages that PAGE CODE and SUBPAGE CODE select, ascending; none where none are. */
    static List<Integer> keys(int code, int subpage) {
        if (subpage != 0 && subpage != ALL_SUBPAGES && code == ALL) {
            return List.of();
        }
        return DEFAULTS.keySet().stream()
                .filter(key -> code == ALL || key >>> 8 == code)
                .filter(key -> subpage == ALL_SUBPAGES || (key & 0xff) == subpage)
                .toList();
    }

    /**
     * One page, or null where there is none of that key. The write cache is a lasting property of
     * the volume, which a reset leaves as it is: its default is what it is. So is the threshold of
     * the pool.
     *
     * @param control the PC field, not saved
     */
    static byte @Nullable [] page(int key, int control, UnitState state, LogicalUnit unit) {
        byte[] defaults = DEFAULTS.get(key);
        if (defaults == null) {
            return null;
        }
        byte[] page = defaults.clone();
        if (control == PC_CHANGEABLE) {
            return changeable(key, page.length, state);
        }
        if (key == CACHING) {
            set(page, WCE_AT, WCE, unit.volume().description().writeCache());
        } else if (key == READ_WRITE_ERROR_RECOVERY) {
            set(page, LBPERE_AT, LBPERE, Provisioning.notifies(unit.space()));
        } else if (key == LOGICAL_BLOCK_PROVISIONING) {
            Provisioning.describe(unit.space(), page);
        }
        if (control == PC_CURRENT && key == CONTROL) {
            set(page, D_SENSE_AT, D_SENSE, state.descriptorSense());
            set(page, SWP_AT, SWP, state.softwareWriteProtect());
        }
        return page;
    }

    /** Who may not write has no say in how others' writes are kept; a snapshot has none at all. */
    private static byte[] changeable(int key, int bytes, UnitState state) {
        byte[] mask = page(key, bytes);
        if (key == CACHING && !state.readOnly()) {
            mask[WCE_AT] = WCE;
        }
        if (key == CONTROL) {
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
