package io.stemma.engine.stream;

import java.io.IOException;

/** A stream that is cut off, damaged or not understood. The message says where and what to do. */
public final class StreamException extends IOException {
    private static final long serialVersionUID = 1L;

    StreamException(String message) {
        super(message);
    }
}
