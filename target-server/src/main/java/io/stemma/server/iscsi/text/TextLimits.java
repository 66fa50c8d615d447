package io.stemma.server.iscsi.text;

/** Every bound of text exchanges. Whoever sends more than this loses the exchange or the login. */
public final class TextLimits {
    /** Text of one exchange from the initiator, gathered over PDUs with the C bit. */
    public static final int EXCHANGE_BYTES_MAX = 64 << 10;

    /** Keys in one such text. */
    public static final int KEYS_MAX = 1000;

    /** A key's name (RFC 7143, 6.1). */
    public static final int NAME_BYTES_MAX = 63;

    /** A value of a key that does not say otherwise (RFC 7143, 6.1). */
    public static final int VALUE_BYTES_MAX = 255;

    /** Any value; CHAP's binary values are the longest we know. */
    public static final int LONG_VALUE_BYTES_MAX = 8192;

    /** An iSCSI name (RFC 7143, 4.2.7.1). */
    public static final int ISCSI_NAME_BYTES_MAX = 223;

    private TextLimits() {}
}
