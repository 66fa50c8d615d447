package io.stemma.server.iscsi.text;

import org.jspecify.annotations.Nullable;

import java.util.Base64;
import java.util.HexFormat;

/** Numbers and binary values as text writes them (RFC 7143, 6.1). */
public final class TextValues {
    private TextValues() {}

    /** A decimal or {@code 0x} number, or -1 if it is none or exceeds 32 bits. */
    public static long number(String value) {
        boolean hex = value.startsWith("0x") || value.startsWith("0X");
        int start = hex ? 2 : 0;
        if (value.length() == start || value.length() > start + 10) {
            return -1;
        }
        long number = 0;
        for (int i = start; i < value.length(); i++) {
            char c = value.charAt(i);
            int digit = c < 0x80 ? Character.digit(c, hex ? 16 : 10) : -1;
            if (digit < 0) {
                return -1;
            }
            number = number * (hex ? 16 : 10) + digit;
        }
        return number <= 0xffff_ffffL ? number : -1;
    }

    /**
     * A {@code 0x} or {@code 0b} (base64) value, or null if it is none.
     *
     * @param bytesMax a longer one is none
     */
    public static byte @Nullable [] binary(String value, int bytesMax) {
        if (value.length() < 3 || value.charAt(0) != '0') {
            return null;
        }
        String digits = value.substring(2);
        try {
            byte[] bytes =
                    switch (value.charAt(1)) {
                        case 'x', 'X' -> HexFormat.of().parseHex(digits);
                        case 'b', 'B' -> Base64.getDecoder().decode(digits);
                        default -> new byte[0];
                    };
            return bytes.length == 0 || bytes.length > bytesMax ? null : bytes;
        } catch (IllegalArgumentException badDigits) {
            return null;
        }
    }

    /** Writes a binary value in hexadecimal, which every initiator reads. */
    public static String hex(byte[] value) {
        return "0x" + HexFormat.of().formatHex(value);
    }
}
