package io.stemma.server.iscsi.text;

import java.util.Arrays;

/** An answer that leaves in data segments no longer than the other side takes (RFC 7143, 6.2). */
public final class TextAnswer {
    private final byte[] text;
    private int sent;

    /**
     * An answer of which nothing has left.
     *
     * @param text whole, may be empty
     */
    public TextAnswer(byte[] text) {
        this.text = text.clone();
    }

    /** Whether {@link #next} has nothing more to give. */
    public boolean finished() {
        return sent == text.length;
    }

    /**
     * The next part, at most that many bytes; the C bit is needed unless {@link #finished} then.
     */
    public byte[] next(int bytesMax) {
        int length = Math.min(bytesMax, text.length - sent);
        byte[] part = Arrays.copyOfRange(text, sent, sent + length);
        sent += length;
        return part;
    }
}
