package io.stemma.server.server;

import io.stemma.engine.runtime.Limits;
import io.stemma.engine.volume.Snapshot;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** What names may look like, and what to write instead. */
final class Names {
    /** Highest logical unit number: one-level peripheral device addressing (SAM-5, 4.6.8). */
    static final int LUN_MAX = 255;

    /** Longest iSCSI name in bytes (RFC 7143, 4.2.7.1). */
    private static final int ISCSI_NAME_BYTES_MAX = 223;

    private static final Pattern VOLUME =
            Pattern.compile(
                    "[A-Za-z0-9][A-Za-z0-9._-]{0," + (Limits.VOLUME_NAME_CHARS_MAX - 1) + "}");
    private static final Pattern TARGET =
            Pattern.compile(
                    "iqn\\.[0-9]{4}-(0[1-9]|1[0-2])\\.[a-z0-9][a-z0-9.-]*(:[a-z0-9.:_-]+)?"
                            + "|eui\\.[0-9a-f]{16}|naa\\.[0-9a-f]{16}([0-9a-f]{16})?");

    private Names() {}

    /** What is wrong with the name of a volume, if anything. */
    static Optional<String> checkVolume(String name) {
        return name.isEmpty() || VOLUME.matcher(name).matches()
                ? Optional.empty()
                : Optional.of(
                        "\""
                                + name
                                + "\" is no name for a volume; write up to "
                                + Limits.VOLUME_NAME_CHARS_MAX
                                + " of A-Z a-z 0-9 . _ - that begin with a letter or digit");
    }

    /** Whether a name means a snapshot, as in {@code volume@snapshot}. */
    static boolean isSnapshot(String name) {
        return name.indexOf(Snapshot.SEPARATOR) >= 0;
    }

    /**
     * What is wrong with a name that is of the same form as a volume's, if anything.
     *
     * @param what what it names: "a snapshot"
     */
    static Optional<String> check(String what, String name) {
        return VOLUME.matcher(name).matches()
                ? Optional.empty()
                : Optional.of(
                        "\""
                                + name
                                + "\" is no name for "
                                + what
                                + "; write 1 to "
                                + Limits.VOLUME_NAME_CHARS_MAX
                                + " of A-Z a-z 0-9 . _ - that begin with a letter or digit");
    }

    /** Lower case, as RFC 3722 folds iSCSI names. */
    static String normalizeTarget(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /** What is wrong with a normalized target name, if anything. */
    static Optional<String> checkTarget(String name) {
        return name.length() <= ISCSI_NAME_BYTES_MAX && TARGET.matcher(name).matches()
                ? Optional.empty()
                : Optional.of(
                        "\""
                                + name
                                + "\" is no iSCSI name; write one like"
                                + " iqn.2026-11.com.example:disks, at most 223 characters");
    }
}
