package io.stemma.server.scsi;

/** The log pages (SPC-5, 7.3). */
final class LogPages {
    static final int SUPPORTED = 0x00;

    private static final int LOGICAL_BLOCK_PROVISIONING = 0x0c;
    private static final int SELF_TEST_RESULTS = 0x10;
    private static final int INFORMATIONAL_EXCEPTIONS = 0x2f;
    private static final int ALL_SUBPAGES = 0xff;

    /** Codes of the pages that have no subpages, ascending. */
    private static final byte[] PAGES = {
        SUPPORTED, LOGICAL_BLOCK_PROVISIONING, SELF_TEST_RESULTS, INFORMATIONAL_EXCEPTIONS
    };

    private static final byte[] PAGES_AND_SUBPAGES = {
        SUPPORTED, 0,
        SUPPORTED, (byte) ALL_SUBPAGES,
        LOGICAL_BLOCK_PROVISIONING, 0,
        SELF_TEST_RESULTS, 0,
        INFORMATIONAL_EXCEPTIONS, 0
    };

    /** DS: nothing of the page is saved. */
    private static final int DISABLE_SAVE = 0x80;

    private static final int SPF = 0x40;

    /** No exception (ASC and ASCQ zero), no temperature known, no trip point. */
    private static final byte[] NO_EXCEPTION = {0, 0, 0x23, 4, 0, 0, (byte) 0xff, 0};

    private LogPages() {}

    /** Whether there is a page of that code. */
    static boolean exists(int code) {
        for (byte page : PAGES) {
            if (page == code) {
                return true;
            }
        }
        return false;
    }

    /** Whether there is such a subpage of a code that exists. */
    static boolean exists(int code, int subpage) {
        return subpage == 0 || (code == SUPPORTED && subpage == ALL_SUBPAGES);
    }

    /** The highest code of a parameter of a page. */
    static int lastParameter(int code) {
        return switch (code) {
            case LOGICAL_BLOCK_PROVISIONING -> Provisioning.LAST_PARAMETER;
            case SELF_TEST_RESULTS -> SelfTests.RESULTS_MAX;
            default -> 0;
        };
    }

    /**
     * A page that exists.
     *
     * @param from code of the first parameter, at most {@link #lastParameter}
     */
    static byte[] page(int code, int subpage, int from, LogicalUnit unit) {
        return switch (code) {
            case SUPPORTED ->
                    subpage == 0 ? page(0, 0, PAGES) : page(SPF, subpage, PAGES_AND_SUBPAGES);
            case LOGICAL_BLOCK_PROVISIONING ->
                    page(DISABLE_SAVE | code, 0, Provisioning.parameters(unit.space(), from));
            case SELF_TEST_RESULTS ->
                    page(DISABLE_SAVE | code, 0, unit.selfTests().parameters(from));
            default -> page(DISABLE_SAVE | code, 0, NO_EXCEPTION);
        };
    }

    private static byte[] page(int codeAndFlags, int subpage, byte[] body) {
        byte[] page = new byte[4 + body.length];
        page[0] = (byte) codeAndFlags;
        page[1] = (byte) subpage;
        BigEndian.put16(page, 2, body.length);
        System.arraycopy(body, 0, page, 4, body.length);
        return page;
    }
}
