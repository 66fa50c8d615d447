package io.stemma.server.iscsi.text;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The keys of RFC 7143, clauses 12 and 13, one row a key: when it may be used, who may send it, how
 * the result comes about, and what we put in.
 *
 * @param key its name
 * @param use in which stages an initiator may send it
 * @param function how the result is found
 * @param min least value that is legal, for numbers
 * @param max greatest value that is legal, for numbers
 * @param ours our own value; 1 is Yes, 0 is No
 * @param values what we support of a list
 * @param inDiscovery whether it means something in a discovery session
 */
record KeyRule(
        String key,
        Use use,
        Function function,
        int min,
        int max,
        int ours,
        List<String> values,
        boolean inDiscovery) {

    /** Stages in which an initiator may send a key. */
    enum Use {
        /** Security stage only. */
        SECURITY,
        /** LO and IO: the operational stage; we have one connection a session, so both are one. */
        LOGIN,
        /** IO or LO, declared in any stage of the login. */
        ANY_LOGIN,
        /** FFPO: full feature phase only. */
        FULL_FEATURE,
        /** ALL, but not in the security stage. */
        ALL,
        /** ALL, any stage. */
        ANY,
        /** Only a target sends it. */
        TARGET;

        boolean allows(KeyStage stage) {
            return switch (this) {
                case SECURITY -> stage == KeyStage.SECURITY;
                case LOGIN -> stage == KeyStage.OPERATIONAL;
                case ANY_LOGIN -> stage != KeyStage.FULL_FEATURE;
                case FULL_FEATURE -> stage == KeyStage.FULL_FEATURE;
                case ALL -> stage != KeyStage.SECURITY;
                case ANY -> true;
                case TARGET -> false;
            };
        }
    }

    /** How the result is found (RFC 7143, 6.2). */
    enum Function {
        /** Yes if one says Yes. */
        OR,
        /** Yes if both say Yes. */
        AND,
        /** The smaller number. */
        MINIMUM,
        /** The greater number. */
        MAXIMUM,
        /** The first in the initiator's list that we support. */
        FIRST,
        /** Words, not answered. */
        DECLARED,
        /** A number, not answered. */
        DECLARED_NUMBER,
        /** Always answered with No (RFC 7143, 13.25). */
        ALWAYS_NO,
        /** Always answered with Reject. */
        ALWAYS_REJECTED
    }

    /** A value of RFC 7143, 13.23, whose name is that of an older standard. */
    private static final String TASKS_WITHOUT_FENCE = "RFC" + 3720;

    private static final int LENGTH_MAX = (1 << 24) - 1;

    private static final List<KeyRule> ROWS =
            List.of(
                    text("AuthMethod", Use.SECURITY),
                    text("CHAP_A", Use.SECURITY),
                    text("CHAP_I", Use.SECURITY),
                    text("CHAP_C", Use.SECURITY),
                    text("CHAP_N", Use.SECURITY),
                    text("CHAP_R", Use.SECURITY),
                    list("HeaderDigest", true, "CRC32C", "None"),
                    list("DataDigest", true, "CRC32C", "None"),
                    number("MaxConnections", Function.MINIMUM, 1, 65_535, 1, false),
                    text("SendTargets", Use.FULL_FEATURE),
                    text("TargetName", Use.ANY_LOGIN),
                    text("InitiatorName", Use.ANY_LOGIN),
                    text("TargetAlias", Use.TARGET),
                    text("InitiatorAlias", Use.ANY),
                    text("TargetAddress", Use.TARGET),
                    text("TargetPortalGroupTag", Use.TARGET),
                    bool("InitialR2T", Function.OR, 0),
                    bool("ImmediateData", Function.AND, 1),
                    new KeyRule(
                            "MaxRecvDataSegmentLength",
                            Use.ALL,
                            Function.DECLARED_NUMBER,
                            512,
                            LENGTH_MAX,
                            262_144,
                            List.of(),
                            true),
                    number("MaxBurstLength", Function.MINIMUM, 512, LENGTH_MAX, 1 << 20, false),
                    number("FirstBurstLength", Function.MINIMUM, 512, LENGTH_MAX, 262_144, false),
                    number("DefaultTime2Wait", Function.MAXIMUM, 0, 3600, 2, true),
                    // No task outlives its connection at error recovery level 0.
                    number("DefaultTime2Retain", Function.MINIMUM, 0, 3600, 0, true),
                    number("MaxOutstandingR2T", Function.MINIMUM, 1, 65_535, 8, false),
                    bool("DataPDUInOrder", Function.OR, 1),
                    bool("DataSequenceInOrder", Function.OR, 1),
                    number("ErrorRecoveryLevel", Function.MINIMUM, 0, 2, 0, true),
                    text("SessionType", Use.ANY_LOGIN),
                    list("TaskReporting", false, TASKS_WITHOUT_FENCE),
                    number("iSCSIProtocolLevel", Function.MINIMUM, 0, 31, 1, false),
                    obsolete("IFMarker", Function.ALWAYS_NO),
                    obsolete("OFMarker", Function.ALWAYS_NO),
                    obsolete("IFMarkInt", Function.ALWAYS_REJECTED),
                    obsolete("OFMarkInt", Function.ALWAYS_REJECTED));

    private static final Map<String, KeyRule> BY_KEY =
            ROWS.stream().collect(Collectors.toUnmodifiableMap(KeyRule::key, row -> row));

    /** All rows. */
    static List<KeyRule> all() {
        return ROWS;
    }

    /** The rule of a key, or null for one that we do not understand. */
    static @Nullable KeyRule of(String key) {
        return BY_KEY.get(key);
    }

    private static KeyRule text(String key, Use use) {
        return new KeyRule(key, use, Function.DECLARED, 0, 0, 0, List.of(), true);
    }

    private static KeyRule list(String key, boolean inDiscovery, String... values) {
        return new KeyRule(key, Use.LOGIN, Function.FIRST, 0, 0, 0, List.of(values), inDiscovery);
    }

    private static KeyRule number(
            String key, Function function, int min, int max, int ours, boolean inDiscovery) {
        return new KeyRule(key, Use.LOGIN, function, min, max, ours, List.of(), inDiscovery);
    }

    private static KeyRule bool(String key, Function function, int ours) {
        return new KeyRule(key, Use.LOGIN, function, 0, 1, ours, List.of(), false);
    }

    private static KeyRule obsolete(String key, Function function) {
        return new KeyRule(key, Use.LOGIN, function, 0, 0, 0, List.of(), true);
    }
}
