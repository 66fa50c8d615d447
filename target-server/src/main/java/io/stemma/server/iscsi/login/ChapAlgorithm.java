package io.stemma.server.iscsi.login;

import io.stemma.server.iscsi.text.TextValues;

import org.jspecify.annotations.Nullable;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.Security;

/** CHAP's hash functions under their IANA numbers, weakest first (RFC 7143, 12.1.3 and 14.2). */
enum ChapAlgorithm {
    /** 5, which every initiator knows. */
    MD5(5, "MD5", 16),
    /** 6. */
    SHA1(6, "SHA-1", 20),
    /** 7. */
    SHA256(7, "SHA-256", 32),
    /** 8. */
    SHA3_256(8, "SHA3-256", 32);

    private final int number;
    private final String digestName;
    private final int bytes;

    ChapAlgorithm(int number, String digestName, int bytes) {
        this.number = number;
        this.digestName = digestName;
        this.bytes = bytes;
    }

    /** The number that CHAP_A names. */
    int number() {
        return number;
    }

    /** Length of a response and of our challenges. */
    int bytes() {
        return bytes;
    }

    /** The strongest in a CHAP_A list that this Java platform has too, or null. */
    static @Nullable ChapAlgorithm strongest(String list) {
        ChapAlgorithm best = null;
        for (String offer : list.split(",", -1)) {
            long number = TextValues.number(offer);
            for (ChapAlgorithm algorithm : values()) {
                if (algorithm.number == number
                        && algorithm.available()
                        && (best == null || best.compareTo(algorithm) < 0)) {
                    best = algorithm;
                }
            }
        }
        return best;
    }

    private boolean available() {
        return Security.getAlgorithms("MessageDigest").contains(digestName);
    }

    /**
     * The response to a challenge: the hash of identifier, secret and challenge (RFC 1994, 4.1).
     */
    byte[] response(int identifier, byte[] secret, byte[] challenge) {
        try {
            MessageDigest digest = MessageDigest.getInstance(digestName);
            digest.update((byte) identifier);
            digest.update(secret);
            return digest.digest(challenge);
        } catch (NoSuchAlgorithmException chosenOnlyIfAvailable) {
            throw new IllegalStateException(chosenOnlyIfAvailable);
        }
    }
}
