package io.stemma.server.cli;

import com.fasterxml.jackson.databind.ObjectMapper;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * What runs over the control socket: one line of JSON each way, {@code {"operation":..,
 * "arguments":{..}}} and {@code {"result":{..}}} or {@code {"error":".."}}, then the end.
 */
public final class ControlProtocol {
    /** Longest line in bytes; a longer one ends the connection. */
    public static final int LINE_BYTES_MAX = 8 << 20;

    /** Longest path of a Unix socket in bytes on Linux (sun_path without the final NUL). */
    public static final int SOCKET_PATH_BYTES_MAX = 107;

    /** Shared and thread-safe. */
    public static final ObjectMapper JSON = new ObjectMapper();

    private ControlProtocol() {}

    /** Where the socket of a data folder is. */
    public static Path socket(Path dataFolder) {
        return dataFolder.resolve("control.sock");
    }

    /**
     * Reads one line.
     *
     * @return the line without its end, or null at the end of the stream
     * @throws IOException if the line is longer than {@link #LINE_BYTES_MAX}
     */
    public static @Nullable String readLine(InputStream in) throws IOException {
        java.io.ByteArrayOutputStream line = new java.io.ByteArrayOutputStream();
        for (int next = in.read(); next >= 0; next = in.read()) {
            if (next == '\n') {
                return line.toString(StandardCharsets.UTF_8);
            }
            if (line.size() == LINE_BYTES_MAX) {
                throw new IOException("a line on the control socket exceeds its bound");
            }
            line.write(next);
        }
        return line.size() == 0 ? null : line.toString(StandardCharsets.UTF_8);
    }
}
