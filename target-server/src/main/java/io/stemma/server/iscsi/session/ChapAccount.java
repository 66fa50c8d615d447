package io.stemma.server.iscsi.session;

/** A name and its secret (RFC 7143, 12.1.3). The secret never appears in text. Immutable. */
public final class ChapAccount {
    /** RFC 7143, 9.2.1: 96 bits where nothing else protects the exchange. */
    private static final int SECRET_BYTES_MIN = 12;

    private static final int SECRET_BYTES_MAX = 255;

    private final String name;
    private final byte[] secret;

    /**
     * An account.
     *
     * @param name CHAP_N
     * @param secret 12 to 255 bytes
     * @throws IllegalArgumentException if the secret is shorter or longer; the message does not
     *     show it
     */
    public ChapAccount(String name, byte[] secret) {
        if (secret.length < SECRET_BYTES_MIN || secret.length > SECRET_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "the CHAP secret of " + name + " must have 12 to 255 bytes");
        }
        this.name = name;
        this.secret = secret.clone();
    }

    /** CHAP_N. */
    public String name() {
        return name;
    }

    /** A copy of the secret. */
    public byte[] secret() {
        return secret.clone();
    }

    @Override
    public String toString() {
        return "ChapAccount[" + name + "]";
    }
}
