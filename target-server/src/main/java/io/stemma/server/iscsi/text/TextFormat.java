package io.stemma.server.iscsi.text;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The text format of RFC 7143, 6.1: {@code key=value} in UTF-8, each ended by a null byte. A
 * missing last null and additional nulls are let pass, because initiators in use count padding as
 * text.
 */
public final class TextFormat {
    /** A whole text, or why it is none. */
    public sealed interface Text {}

    /**
     * In the order they were sent.
     *
     * @param pairs no key twice
     */
    public record Pairs(List<TextPair> pairs) implements Text {
        public Pairs {
            pairs = List.copyOf(pairs);
        }
    }

    /**
     * The peer broke the format.
     *
     * @param why for the log
     */
    public record Broken(String why) implements Text {}

    private TextFormat() {}

    /** Reads a whole text. */
    public static Text parse(byte[] text) {
        List<TextPair> pairs = new ArrayList<>();
        Set<String> keys = new HashSet<>();
        int start = 0;
        while (start < text.length) {
            int end = start;
            while (end < text.length && text[end] != 0) {
                end++;
            }
            if (end > start) {
                String wrong = parsePair(text, start, end, pairs);
                if (wrong.isEmpty() && !keys.add(pairs.getLast().key())) {
                    wrong = "a key twice: " + pairs.getLast().key();
                }
                if (wrong.isEmpty() && pairs.size() > TextLimits.KEYS_MAX) {
                    wrong = "more keys than " + TextLimits.KEYS_MAX;
                }
                if (!wrong.isEmpty()) {
                    return new Broken(wrong);
                }
            }
            start = end + 1;
        }
        return new Pairs(pairs);
    }

    private static String parsePair(byte[] text, int start, int end, List<TextPair> pairs) {
        int equals = start;
        while (equals < end && text[equals] != '=') {
            if (!isKeyByte(text[equals])) {
                return "a key with a character that keys do not have";
            }
            equals++;
        }
        if (equals == end) {
            return "a key without a value";
        }
        if (equals == start || equals - start > TextLimits.NAME_BYTES_MAX) {
            return "a key of " + (equals - start) + " bytes";
        }
        if (end - equals - 1 > TextLimits.LONG_VALUE_BYTES_MAX) {
            return "a value of " + (end - equals - 1) + " bytes";
        }
        try {
            String value =
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(text, equals + 1, end - equals - 1))
                            .toString();
            String key = new String(text, start, equals - start, StandardCharsets.US_ASCII);
            pairs.add(new TextPair(key, value));
            return "";
        } catch (CharacterCodingException notUtf8) {
            return "a value that is not UTF-8";
        }
    }

    private static boolean isKeyByte(byte b) {
        return (b >= 'a' && b <= 'z')
                || (b >= 'A' && b <= 'Z')
                || (b >= '0' && b <= '9')
                || b == '.'
                || b == '-'
                || b == '+'
                || b == '@'
                || b == '_';
    }

    /** Writes pairs, each with its null byte; a key may come several times (RFC 7143, C). */
    public static byte[] encode(List<TextPair> pairs) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (TextPair pair : pairs) {
            bytes.writeBytes(pair.key().getBytes(StandardCharsets.UTF_8));
            bytes.write('=');
            bytes.writeBytes(pair.value().getBytes(StandardCharsets.UTF_8));
            bytes.write(0);
        }
        return bytes.toByteArray();
    }
}
