package io.stemma.engine.stream;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Where a stream comes from: a file, a pipe, a socket. One thread, which may wait here. */
@FunctionalInterface
public interface Source {
    /**
     * Puts bytes into the buffer, which has room.
     *
     * @return how many, 1 or more; -1 at the end of the stream
     * @throws IOException if it cannot; the import ends with it and can be resumed
     */
    int read(ByteBuffer into) throws IOException;
}
