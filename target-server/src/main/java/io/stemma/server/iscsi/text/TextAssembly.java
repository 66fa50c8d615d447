package io.stemma.server.iscsi.text;

import java.io.ByteArrayOutputStream;

/** Gathers the text of one exchange over several PDUs (RFC 7143, 6.2), bounded. */
public final class TextAssembly {
    private ByteArrayOutputStream bytes = new ByteArrayOutputStream(0);

    /**
     * Adds the text of one PDU.
     *
     * @return whether it fits; if not, nothing was added and the exchange has to end
     */
    public boolean add(byte[] text) {
        if (text.length > TextLimits.EXCHANGE_BYTES_MAX - bytes.size()) {
            return false;
        }
        bytes.writeBytes(text);
        return true;
    }

    /** The whole text; the next one starts empty. */
    public byte[] take() {
        byte[] whole = bytes.toByteArray();
        bytes = new ByteArrayOutputStream(0);
        return whole;
    }
}
