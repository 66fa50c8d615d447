package io.stemma.server.iscsi.session;

/** A name and its secret (RFC 7143, 12.1.3). The secret never appears in text. Immutable. */
public final class ChapAccount {
    private final String name;
    private final byte[] secret;

    /**
     * An account.
     *
     * @param name CHAP_N
     * @param secret 12 to 255 bytes
     */
    public ChapAccount(String name, byte[] secret) {
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
