package io.stemma.server.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;
import java.util.Set;

/** Where a secret is kept: in a file or in the environment, never in the configuration itself. */
sealed interface SecretSource {
    /** RFC 7143, 9.2.1 asks for 96 bits at least. */
    int SECRET_BYTES_MIN = 12;

    /** Longest secret that initiators are known to send. */
    int SECRET_BYTES_MAX = 255;

    /**
     * Reads the secret.
     *
     * @throws IOException if it is missing, too short or too long, or open to others
     */
    byte[] read(Map<String, String> environment) throws IOException;

    /** The first line of a file that only its owner may read. */
    record InFile(Path file) implements SecretSource {
        @Override
        public byte[] read(Map<String, String> environment) throws IOException {
            if (!Files.isRegularFile(file)) {
                throw new IOException(file + " does not exist; write the secret into it");
            }
            if (Files.size(file) > 4096) {
                throw new IOException(file + " is too long for a secret");
            }
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            if (permissions.contains(PosixFilePermission.OTHERS_READ)) {
                throw new IOException(file + " can be read by everybody; run chmod 600 " + file);
            }
            String text = text();
            int end = text.indexOf('\n');
            return checked(end < 0 ? text : text.substring(0, end), file.toString());
        }

        private String text() throws IOException {
            try {
                return Files.readString(file, StandardCharsets.UTF_8);
            } catch (IOException unreadable) {
                throw new IOException(
                        "the secret in " + file + " cannot be read: " + Explanation.of(unreadable),
                        unreadable);
            }
        }
    }

    /** An environment variable of the server. */
    record InEnvironment(String variable) implements SecretSource {
        @Override
        public byte[] read(Map<String, String> environment) throws IOException {
            String value = environment.get(variable);
            if (value == null) {
                throw new IOException("environment variable " + variable + " is not set");
            }
            return checked(value, "environment variable " + variable);
        }
    }

    private static byte[] checked(String secret, String where) throws IOException {
        byte[] bytes = secret.strip().getBytes(StandardCharsets.UTF_8);
        if (bytes.length < SECRET_BYTES_MIN || bytes.length > SECRET_BYTES_MAX) {
            throw new IOException(
                    where
                            + " holds "
                            + bytes.length
                            + " bytes; a CHAP secret has "
                            + SECRET_BYTES_MIN
                            + " to "
                            + SECRET_BYTES_MAX);
        }
        return bytes;
    }
}
