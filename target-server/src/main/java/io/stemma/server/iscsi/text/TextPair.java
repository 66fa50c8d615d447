package io.stemma.server.iscsi.text;

/**
 * One {@code key=value} (RFC 7143, 6.1).
 *
 * @param key 1 to 63 characters
 * @param value may be empty
 */
public record TextPair(String key, String value) {
    /** What a responder says of a key it does not know (RFC 7143, 6.2). */
    public static final String NOT_UNDERSTOOD = "NotUnderstood";

    /** What a responder says of a value that it cannot accept. */
    public static final String REJECT = "Reject";

    /** What a responder says of a key that has no meaning in this session. */
    public static final String IRRELEVANT = "Irrelevant";

    /** Whether the value is one of the constants that only answers carry. */
    boolean answersOnly() {
        return value.equals(NOT_UNDERSTOOD) || value.equals(REJECT) || value.equals(IRRELEVANT);
    }
}
