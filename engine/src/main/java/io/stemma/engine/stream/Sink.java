package io.stemma.engine.stream;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Where a stream goes: a file, a pipe, a socket. One thread, which may wait here. */
@FunctionalInterface
public interface Sink {
    /**
     * Takes all that remains in the buffer.
     *
     * @throws IOException if it cannot; the export ends with it
     */
    void write(ByteBuffer bytes) throws IOException;
}
