package io.stemma.engine.runtime;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as people write them: a whole number and a binary unit, "512MiB". */
public final class ByteSize {
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,15})\\s*([A-Za-z]*)");
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

    private ByteSize() {}

    /**
     * Reads a size.
     *
     * @return bytes, 0 or more
     * @throws IllegalArgumentException with a message that says what to write instead
     */
    public static long parse(String text) {
        Matcher matcher = SIZE.matcher(text.trim());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not a size; write a whole number and a unit, like 10GiB");
        }
        long number = Long.parseLong(matcher.group(1));
        String unit = matcher.group(2);
        for (int power = 0; power < UNITS.length; power++) {
            if (unit.equals(UNITS[power]) || (unit.isEmpty() && power == 0)) {
                if (number > Long.MAX_VALUE >> (10 * power)) {
                    throw new IllegalArgumentException("\"" + text + "\" is beyond 2^63 bytes");
                }
                return number << (10 * power);
            }
        }
        throw new IllegalArgumentException(
                "\""
                        + text
                        + "\" has an unknown unit; write B, KiB, MiB, GiB, TiB or PiB, like "
                        + number
                        + suggestion(unit));
    }

    private static String suggestion(String unit) {
        if (!unit.isEmpty()) {
            String first = unit.substring(0, 1).toUpperCase(Locale.ROOT);
            for (String candidate : UNITS) {
                if (candidate.startsWith(first)) {
                    return candidate;
                }
            }
        }
        return "GiB";
    }

    /** The shortest exact form: 1536 MiB rather than 1.5 GiB, so that it can be read back. */
    public static String format(long bytes) {
        int power = 0;
        long number = bytes;
        while (power < UNITS.length - 1 && number != 0 && number % 1024 == 0) {
            number /= 1024;
            power++;
        }
        return number + UNITS[power];
    }
}
