package io.stemma.server.server;

import java.io.IOException;

/** Another process has the pool open. The message says which. */
final class PoolInUseException extends IOException {
    private static final long serialVersionUID = 1L;

    PoolInUseException(String message, Throwable cause) {
        super(message, cause);
    }
}
