package io.stemma.server.iscsi.session;

import java.util.Arrays;

/**
 * A name and its secret (RFC 7143, 12.1.3). The secret never appears in text.
 *
 * @param name CHAP_N
 * @param secret 12 to 255 bytes
 */
public record ChapAccount(String name, byte[] secret) {
    @Override
    public String toString() {
        return "ChapAccount[name=" + name + "]";
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ChapAccount account
                && account.name.equals(name)
                && Arrays.equals(account.secret, secret);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }
}
