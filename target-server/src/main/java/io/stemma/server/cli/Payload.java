package io.stemma.server.cli;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The bytes that belong to an operation, at the side that asks for it. One thread reads, one writes
 * and is told of progress; both may wait.
 */
public interface Payload {
    /**
     * Puts bytes that go in into the buffer.
     *
     * @return how many, or -1 at their end
     */
    int read(ByteBuffer into) throws IOException;

    /** Takes all bytes of the buffer, which come out. */
    void write(ByteBuffer bytes) throws IOException;

    /** The operation has done so many bytes of so many. */
    void progress(long done, long total);
}
