package io.stemma.bench.conformance;

import java.util.Locale;

/** What a test came to, worst first. */
public enum Result {
    /** The target ended. */
    DIED,
    /** The test did not end within its limit. */
    HANG,
    /** It failed, or did not run. */
    FAIL,
    /** The tool found that the target lacks what it tests. */
    SKIP,
    /** It passed. */
    PASS;

    /** As it stands in files. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The result of that word. */
    public static Result of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
